//! Going back to an earlier release: its template and its code, by the way of every deployment.

use crate::cloud::{CallError, Cloud};
use crate::stack::release::NoChoice;
use crate::stack::{
    Cause, DeployedStack, Release, ReleaseChoice, ReleaseId, Sequel, WantedTemplate, sha256_hex, with_owner,
};

use super::find::{Found, find_for_update};
use super::ledger::{self, LedgerError};
use super::{
    CodeArtifact, DeployError, Deployed, Deployment, ErrorKind, Event, Provenance, Session, artifacts,
    deploy, journal,
};

/// What is to be gone back to.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// Which release; if none is chosen, the one before the release that is deployed.
    pub to: Option<ReleaseChoice>,
    /// What the environment says. The release decides about template, tags and artifacts.
    pub deployment: Deployment,
}

/// What a rollback came to.
#[derive(Clone, Debug)]
pub struct RolledBack {
    /// The release that the stack is back at.
    pub release: Release,
    /// What the deployment of it came to.
    pub deployed: Deployed,
}

/// Why nothing was gone back to.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The choice names no release.
    #[error("stack `{stack}`: {choice}")]
    NoChoice {
        stack: String,
        /// Why not.
        choice: NoChoice,
    },
    /// There is no stack, and nothing that one could be made of.
    #[error("there is no stack `{stack}`, and no release of it")]
    NothingThere { stack: String },
    /// There is nothing to go back to.
    #[error("stack `{stack}` has no release before the one that is deployed")]
    NoEarlierRelease { stack: String },
    /// What the release was made of is no longer in the bucket.
    #[error("release `{release}` cannot be deployed again: gone from bucket `{bucket}` are `{}`", keys.join("`, `"))]
    Gone {
        release: ReleaseId,
        /// The artifact bucket.
        bucket: String,
        /// The keys of what is gone.
        keys: Vec<String>,
    },
    /// The stored template is not the one that was released.
    #[error("release `{release}` cannot be deployed again: `{key}` is not what was stored there")]
    Altered {
        release: ReleaseId,
        /// The template's key.
        key: String,
    },
    /// The deployment was not made.
    #[error(transparent)]
    Deploy(#[from] DeployError),
}

impl From<CallError> for RollbackError {
    fn from(error: CallError) -> Self {
        Self::Ledger(error.into())
    }
}

impl RollbackError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Deploy(error) => error.kind(),
            Self::NoChoice { .. } => ErrorKind::Configuration,
            Self::Ledger(_)
            | Self::NothingThere { .. }
            | Self::NoEarlierRelease { .. }
            | Self::Gone { .. }
            | Self::Altered { .. } => ErrorKind::Failed,
        }
    }
}

/// Brings a stack back to an earlier release. Everything that is asked of a deployment is asked of this one.
///
/// # Errors
/// There is no such release, or what it was made of is gone, or its deployment was not made.
pub async fn rollback<C: Cloud>(
    session: &mut Session<'_, C>,
    rollback: &Rollback,
) -> Result<RolledBack, RollbackError> {
    let done = go_back(session, rollback).await;
    session.tell_finished();
    done
}

async fn go_back<C: Cloud>(
    session: &mut Session<'_, C>,
    rollback: &Rollback,
) -> Result<RolledBack, RollbackError> {
    let deployment = &rollback.deployment;
    // Whose the stack is, and whether it takes an update, comes before what it could be brought back to.
    let found = find_for_update(session, &deployment.stack, &deployment.accepted).await;
    let found = found.map_err(DeployError::from)?;
    if let Found::Standing(stack) = &found
        && let Some(done) = finish_earlier(session, rollback, stack).await?
    {
        return Ok(done);
    }
    let ids = ledger::ids(session, &deployment.bucket.name, &deployment.stack).await?;
    if ids.is_empty() && matches!(found, Found::Nothing) {
        return Err(RollbackError::NothingThere {
            stack: deployment.stack.clone(),
        });
    }
    let release = match &rollback.to {
        Some(choice) => {
            let id = choice.among(&ids).map_err(|choice| RollbackError::NoChoice {
                stack: deployment.stack.clone(),
                choice,
            })?;
            read(session, deployment, id).await?
        }
        None => previous(session, deployment, &ids).await?,
    };
    let mut deployment = of_release(session, deployment, &release).await?;
    if rollback.to.is_none() {
        deployment.cause = Cause::PreviousRelease;
    }
    session.tell(Event::RollingBack {
        release: Box::new(release.clone()),
    });
    let deployed = deploy(session, &deployment).await?;
    Ok(RolledBack { release, deployed })
}

