//! The drift of a stack: what CloudFormation detects, and what it cannot see.

mod error;
mod function;
mod mapping;
mod unseen;

use std::time::Duration;

use serde::Serialize;

use crate::cloud::{CallError, Cloud, DriftSearch};
use crate::stack::{DeployedStack, ResourceDrift, StackStatus, Unfinished, UnseenDrift};

pub use self::error::DriftError;
use self::unseen::unseen;
use super::backoff::Backoff;
use super::{Event, Session, unfinished};

/// The polling interval: CloudFormation queries every service for every resource.
const PATIENCE: Duration = Duration::from_secs(3);

/// The drift of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    pub stack: String,
    /// The drift that CloudFormation detected.
    pub resources: Vec<ResourceDrift>,
    /// Why CloudFormation could not check everything, in its words.
    pub incomplete: Option<String>,
    /// The drift that CloudFormation does not see.
    pub unseen: Vec<UnseenDrift>,
    /// Unfinished runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Unfinished>,
}

impl Drift {
    /// Tells whether there is no drift.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.unseen.is_empty()
    }
}

/// Compares a stack with its deployed template. `protected` comes from its environment; runs are recorded in
/// `bucket`.
///
/// # Errors
/// The stack does not exist, or is being changed.
pub async fn drift<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &str,
    protected: bool,
    bucket: &str,
) -> Result<Drift, DriftError> {
    let found = session.cloud.describe_stack(stack).await?;
    let found = found.filter(|stack| stack.status != StackStatus::ReviewInProgress);
    let stack = found.ok_or_else(|| DriftError::NoStack {
        stack: stack.to_owned(),
    })?;
    if !stack.status.is_settled() {
        return Err(DriftError::Busy {
            stack: stack.name,
            status: stack.status,
        });
    }
    session.tell(Event::DriftSearching {
        stack: stack.name.clone(),
    });
    let search = session.cloud.search_for_drift(&stack.id).await?;
    let (unseen, unread) = unseen(session, &stack, protected).await?;
    let incomplete = wait_for(session, &search).await?;
    let incomplete: Vec<String> = incomplete.into_iter().chain(unread).collect();
    Ok(Drift {
        resources: resources(session, &stack).await?,
        unfinished: unfinished(session, bucket, &stack.name).await,
        stack: stack.name,
        incomplete: (!incomplete.is_empty()).then(|| incomplete.join("; ")),
        unseen,
    })
}

async fn wait_for<C: Cloud>(
    session: &mut Session<'_, C>,
    search: &str,
) -> Result<Option<String>, DriftError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    loop {
        match session.cloud.drift_search(search).await? {
            DriftSearch::Running => session.pause(backoff.next()).await?,
            DriftSearch::Over { incomplete } => return Ok(incomplete),
        }
    }
}

async fn resources<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
) -> Result<Vec<ResourceDrift>, CallError> {
    let mut drifts = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .drifted_resources(&stack.id, next.as_deref())
            .await?;
        drifts.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(drifts);
        }
    }
}
