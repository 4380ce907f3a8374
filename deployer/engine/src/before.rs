//! What a stack was before it is changed, for the case that the change is no good.

use std::collections::BTreeMap;

use crate::cloud::{CallError, Cloud};
use crate::stack::guard::{Danger, in_templates};
use crate::stack::release::StoredTemplate;
use crate::stack::widening::widenings;
use crate::stack::{
    Cause, DeployedStack, GivenUp, Sequel, StoredBefore, WantedTemplate, code_sha256_of_key,
    is_same_template, sha256_base64, sha256_hex, template_key,
};

use super::{CodeArtifact, Deployment, Session};

/// The template and the tags of a stack, taken note of before it is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    template: String,
    tags: BTreeMap<String, String>,
}

impl Before {
    /// Reads what an earlier run has stored; none, if it is gone or is not what was stored.
    pub(super) async fn stored<C: Cloud>(
        session: &Session<'_, C>,
        bucket: &str,
        before: &StoredBefore,
    ) -> Result<Option<Self>, CallError> {
        let StoredBefore { template, tags } = before;
        let text = session
            .cloud
            .read_object(bucket, session.account(), &template.key)
            .await?;
        let text = text.filter(|text| sha256_hex(text) == template.sha256);
        Ok(text
            .and_then(|text| String::from_utf8(text).ok())
            .map(|template| Self {
                template,
                tags: tags.clone(),
            }))
    }

    /// Stores it where whoever finishes this run finds it.
    pub(super) async fn store<C: Cloud>(
        &self,
        session: &Session<'_, C>,
        bucket: &str,
        stack: &str,
    ) -> Result<StoredBefore, CallError> {
        let sha256 = sha256_hex(&self.template);
        let key = template_key(stack, &sha256);
        if session
            .cloud
            .head_object(bucket, session.account(), &key)
            .await?
            .is_none()
        {
            let body = self.template.clone().into_bytes();
            let hash = sha256_base64(&self.template);
            session
                .cloud
                .store_new_object(bucket, session.account(), &key, body, &hash)
                .await?;
        }
        Ok(StoredBefore {
            template: StoredTemplate { key, sha256 },
            tags: self.tags.clone(),
        })
    }

    /// Keeps what was found of a stack.
    pub(super) fn keep(template: &str, stack: &DeployedStack) -> Self {
        Self {
            template: template.to_owned(),
            tags: stack.tags.clone(),
        }
    }

    /// The deployment that leads back from another one; none, if that one changed nothing that could be taken back, or the stack was
    /// not deployed with code that is named by its content.
    ///
    /// Its record tells what it gives up, and for what `reason`. The code is still in the artifact bucket. What was allowed until a moment ago may be allowed again.
    pub fn way_back(&self, from: &Deployment, reason: &str) -> Option<Deployment> {
        if is_same_template(&self.template, from.template.text()) && self.tags == from.tags {
            return None;
        }
        let template = WantedTemplate::read(self.template.clone()).ok()?;
        let artifact = |key: &str| {
            let code_sha256 = code_sha256_of_key(key)?;
            Some(CodeArtifact {
                key: key.to_owned(),
                body: None,
                code_sha256,
            })
        };
        let artifacts: Option<Vec<CodeArtifact>> = template
            .blueprint()
            .functions
            .iter()
            .filter_map(|function| function.code_key(&from.bucket.name))
            .map(artifact)
            .collect();
        let (given_up, wanted) = (from.template.value(), template.value());
        let regained = widenings(Some(given_up), wanted);
        // A feed that came with what is given up stays as a table, and is imported when it comes again.
        let brought = in_templates(given_up, wanted)
            .into_iter()
            .filter(|objection| objection.danger == Danger::FeedRemoved);
        let mut back = Deployment {
            template,
            tags: self.tags.clone(),
            artifacts: artifacts?,
            accepted: from
                .accepted
                .clone()
                .with_widenings(&regained)
                .with_objections(brought),
            sequel: Sequel::default(),
            cause: Cause::GivesUp(GivenUp {
                template_sha256: sha256_hex(from.template.text()),
                tags: from.tags.clone(),
                reason: reason.to_owned(),
            }),
            ..from.clone()
        };
        // The sources are those of the release that is given up.
        back.provenance.revision = None;
        back.provenance.rolled_back_to = None;
        Some(back)
    }
}
