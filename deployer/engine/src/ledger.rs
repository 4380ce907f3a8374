//! The ledger of a stack's releases, beside the artifacts that they refer to.

use crate::cloud::{CallError, Cloud};
use crate::stack::garbage::StoredObject;
use crate::stack::release::{Durations, ReleaseOutcome, StoredCode, StoredTemplate, UnreadableRelease};
use crate::stack::{
    ArtifactKey, ChangeSummary, Estimate, Release, ReleaseId, is_same_template, release_key, release_prefix,
    sha256_hex, template_prefix,
};

use super::objects::objects;
use super::{Deployment, Event, Finished, Session};

/// How many records are read to find a release that was like a deployment.
const RECORDS_COMPARED: usize = 5;

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
    Json(#[from] serde_json::Error),
}

/// Writes the record of a deployment. The stack is as asked already, so that a failure is told and is no error.
pub(super) async fn record<C: Cloud>(session: &mut Session<'_, C>, bucket: &str, release: &Release) {
    let written = write(session, bucket, release).await;
    tell(session, release, written);
}

/// Writes the record of a deployment that an earlier run has made, unless it is there. It is told of with that run.
pub(super) async fn record_late<C: Cloud>(session: &mut Session<'_, C>, bucket: &str, release: &Release) {
    let written = match read(session, bucket, &release.stack, &release.id).await {
        Ok(known) if release.untried && !known.failed_smoke => {
            let untried = Release {
                untried: true,
                ..known
            };
            write(session, bucket, &untried).await
        }
        Ok(_) => return,
        Err(LedgerError::Gone { .. }) => write(session, bucket, release).await,
        Err(error) => {
            return session.tell(Event::NotRecorded {
                reason: error.to_string(),
            });
        }
    };
    match written {
        Ok(()) => session.resumed.done(Finished::Recorded),
        failed => tell(session, release, failed),
    }
}

/// Marks a release as one whose smoke test failed.
pub(super) async fn mark_failed<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &str,
    stack: &str,
    id: &ReleaseId,
) {
    let marked = match read(session, bucket, stack, id).await {
        Ok(mut release) => {
            release.failed_smoke = true;
            write(session, bucket, &release)
                .await
                .map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    if let Err(reason) = marked {
        session.tell(Event::NotMarked {
            release: id.clone(),
            reason,
        });
    }
}

/// The newest release that is what is looked for, among the newest few.
pub(super) async fn newest_that<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
    is_it: impl Fn(&Release) -> bool,
) -> Option<ReleaseId> {
    let ids = ids(session, bucket, stack).await.ok()?;
    for id in ids.into_iter().rev().take(RECORDS_COMPARED) {
        let release = read(session, bucket, stack, &id).await;
        if release.is_ok_and(|release| is_it(&release)) {
            return Some(id);
        }
    }
    None
}

fn tell<C: Cloud>(session: &mut Session<'_, C>, release: &Release, written: Result<(), NotWritten>) {
    match written {
        Ok(()) => session.tell(Event::Recorded {
            release: release.id.clone(),
        }),
        Err(error) => session.tell(Event::NotRecorded {
            reason: error.to_string(),
        }),
    }
}

/// The record of a deployment that is about to begin. How long it takes is not known yet.
pub(super) fn release<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    stack_id: &str,
    outcome: ReleaseOutcome,
) -> Release {
    let artifacts = deployment.artifacts.iter().map(|artifact| StoredCode {
        key: artifact.key.clone(),
        code_sha256: artifact.code_sha256.clone(),
    });
    Release {
        id: ReleaseId::at(session.cloud.now()),
        stack: deployment.stack.clone(),
        stack_id: stack_id.to_owned(),
        outcome,
        rolled_back_to: deployment.provenance.rolled_back_to.clone(),
        failed_smoke: false,
        untried: false,
        pushes_undone: Vec::new(),
        revision: deployment.provenance.revision.clone(),
        template: StoredTemplate {
            key: deployment.template_key(),
            sha256: sha256_hex(deployment.template.text()),
        },
        artifacts: artifacts.collect(),
        tags: deployment.tags.clone(),
        caller: session.caller().to_owned(),
        deployer: deployment.provenance.deployer.clone(),
        durations: Durations::default(),
    }
}

async fn write<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    release: &Release,
) -> Result<(), NotWritten> {
    let key = release_key(&release.stack, &release.id);
    let body = release.to_json()?.into_bytes();
    Ok(session
        .cloud
        .store_object(bucket, session.account(), &key, body)
        .await?)
}

/// The releases of a stack, oldest first; none, if there is no bucket yet.
pub(super) async fn ids<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
) -> Result<Vec<ReleaseId>, CallError> {
    let objects = objects(session, bucket, &release_prefix(stack)).await?;
    Ok(ids_among(&objects.unwrap_or_default()))
}

/// Forgets all that is written of a stack that is gone for good: its releases, its runs and its templates.
pub(super) async fn forget<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
) -> Result<(), CallError> {
    for prefix in [release_prefix(stack), template_prefix(stack)] {
        for object in objects(session, bucket, &prefix).await?.unwrap_or_default() {
            let account = session.account();
            session.cloud.delete_object(bucket, account, &object.key).await?;
        }
    }
    Ok(())
}

/// The releases among what lies in the bucket, oldest first.
pub(super) fn ids_among(objects: &[StoredObject]) -> Vec<ReleaseId> {
    let mut ids: Vec<ReleaseId> = objects
        .iter()
        .filter_map(|object| match ArtifactKey::parse(&object.key)? {
            ArtifactKey::Release { id, .. } => Some(id),
            ArtifactKey::Code { .. } | ArtifactKey::Template { .. } => None,
        })
        .collect();
    ids.sort();
    ids
}

/// How long a deployment may take, by the newest release that was like it. It is good to know and no more: a ledger that
/// cannot be read tells nothing.
pub(super) async fn estimate<C: Cloud>(
    session: &Session<'_, C>,
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

/// Whether a release's template says what another one says: by the hash of its bytes, or, should AWS have laid it out anew, as JSON.
pub(super) async fn is_of<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    release: &Release,
    template: &str,
) -> Result<bool, CallError> {
    if release.template.sha256 == sha256_hex(template) {
        return Ok(true);
    }
    let key = &release.template.key;
    let stored = session.cloud.read_object(bucket, session.account(), key).await?;
    let stored = stored.and_then(|stored| String::from_utf8(stored).ok());
    Ok(stored.is_some_and(|stored| is_same_template(&stored, template)))
}

/// Reads a record.
pub(super) async fn read<C: Cloud>(
    session: &Session<'_, C>,
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
