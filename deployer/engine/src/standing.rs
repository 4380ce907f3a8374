//! Where a stack stands, and why.

use jiff::Timestamp;

use crate::cloud::{CallError, Cloud};
use crate::stack::{Diagnosis, Failure, Phase, Situation, StackStatus, Timeline, situation};

use super::Session;
use super::last_operation::events_of;

/// A stack in some state, with who brought it there and what that allows.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The stack's name.
    pub stack: String,
    /// Its ARN.
    pub id: String,
    /// Its state.
    pub status: StackStatus,
    /// Since when it is in that state.
    pub since: Timestamp,
    /// Who began the operation that led there, where that is known.
    pub by: Option<String>,
    /// What brought the operation down, if something did.
    pub cause: Option<Diagnosis>,
    /// The resources that were not undone or not deleted, by their names in the template.
    pub failed: Vec<String>,
    /// What the state means, and what leads out of it.
    pub situation: Situation,
}

/// Looks where a stack stands; `None` when there is none. `explain` tells what can be said of a failure.
pub async fn standing<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    explain: impl FnOnce(Failure) -> Diagnosis,
) -> Result<Option<Standing>, CallError> {
    let Some(found) = session.cloud.describe_stack(stack).await? else {
        return Ok(None);
    };
    if found.status == StackStatus::DeleteComplete {
        return Ok(None);
    }
    let events = events_of(session, &found.id).await?;
    let since = events
        .iter()
        .rev()
        .take_while(|event| !event.is_of_the_stack() || event.status.as_str() == found.status.as_str())
        .filter(|event| event.is_of_the_stack())
        .last()
        .map_or_else(|| found.since(), |event| event.timestamp);
    let timeline = Timeline::of_last(&events, explain);
    let failed = timeline
        .as_ref()
        .map(|timeline| failed(timeline, &found.status))
        .unwrap_or_default();
    Ok(Some(Standing {
        situation: situation(&found.status),
        stack: found.name,
        id: found.id,
        status: found.status,
        since,
        by: timeline.as_ref().and_then(|timeline| timeline.by.clone()),
        cause: timeline.and_then(|timeline| timeline.cause),
        failed,
    }))
}

/// The resources that an operation left behind undone: those whose last step failed, of a rollback only its own steps.
fn failed(timeline: &Timeline, status: &StackStatus) -> Vec<String> {
    let of_rollback = status.as_str().contains("ROLLBACK");
    let mut names: Vec<String> = Vec::new();
    for step in timeline.steps.iter().filter(|step| step.undoes || !of_rollback) {
        names.retain(|name| *name != step.logical_id);
        if step.status.phase() == Phase::Failed {
            names.push(step.logical_id.clone());
        }
    }
    names
}
