//! Making a change set, reading it, and leaving none behind.

use std::time::Duration;

use crate::aws::{
    CallError, ChangeSetHandle, ChangeSetPage, ChangeSetProgress, ChangeSetType, Cloud, NewChangeSet,
    PropertyValues, ValidationFinding,
};
use crate::stack::{ChangeSummary, StackStatus, means_no_changes};

use super::pace::Pace;
use super::{DeployError, Event, Session, Talk};

/// The name that every change set of a deployment has: an old one is in the way of a new one, and is removed.
pub(super) const NAME: &str = "deployer-up";

/// The name of those that are only read: a diff takes no change set away from a deployment beside it.
pub(super) const NAME_OF_A_DIFF: &str = "deployer-diff";

const PATIENCE: Duration = Duration::from_secs(2);
/// How AWS marks a reading that is not complete.
const WARNING: &str = "[WARN]";

/// A change set that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) handle: ChangeSetHandle,
    pub(super) kind: ChangeSetType,
    pub(super) stack: String,
    pub(super) name: String,
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
pub(super) async fn prepare<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    request: &NewChangeSet,
) -> Result<Prepared, DeployError> {
    remove_old(session, request).await?;
    let creates = request.kind == ChangeSetType::Create;
    session.tell(Event::ChangeSetCreating {
        stack: request.stack.clone(),
        creates,
    });
    let handle = session.cloud.create_change_set(request).await?;
    let made = Made {
        handle,
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
pub(super) async fn discard<C: Cloud, T: Talk>(session: &mut Session<'_, C, T>, made: &Made) {
    if let Err(error) = try_discard(session, made).await {
        session.tell(Event::CleanupFailed {
            what: format!("change set {} of stack {}", made.name, made.stack),
            reason: error.to_string(),
        });
    }
}

async fn try_discard<C: Cloud, T: Talk>(session: &Session<'_, C, T>, made: &Made) -> Result<(), CallError> {
    session
        .cloud
        .delete_change_set(&made.handle.stack_id, &made.handle.id)
        .await?;
    if made.kind == ChangeSetType::Create {
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

/// A change set of the same name is in the way until it is really gone.
async fn remove_old<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    request: &NewChangeSet,
) -> Result<(), DeployError> {
    let mut pace = Pace::up_to(PATIENCE);
    let mut asked = false;
    while is_there(session, request).await? {
        if asked {
            session.pause(pace.next()).await?;
        } else {
            session
                .cloud
                .delete_change_set(&request.stack, &request.name)
                .await?;
            asked = true;
        }
    }
    Ok(())
}

async fn is_there<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    request: &NewChangeSet,
) -> Result<bool, CallError> {
    match session
        .cloud
        .describe_change_set(&request.stack, &request.name, PropertyValues::Omitted, None)
        .await
    {
        Ok(page) => Ok(page.is_some()),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Waits until the change set is made, and reads it; `None` when there is nothing to do.
async fn wait_and_read<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    made: &Made,
) -> Result<Option<ChangeSummary>, DeployError> {
    let mut pace = Pace::up_to(PATIENCE);
    let first = loop {
        let read = page(session, made, PropertyValues::Included, None).await?;
        match read.progress {
            ChangeSetProgress::Pending => session.pause(pace.next()).await?,
            ChangeSetProgress::Ready => break read,
            ChangeSetProgress::Failed if means_no_changes(&read.reason) => return Ok(None),
            ChangeSetProgress::Failed => return Err(rejected(session, made, read.reason).await),
        }
    };
    let incomplete = first.reason.contains(WARNING);
    let changes = remaining(session, made, PropertyValues::Included, first).await?;
    if !incomplete {
        return Ok(Some(changes));
    }
    let first = page(session, made, PropertyValues::Omitted, None).await?;
    let all = remaining(session, made, PropertyValues::Omitted, first).await?;
    Ok(Some(changes.completed_by(all)))
}

async fn page<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    made: &Made,
    values: PropertyValues,
    next: Option<&str>,
) -> Result<ChangeSetPage, DeployError> {
    let page = session
        .cloud
        .describe_change_set(&made.handle.stack_id, &made.handle.id, values, next)
        .await?;
    page.ok_or_else(|| DeployError::ChangeSetRejected {
        stack: made.stack.clone(),
        reason: "somebody deleted the change set".to_owned(),
        findings: Vec::new(),
    })
}

/// Reads the pages after the first.
async fn remaining<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    made: &Made,
    values: PropertyValues,
    first: ChangeSetPage,
) -> Result<ChangeSummary, DeployError> {
    let mut summary = first.changes;
    let mut next = first.next;
    while let Some(token) = next {
        let following = page(session, made, values, Some(&token)).await?;
        summary.changes.extend(following.changes.changes);
        next = following.next;
    }
    Ok(summary)
}

/// The reason of a rejection names no resource: what early validation found is told only by the change set's events.
async fn rejected<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    made: &Made,
    reason: String,
) -> DeployError {
    let findings = findings(session, made).await.unwrap_or_default();
    DeployError::ChangeSetRejected {
        stack: made.stack.clone(),
        reason,
        findings,
    }
}

async fn findings<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
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
