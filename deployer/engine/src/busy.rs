//! A stack on which somebody else is at work.

use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{CallError, Cloud};
use crate::stack::{DeployedStack, NextMove, RequestToken};

use super::backoff::Backoff;
use super::{Event, Session, Unready};

const PATIENCE: Duration = Duration::from_secs(5);

/// Waits until the operation on a stack has ended, whatever came of it.
///
/// # Errors
/// AWS could not be asked, or the wait was interrupted.
pub(super) async fn wait_for_the_end<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: DeployedStack,
) -> Result<(), Unready> {
    let (since, by) = begin_of(session, &stack).await?;
    session.tell(Event::Awaiting {
        stack: stack.name.clone(),
        status: stack.status.clone(),
        since,
        by,
    });
    let mut backoff = Backoff::up_to(PATIENCE);
    loop {
        session.pause(backoff.next()).await?;
        // By its ARN: the name may be used again once it is gone.
        let now = session.cloud.describe_stack(&stack.id).await?;
        if now.is_none_or(|now| now.status.next_move() != NextMove::Wait) {
            return Ok(());
        }
    }
}

/// Says that somebody is at work.
pub(super) async fn busy<C: Cloud>(
    session: &Session<'_, C>,
    stack: DeployedStack,
) -> Result<Unready, CallError> {
    let (since, by) = begin_of(session, &stack).await?;
    Ok(Unready::Busy {
        since,
        by,
        stack: stack.name,
        status: stack.status,
    })
}

/// Since when somebody is at work, and who: the stack's last event in the state it is in tells both.
async fn begin_of<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
) -> Result<(Timestamp, Option<String>), CallError> {
    let events = session.cloud.stack_events(&stack.id, None).await?.items;
    let began = events
        .iter()
        .find(|event| event.is_of_the_stack() && event.status.as_str() == stack.status.as_str());
    let since = began.map_or_else(|| stack.since(), |event| event.timestamp);
    let by = began
        .and_then(|event| event.token.as_deref())
        .and_then(RequestToken::author_of);
    Ok((since, by))
}
