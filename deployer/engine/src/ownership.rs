//! Whose a stack is: no environment touches what another one has made, unless that is accepted by name.

use crate::cloud::{CallError, Cloud, DeployedTable};
use crate::stack::guard::Accepted;
use crate::stack::{DeployedStack, OWNER_TAG, StackStatus};

use super::{Event, Session, Talk, Unready};

/// Refuses a stack that is of another environment, or of none that is known, unless it is accepted: `adopt:STACK`.
///
/// A shell without an owner is nobody's: nothing of it exists.
///
/// # Errors
/// The stack is not this environment's.
pub(super) fn check<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    stack: &DeployedStack,
    accepted: &Accepted,
) -> Result<(), Unready> {
    let owner = stack.tags.get(OWNER_TAG);
    let is_nobodys = owner.is_none() && stack.status == StackStatus::ReviewInProgress;
    if is_nobodys || owner.map(String::as_str) == session.environment() {
        return Ok(());
    }
    let owner = owner.cloned();
    let stack = stack.name.clone();
    if accepted.adopts(&stack) {
        session.tell(Event::TakingOver { stack, owner });
        return Ok(());
    }
    Err(Unready::NotOurs { stack, owner })
}

/// The environment that has left a table, if it is another one. Stacks hand their tags on to their tables; one that has no such tag is older.
pub(super) async fn other_owner<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    table: &DeployedTable,
) -> Result<Option<String>, CallError> {
    let tags = session.cloud.table_tags(&table.arn).await?;
    let owner = tags.get(OWNER_TAG).cloned();
    Ok(owner.filter(|owner| Some(owner.as_str()) != session.environment()))
}
