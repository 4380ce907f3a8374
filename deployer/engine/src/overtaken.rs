//! Runs beside this one: of two deployments at once one comes first, and the other looks anew.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use uuid::Uuid;

use crate::cloud::{CallError, Cloud};
use crate::stack::{DeployedStack, NextMove};

use super::{DeployError, Event, Session, Stopped};

/// How often a deployment begins anew because another one came first.
const MOST_ATTEMPTS: usize = 10;
/// The longest wait before the second attempt; each later one may be twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// What CloudFormation says of a request depends on where the stack has got to meanwhile, in many words. So what is asked instead is whether
/// the stack is still as it was found: if it is not, the error is that another deployment came first.
pub(super) async fn or<C: Cloud>(
    session: &Session<'_, C>,
    error: DeployError,
    stack: &str,
    found: Option<&DeployedStack>,
) -> DeployError {
    let DeployError::Stopped(Stopped::Call(call)) = &error else {
        return error;
    };
    if call.is_transient() || call.may_have_been_done() {
        return error;
    }
    match has_moved(session, stack, found).await {
        Ok(true) => DeployError::Overtaken {
            stack: stack.to_owned(),
        },
        // What was refused is worth more than that nothing more can be found out.
        Ok(false) | Err(_) => error,
    }
}

/// The same, while everything is made ready for a change set of this run: what is looked for and gone was taken away by another run, the shell of
/// a stack or the change set in it.
pub(super) async fn before_execution<C: Cloud>(
    session: &Session<'_, C>,
    error: DeployError,
    stack: &str,
    found: Option<&DeployedStack>,
) -> DeployError {
    match error {
        DeployError::Stopped(Stopped::Call(call)) if call.is_not_found() => DeployError::Overtaken {
            stack: stack.to_owned(),
        },
        error => or(session, error, stack, found).await,
    }
}

async fn has_moved<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    found: Option<&DeployedStack>,
) -> Result<bool, CallError> {
    let now = session.cloud.describe_stack(stack).await?;
    Ok(match (found, now) {
        (Some(found), Some(now)) => {
            (&found.id, &found.status, found.updated) != (&now.id, &now.status, now.updated)
        }
        (Some(_), None) => true,
        (None, Some(now)) => !matches!(now.status.next_move(), NextMove::Create | NextMove::CreateInShell),
        (None, None) => false,
    })
}

/// Attempts at something that others may come before.
pub(super) struct Attempts {
    longest_waits: ExponentialBackoff,
}

impl Attempts {
    pub(super) fn new() -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_WAIT)
            .without_max_delay()
            .with_max_times(MOST_ATTEMPTS - 1);
        Self {
            longest_waits: waits.build(),
        }
    }

    /// Whether to begin anew after an error, and if so, waits: some time at random, lest those who met once meet again.
    ///
    /// # Errors
    /// The error itself, if it is another one or has come too often; that the wait was interrupted.
    pub(super) async fn again<C: Cloud>(
        &mut self,
        session: &mut Session<'_, C>,
        error: DeployError,
    ) -> Result<(), DeployError> {
        let DeployError::Overtaken { stack } = &error else {
            return Err(error);
        };
        let Some(longest) = self.longest_waits.next() else {
            return Err(error);
        };
        session.tell(Event::Overtaken { stack: stack.clone() });
        let wait = longest.mul_f64(chance());
        Ok(session.pause(wait).await?)
    }
}

/// A number at random, from 0 up to 1.
fn chance() -> f64 {
    let (random, _) = Uuid::new_v4().as_u64_pair();
    // The upper half has no bits of the version in its first 32.
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}
