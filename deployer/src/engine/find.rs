//! Which state a stack is in, and whether that allows anything.

use crate::aws::{CallError, Cloud};
use crate::stack::{DeployedStack, NextMove, RequestToken};

use super::{Session, Talk, Unready};

/// What an update finds under a stack's name.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing, or only the shell that an unexecuted change set left.
    Nothing,
    /// What a failed creation left.
    FailedCreation(DeployedStack),
    /// A stack.
    Standing(DeployedStack),
}

/// Looks for a stack to create or update.
///
/// # Errors
/// An operation is running, or one has failed and has to be recovered from.
pub(super) async fn find_for_update<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    name: &str,
) -> Result<Found, Unready> {
    let Some(stack) = find_for_deletion(session, name).await? else {
        return Ok(Found::Nothing);
    };
    match stack.status.next_move() {
        NextMove::Create | NextMove::CreateInShell => Ok(Found::Nothing),
        NextMove::DeleteThenCreate => Ok(Found::FailedCreation(stack)),
        NextMove::Update => Ok(Found::Standing(stack)),
        NextMove::Wait | NextMove::Recover => Err(Unready::NeedsRecovery {
            since: stack.since(),
            stack: stack.name,
            status: stack.status,
            reason: stack.status_reason,
        }),
    }
}

/// Looks for a stack to delete: that is a way out of every state but a running operation.
///
/// # Errors
/// An operation is running.
pub(super) async fn find_for_deletion<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    name: &str,
) -> Result<Option<DeployedStack>, Unready> {
    let Some(stack) = session.cloud.describe_stack(name).await? else {
        return Ok(None);
    };
    match stack.status.next_move() {
        NextMove::Create => Ok(None),
        NextMove::Wait => Err(busy(session, stack).await?),
        _ => Ok(Some(stack)),
    }
}

/// Says who is at work, and since when: the stack's last event in the state it is in tells both.
async fn busy<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    stack: DeployedStack,
) -> Result<Unready, CallError> {
    let events = session.cloud.stack_events(&stack.id, None).await?.items;
    let began = events
        .iter()
        .find(|event| event.is_of_the_stack() && event.status.as_str() == stack.status.as_str());
    Ok(Unready::Busy {
        since: began.map_or_else(|| stack.since(), |event| event.timestamp),
        by: began
            .and_then(|event| event.token.as_deref())
            .and_then(RequestToken::author_of),
        stack: stack.name,
        status: stack.status,
    })
}
