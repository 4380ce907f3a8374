//! The ledger of a stack's releases, beside the artifacts that they refer to.

use crate::aws::{CallError, Cloud};
use crate::stack::release::{Durations, ReleaseOutcome, StoredCode, StoredTemplate, UnreadableRelease};
use crate::stack::{
    ArtifactKey, ChangeSummary, DeployedStack, Estimate, Release, ReleaseId, release_key, release_prefix,
    sha256_hex,
};

use super::{DeployError, Deployment, Event, Session, Talk, artifacts};

/// How many records are read to find a release that was like a deployment.
const RECORDS_COMPARED: usize = 5;

/// A deployment that has succeeded.
pub(super) struct Succeeded<'a> {
    pub(super) stack: &'a DeployedStack,
    pub(super) outcome: ReleaseOutcome,
    pub(super) durations: Durations,
}

/// Why a record was not read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The record is not one that this deployer can read.
    #[error("the record `{key}` cannot be read")]
    Unreadable {
        /// Its key in the artifact bucket.
        key: String,
        /// Why.
        #[source]
        source: UnreadableRelease,
    },
    /// The record was deleted while the ledger was read.
    #[error("the record `{key}` is gone")]
    Gone {
        /// Its key in the artifact bucket.
        key: String,
    },
}

/// Why a record was not written.
#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Store(#[from] DeployError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Writes the record of a deployment. The stack is as asked already, so that a failure is told and is no error.
pub(super) async fn record<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    succeeded: Succeeded<'_>,
) {
    let release = release(session, deployment, succeeded);
    match write(session, deployment, &release).await {
        Ok(()) => session.tell(Event::Recorded { release: release.id }),
        Err(error) => session.tell(Event::NotRecorded {
            reason: error.to_string(),
        }),
    }
}

fn release<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployment: &Deployment,
    succeeded: Succeeded<'_>,
) -> Release {
    let artifacts = deployment.artifacts.iter().map(|artifact| StoredCode {
        key: artifact.key.clone(),
        code_sha256: artifact.code_sha256.clone(),
    });
    Release {
        id: ReleaseId::at(session.cloud.now()),
        stack: deployment.stack.clone(),
        stack_id: succeeded.stack.id.clone(),
        outcome: succeeded.outcome,
        rolled_back_to: deployment.provenance.rolled_back_to.clone(),
        revision: deployment.provenance.revision.clone(),
        template: StoredTemplate {
            key: deployment.template_key(),
            sha256: sha256_hex(&deployment.template),
        },
        artifacts: artifacts.collect(),
        tags: deployment.tags.clone(),
        caller: session.caller().to_owned(),
        deployer: deployment.provenance.deployer.clone(),
        durations: succeeded.durations,
    }
}

async fn write<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    release: &Release,
) -> Result<(), NotWritten> {
    // A deployment that needed no change set has stored no template.
    artifacts::store_template(session, deployment).await?;
    let (bucket, key) = (&deployment.bucket.name, release_key(&release.stack, &release.id));
    let body = release.to_json()?.into_bytes();
    Ok(session
        .cloud
        .store_object(bucket, session.account(), &key, body)
        .await?)
}

/// The releases of a stack, oldest first; none, if there is no bucket yet.
pub(super) async fn ids<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    stack: &str,
) -> Result<Vec<ReleaseId>, CallError> {
    let prefix = release_prefix(stack);
    let mut ids = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let listed = session
            .cloud
            .list_objects(bucket, session.account(), &prefix, next.as_deref())
            .await;
        let page = match listed {
            Ok(page) => page,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        ids.extend(
            page.items
                .iter()
                .filter_map(|object| match ArtifactKey::parse(&object.key)? {
                    ArtifactKey::Release { id, .. } => Some(id),
                    ArtifactKey::Code { .. } | ArtifactKey::Template { .. } => None,
                }),
        );
        next = page.next;
        if next.is_none() {
            ids.sort();
            return Ok(ids);
        }
    }
}

/// How long a deployment may take, by the newest release that was like it. It is good to know and no more: a ledger that
/// cannot be read tells nothing.
pub(super) async fn estimate<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployment: &Deployment,
    outcome: ReleaseOutcome,
    changes: &ChangeSummary,
) -> Option<Estimate> {
    let (bucket, stack) = (&deployment.bucket.name, &deployment.stack);
    let ids = ids(session, bucket, stack).await.ok()?;
    for id in ids.iter().rev().take(RECORDS_COMPARED) {
        match read(session, bucket, stack, id).await {
            Ok(release) => match Estimate::by(release, outcome, changes) {
                None => {}
                found => return found,
            },
            Err(LedgerError::Unreadable { .. } | LedgerError::Gone { .. }) => {}
            Err(LedgerError::Call(_)) => return None,
        }
    }
    None
}

/// Reads a record.
pub(super) async fn read<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    stack: &str,
    id: &ReleaseId,
) -> Result<Release, LedgerError> {
    let key = release_key(stack, id);
    let object = session.cloud.read_object(bucket, session.account(), &key).await?;
    match object {
        None => Err(LedgerError::Gone { key }),
        Some(text) => Release::parse(&text).map_err(|source| LedgerError::Unreadable { key, source }),
    }
}
