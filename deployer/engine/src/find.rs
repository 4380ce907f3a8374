//! Which state a stack is in, and whether that allows anything.

use crate::cloud::Cloud;
use crate::stack::guard::Accepted;
use crate::stack::{DeployedStack, NextMove, StackStatus};

use super::busy::{busy, wait_for_the_end};
use super::{Session, Unready, ownership};

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
/// An operation is running, or one has failed and has to be recovered from, or the stack is another environment's.
pub(super) async fn find_for_update<C: Cloud>(
    session: &mut Session<'_, C>,
    name: &str,
    accepted: &Accepted,
) -> Result<Found, Unready> {
    let Some(stack) = find(session, name, accepted).await? else {
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

/// Looks for a stack to delete: that is a way out of every state but a running operation, which is waited for if that is asked for.
///
/// # Errors
/// An operation is running, the stack is another environment's, or in a state that is not known and not accepted.
pub(super) async fn find_for_deletion<C: Cloud>(
    session: &mut Session<'_, C>,
    name: &str,
    accepted: &Accepted,
) -> Result<Option<DeployedStack>, Unready> {
    let found = find(session, name, accepted).await?;
    match found {
        Some(stack) if matches!(&stack.status, StackStatus::Unknown(status) if !accepted.takes_state(status)) => {
            Err(Unready::UnknownState {
                stack: stack.name,
                status: stack.status,
            })
        }
        found => Ok(found),
    }
}

async fn find<C: Cloud>(
    session: &mut Session<'_, C>,
    name: &str,
    accepted: &Accepted,
) -> Result<Option<DeployedStack>, Unready> {
    loop {
        let Some(stack) = session.cloud.describe_stack(name).await? else {
            return Ok(None);
        };
        match stack.status.next_move() {
            NextMove::Create => return Ok(None),
            NextMove::Wait if session.waits_for_others() => wait_for_the_end(session, stack).await?,
            NextMove::Wait => return Err(busy(session, stack).await?),
            _ => {
                ownership::check_unless_adopted(session, &stack, accepted).await?;
                return Ok(Some(stack));
            }
        }
    }
}