/// Finishes what earlier runs have begun. One that has gone back to the release before, and was interrupted, has done what is asked for again:
/// to go back once more from there is another request.
async fn finish_earlier<C: Cloud>(
    session: &mut Session<'_, C>,
    rollback: &Rollback,
    stack: &DeployedStack,
) -> Result<Option<RolledBack>, RollbackError> {
    let (bucket, name) = (&rollback.deployment.bucket.name, &rollback.deployment.stack);
    let journal = journal::read(session, bucket, name).await?;
    if journal.is_empty() {
        return Ok(None);
    }
    let reached = journal::finish_others(session, bucket, stack, &journal).await?;
    let reached = reached.filter(|intent| rollback.to.is_none() && intent.cause == Cause::PreviousRelease);
    let Some(id) = reached.and_then(|intent| intent.release.rolled_back_to) else {
        return Ok(None);
    };
    let release = ledger::read(session, bucket, name, &id).await?;
    let mut deployment = of_release(session, &rollback.deployment, &release).await?;
    deployment.cause = Cause::PreviousRelease;
    // Nothing is left to do but what the interrupted run has left.
    let deployed = deploy(session, &deployment).await?;
    Ok(Some(RolledBack { release, deployed }))
}

/// The newest release, before the one that is deployed, with another template, whose smoke test did not fail and was not
/// left out.
///
/// What is deployed may be in no record: then the newest release is the one before it.
async fn previous<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    ids: &[ReleaseId],
) -> Result<Release, RollbackError> {
    let stack = session.cloud.describe_stack(&deployment.stack).await?;
    let template = match stack {
        Some(stack) => Some(session.cloud.original_template(&stack.id).await?),
        None => None,
    };
    let mut before: Option<ReleaseId> = None;
    for (newer, id) in ids.iter().rev().enumerate() {
        if before.as_ref().is_some_and(|before| id >= before) {
            continue;
        }
        let release = read(session, deployment, id).await?;
        let is_deployed = match &template {
            Some(deployed) => ledger::is_of(session, &deployment.bucket.name, &release, deployed).await?,
            None => false,
        };
        if !release.failed_smoke && !release.untried && !is_deployed {
            return Ok(release);
        }
        // A stack that was brought back to a release goes on back from there.
        if newer == 0 {
            before = release.rolled_back_to;
        }
    }
    Err(RollbackError::NoEarlierRelease {
        stack: deployment.stack.clone(),
    })
}

async fn read<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    id: &ReleaseId,
) -> Result<Release, LedgerError> {
    ledger::read(session, &deployment.bucket.name, &deployment.stack, id).await
}

/// The deployment that a release was, with what the environment says about all else.
async fn of_release<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    release: &Release,
) -> Result<Deployment, RollbackError> {
    let bucket = &deployment.bucket.name;
    let key = &release.template.key;
    let template = session.cloud.read_object(bucket, session.account(), key).await?;
    let code = release.artifacts.iter().map(|artifact| artifact.key.as_str());
    let mut keys = artifacts::missing(session, bucket, code).await?;
    let Some(template) = template else {
        keys.insert(0, key.clone());
        return Err(gone(release, bucket, keys));
    };
    if !keys.is_empty() {
        return Err(gone(release, bucket, keys));
    }
    let altered = || RollbackError::Altered {
        release: release.id.clone(),
        key: key.clone(),
    };
    if sha256_hex(&template) != release.template.sha256 {
        return Err(altered());
    }
    let template = String::from_utf8(template).map_err(|_| altered())?;
    let template = WantedTemplate::read(template).map_err(DeployError::from)?;
    let artifacts = release.artifacts.iter().map(|artifact| CodeArtifact {
        key: artifact.key.clone(),
        body: None,
        code_sha256: artifact.code_sha256.clone(),
    });
    Ok(Deployment {
        template,
        tags: with_owner(release.tags.clone(), &deployment.tags),
        artifacts: artifacts.collect(),
        provenance: Provenance {
            revision: release.revision.clone(),
            rolled_back_to: Some(release.id.clone()),
            deployer: deployment.provenance.deployer.clone(),
        },
        // Nothing of what follows an `up` follows a return.
        sequel: Sequel::default(),
        ..deployment.clone()
    })
}

fn gone(release: &Release, bucket: &str, keys: Vec<String>) -> RollbackError {
    RollbackError::Gone {
        release: release.id.clone(),
        bucket: bucket.to_owned(),
        keys,
    }
}
