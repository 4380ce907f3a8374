//! What a stack was before it is changed, for the case that the change is no good.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::aws::{CallError, Cloud};
use crate::stack::widening::widenings;
use crate::stack::{Blueprint, DeployedStack, NextMove, code_sha256_of_key};

use super::{CodeArtifact, Deployment, Session, Talk};

/// The template and the tags of a stack, taken note of before it is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    template: String,
    tags: BTreeMap<String, String>,
}

impl Before {
    /// Takes note of a stack; none, if it is yet to be made.
    ///
    /// # Errors
    /// A call failed.
    pub async fn of<C: Cloud, T: Talk>(
        session: &Session<'_, C, T>,
        stack: &str,
    ) -> Result<Option<Self>, CallError> {
        let found = session.cloud.describe_stack(stack).await?;
        let Some(stack) = found.filter(|stack| stack.status.next_move() == NextMove::Update) else {
            return Ok(None);
        };
        Ok(Some(Self {
            template: session.cloud.original_template(&stack.id).await?,
            tags: stack.tags,
        }))
    }

    /// Keeps what was found of a stack.
    pub(super) fn keep(template: String, stack: &DeployedStack) -> Self {
        Self {
            template,
            tags: stack.tags.clone(),
        }
    }

    /// The deployment that leads back from another one; none, if that one changed nothing that could be taken back, or the stack was
    /// not deployed with code that is named by its content.
    ///
    /// The code is still in the artifact bucket. What was allowed until a moment ago may be allowed again.
    pub fn way_back(&self, from: &Deployment) -> Option<Deployment> {
        if self.template == from.template && self.tags == from.tags {
            return None;
        }
        let keys = Blueprint::read(&self.template).ok()?.functions.into_iter();
        let artifact = |key: String| {
            let code_sha256 = code_sha256_of_key(&key)?;
            Some(CodeArtifact {
                key,
                body: None,
                code_sha256,
            })
        };
        let artifacts: Option<Vec<CodeArtifact>> = keys
            .filter_map(|function| function.code_key)
            .map(artifact)
            .collect();
        let read = |template: &str| serde_json::from_str::<Value>(template).unwrap_or_default();
        let regained = widenings(&read(&from.template), &read(&self.template));
        let mut back = Deployment {
            template: self.template.clone(),
            tags: self.tags.clone(),
            artifacts: artifacts?,
            accepted: from.accepted.clone().with_widenings(&regained),
            ..from.clone()
        };
        // The sources are those of the release that is given up.
        back.provenance.revision = None;
        Some(back)
    }
}
