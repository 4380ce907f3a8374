//! A change set executed, and followed to its end.

use crate::aws::Cloud;
use crate::engine::change_set::{self, Made};
use crate::engine::stack_policy::Ending;
use crate::engine::watch::{Operation, Unseen, watch};
use crate::engine::{DeployError, Event, Session, Talk};
use crate::stack::release::Durations;
use crate::stack::{DeployedStack, Estimate};

pub(super) async fn execute<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    made: &Made,
    operation: &Operation,
    estimate: Option<Estimate>,
) -> Result<(DeployedStack, Durations), DeployError> {
    let stack = || made.stack.clone();
    let began = session.cloud.now();
    if let Err(source) = session
        .cloud
        .execute_change_set(&made.handle, operation.token())
        .await
    {
        if source.is_transient() {
            // It may have begun all the same, and what has begun must not be cleaned away.
            return Err(DeployError::LostSight {
                stack: stack(),
                source,
            });
        }
        change_set::discard(session, made).await;
        return Err(source.into());
    }
    session.tell(Event::Started {
        stack: stack(),
        estimate,
    });
    let ended = watch(session, operation).await.map_err(|unseen| match unseen {
        Unseen::Interrupted => DeployError::Interrupted {
            going_on: Some(stack()),
        },
        Unseen::LostSight(source) => DeployError::LostSight {
            stack: stack(),
            source,
        },
    })?;
    match ended.stack {
        Some(standing) if ended.status.is_success() => {
            let durations = Durations::of(&ended.progress, began, session.cloud.now());
            Ok((standing, durations))
        }
        _ => Err(DeployError::Failed {
            stack: stack(),
            status: ended.status,
            cause: ended.cause,
        }),
    }
}

/// Whether an operation that ended in an error has ended in AWS, too.
pub(super) fn ending(error: &DeployError) -> Ending {
    match error {
        DeployError::LostSight { .. } | DeployError::Interrupted { going_on: Some(_) } => Ending::GoesOn,
        _ => Ending::Over,
    }
}
