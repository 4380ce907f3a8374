//! How what is there differs from what was deployed: what CloudFormation finds, and what it cannot see.

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

/// CloudFormation asks every service for every resource.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a stack differs from what was deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    pub stack: String,
    /// What CloudFormation found.
    pub resources: Vec<ResourceDrift>,
    /// Why CloudFormation could not look at everything, in its words.
    pub incomplete: Option<String>,
    /// What CloudFormation does not see.
    pub unseen: Vec<UnseenDrift>,
    /// Runs that have not come to their end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Unfinished>,
}

impl Drift {
    /// Whether everything is as it was deployed.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.unseen.is_empty()
    }
}

/// Compares a stack with the template that it was deployed with; `protected` is what its environment says, and `bucket` where runs are written
/// down.
///
/// # Errors
/// There is no such stack, or it is being changed.
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
