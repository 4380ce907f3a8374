//! Whose a stack is: no environment touches what another one has made, unless that is accepted by name.
//!
//! A stack says it by its tag. Where somebody has taken the tag off, the newest record of its releases says it.

use serde::Serialize;

use crate::cloud::{CallError, CallErrorKind, Cloud, DeployedTable};
use crate::stack::guard::Accepted;
use crate::stack::{DeployedStack, OWNER_TAG, StackStatus};

use super::{Event, LedgerError, Session, Unready, ledger};

/// That a stack is not of the environment that is worked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Foreign {
    /// The environment that has made it; none, if neither tag nor record says so.
    pub owner: Option<String>,
}

/// Refuses a stack that is of another environment, or of none that is known.
///
/// # Errors
/// The stack is not this environment's, or AWS cannot be asked.
pub(super) async fn check<C: Cloud>(session: &Session<'_, C>, stack: &DeployedStack) -> Result<(), Unready> {
    match foreign(session, stack).await? {
        None => Ok(()),
        Some(Foreign { owner }) => Err(Unready::NotOurs {
            stack: stack.name.clone(),
            owner,
        }),
    }
}

/// Refuses such a stack unless it is accepted that it is taken over: `adopt:STACK`.
///
/// # Errors
/// As [`check`].
pub(super) async fn check_unless_adopted<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    accepted: &Accepted,
) -> Result<(), Unready> {
    match check(session, stack).await {
        Err(Unready::NotOurs { stack, owner }) if accepted.adopts(&stack) => {
            session.tell_once(Event::TakingOver { stack, owner });
            Ok(())
        }
        checked => checked,
    }
}

/// Looks whether a stack is another's. A shell without an owner is nobody's: nothing of it exists.
///
/// # Errors
/// The records are needed, and cannot be listed or read.
pub(super) async fn foreign<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
) -> Result<Option<Foreign>, CallError> {
    let mut owner = stack.tags.get(OWNER_TAG).cloned();
    if owner.is_none() && stack.status == StackStatus::ReviewInProgress {
        return Ok(None);
    }
    if let (None, Some(bucket)) = (&owner, session.bucket()) {
        owner = match recorded_owner(session, bucket, stack).await {
            // Whoever may only look at the stack may not read its records.
            Err(error) if matches!(error.kind, CallErrorKind::AccessDenied { .. }) => None,
            recorded => recorded?,
        };
    }
    let is_ours = owner.as_deref() == session.environment();
    Ok((!is_ours).then_some(Foreign { owner }))
}

/// How many records are read to find one of the stack itself: those before it are of stacks of its name that are gone.
const RECORDS_READ: usize = 5;

/// The environment that has made the newest release of this very stack, as its record says.
async fn recorded_owner<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &DeployedStack,
) -> Result<Option<String>, CallError> {
    let ids = ledger::ids(session, bucket, &stack.name).await?;
    for id in ids.iter().rev().take(RECORDS_READ) {
        match ledger::read(session, bucket, &stack.name, id).await {
            Ok(release) if release.stack_id == stack.id => return Ok(release.tags.get(OWNER_TAG).cloned()),
            Ok(_) | Err(LedgerError::Unreadable { .. } | LedgerError::Gone { .. }) => {}
            Err(LedgerError::Call(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// The environment that has left a table, if it is another one. Stacks hand their tags on to their tables; one that has no such tag is older.
pub(super) async fn other_owner<C: Cloud>(
    session: &Session<'_, C>,
    table: &DeployedTable,
) -> Result<Option<String>, CallError> {
    let tags = session.cloud.table_tags(&table.arn).await?;
    let owner = tags.get(OWNER_TAG).cloned();
    Ok(owner.filter(|owner| Some(owner.as_str()) != session.environment()))
}
