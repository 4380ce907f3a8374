//! Making a change set, reading it, and leaving none behind.
//!
//! Each has a name of its own, made of the request's token: what exists under it is this run's, also when the answer to its making was
//! lost, and no run takes a change set away from another.

mod ours;
mod sweep;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{
    CallError, ChangeSetHandle, ChangeSetPage, ChangeSetProgress, ChangeSetType, Cloud, NewChangeSet,
    Prospect, ValidationFinding,
};
use crate::stack::{ChangeSummary, StackStatus, means_no_changes};

use super::backoff::Backoff;
use super::{DeployError, Event, Session};

pub(super) use self::ours::begin_execution;

const PATIENCE: Duration = Duration::from_secs(2);
/// CloudFormation makes a change set within seconds, a large one within minutes. One that takes longer will not be made.
const LONGEST_MAKING: SignedDuration = SignedDuration::from_mins(30);

/// A change set that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) handle: ChangeSetHandle,
    pub(super) kind: ChangeSetType,
    pub(super) stack: String,
    pub(super) name: String,
    /// Since when it exists, by this machine's clock.
    pub(super) since: Timestamp,
}

/// What came of asking for a change set.
#[derive(Debug)]
pub(super) enum Prepared {
    /// It can be executed.
    Ready(Made, ChangeSummary),
    /// The stack already is as asked. The empty change set is gone.
    NothingToDo,
}

/// Makes a change set and reads what it would do. On every path but `Ready` nothing is left of it.
pub(super) async fn prepare<C: Cloud>(
    session: &mut Session<'_, C>,
    request: &NewChangeSet,
) -> Result<Prepared, DeployError> {
    sweep::sweep(session, &request.stack).await;
    let creates = request.kind == ChangeSetType::Create;
    session.tell(Event::ChangeSetCreating {
        stack: request.stack.clone(),
        creates,
    });
    let made = Made {
        since: session.cloud.now(),
        handle: ours::create(session, request).await?,
        kind: request.kind,
        stack: request.stack.clone(),
        name: request.name.clone(),
    };
    match wait_and_read(session, &made).await {
        Ok(Some(changes)) => Ok(Prepared::Ready(made, changes)),
        Ok(None) => {
            discard(session, &made).await;
            Ok(Prepared::NothingToDo)
        }
        Err(error) => {
            discard(session, &made).await;
            Err(error)
        }
    }
}

/// Removes a change set that was not executed, and the shell of a stack that it would have created.
///
/// What cannot be removed is told and is no error: the operation has a better one, or none.
pub(super) async fn discard<C: Cloud>(session: &mut Session<'_, C>, made: &Made) {
    if let Err(error) = try_discard(session, made).await {
        session.tell(Event::CleanupFailed {
            what: format!("change set {} of stack {}", made.name, made.stack),
            reason: error.to_string(),
        });
    }
}

async fn try_discard<C: Cloud>(session: &Session<'_, C>, made: &Made) -> Result<(), CallError> {
    session
        .cloud
        .delete_change_set(&made.handle.stack_id, &made.handle.id)
        .await?;
    if made.kind == ChangeSetType::Create && !is_awaited_by_others(session, made).await? {
        // Only a shell may go: if somebody has executed a change set meanwhile, there is a stack.
        let stack = session.cloud.describe_stack(&made.handle.stack_id).await?;
        if stack.is_some_and(|stack| stack.status == StackStatus::ReviewInProgress) {
            session
                .cloud
                .delete_stack(&made.handle.stack_id, None, &session.new_token())
                .await?;
        }
    }
    Ok(())
}

/// Whether somebody else has a change set in the shell, which would go with it.
async fn is_awaited_by_others<C: Cloud>(session: &Session<'_, C>, made: &Made) -> Result<bool, CallError> {
    let listed = sweep::all(session, &made.stack).await?;
    Ok(listed
        .iter()
        .any(|known| known.handle.id != made.handle.id && known.prospect == Prospect::Open))
}

/// Waits until the change set is made, and reads it; `None` when there is nothing to do.
async fn wait_and_read<C: Cloud>(
    session: &mut Session<'_, C>,
    made: &Made,
) -> Result<Option<ChangeSummary>, DeployError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    let mut read = loop {
        let read = page(session, made, None).await?;
        match read.progress {
            ChangeSetProgress::Pending => {
                if session.cloud.now().duration_since(made.since) > LONGEST_MAKING {
                    let reason = format!(
                        "CloudFormation has not made it within {} minutes",
                        LONGEST_MAKING.as_mins()
                    );
                    return Err(rejected(session, made, reason).await);
                }
                session.pause(backoff.next()).await?;
            }
            ChangeSetProgress::Ready => break read,
            ChangeSetProgress::Failed if means_no_changes(&read.reason) => return Ok(None),
            ChangeSetProgress::Failed => return Err(rejected(session, made, read.reason).await),
        }
    };
    let mut changes = ChangeSummary::default();
    loop {
        changes.changes.extend(read.changes.changes);
        let Some(next) = read.next else {
            return Ok(Some(changes));
        };
        read = page(session, made, Some(&next)).await?;
    }
}

async fn page<C: Cloud>(
    session: &Session<'_, C>,
    made: &Made,
    next: Option<&str>,
) -> Result<ChangeSetPage, DeployError> {
    let page = session
        .cloud
        .describe_change_set(&made.handle.stack_id, &made.handle.id, next)
        .await?;
    // CloudFormation deletes all others when one is executed.
    page.ok_or_else(|| DeployError::Overtaken {
        stack: made.stack.clone(),
    })
}

/// The reason of a rejection names no resource: what early validation found is told only by the change set's events.
async fn rejected<C: Cloud>(session: &Session<'_, C>, made: &Made, reason: String) -> DeployError {
    let findings = findings(session, made).await.unwrap_or_default();
    DeployError::ChangeSetRejected {
        stack: made.stack.clone(),
        reason,
        findings,
    }
}

async fn findings<C: Cloud>(
    session: &Session<'_, C>,
    made: &Made,
) -> Result<Vec<ValidationFinding>, CallError> {
    let mut findings = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .validation_findings(&made.handle.stack_id, &made.handle.id, next.as_deref())
            .await?;
        findings.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(findings);
        }
    }
}
