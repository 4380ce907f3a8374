//! Reading what was last done to a stack.

use crate::cloud::{CallError, Cloud};
use crate::stack::{Diagnosis, Failure, StackEvent, Timeline};

use super::{DescribeError, Session};

/// Reads the events of the last operation on a stack and lays them out; `explain` tells what can be said of a failure.
///
/// # Errors
/// There is no such stack, or nothing was ever done to it.
pub async fn last_operation<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    explain: impl FnOnce(Failure) -> Diagnosis,
) -> Result<Timeline, DescribeError> {
    let missing = || DescribeError::NoStack {
        stack: stack.to_owned(),
    };
    let standing = session.cloud.describe_stack(stack).await?.ok_or_else(missing)?;
    let events = events_of(session, &standing.id).await?;
    Timeline::of_last(&events, explain).ok_or_else(missing)
}

/// All events that AWS still has of a stack, oldest first.
pub(super) async fn events_of<C: Cloud>(
    session: &Session<'_, C>,
    stack_id: &str,
) -> Result<Vec<StackEvent>, CallError> {
    let mut events = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session.cloud.stack_events(stack_id, next.as_deref()).await?;
        events.extend(page.items);
        next = page.next;
        if next.is_none() {
            events.reverse();
            return Ok(events);
        }
    }
}
