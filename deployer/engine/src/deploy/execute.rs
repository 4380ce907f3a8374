//! A change set executed, and followed to its end.

use crate::change_set::{self, Made};
use crate::cloud::{ChangeSetType, Cloud};
use crate::stack::release::Durations;
use crate::stack::{DeployedStack, Estimate};
use crate::stack_policy::Ending;
use crate::watch::{Operation, watch};
use crate::{DeployError, Event, Session, Stopped};

pub(super) async fn execute<C: Cloud>(
    session: &mut Session<'_, C>,
    made: &Made,
    operation: &Operation,
    estimate: Option<Estimate>,
) -> Result<(DeployedStack, Durations), DeployError> {
    let stack = || made.stack.clone();
    let began = session.cloud.now();
    change_set::begin_execution(session, made, operation).await?;
    session.tell(Event::Started {
        stack: stack(),
        estimate,
    });
    let ended = watch(session, operation)
        .await
        .map_err(|unseen| Stopped::unseen(&stack(), unseen))?;
    match ended.stack {
        Some(standing) if ended.status.is_success() => {
            let durations = Durations::of(&ended.progress, began, session.cloud.now());
            Ok((standing, durations))
        }
        // A stack is known by its ARN for long after its end. One that is not was never the one that this run has made.
        None if made.kind == ChangeSetType::Create && ended.progress.done() == 0 => {
            Err(DeployError::Overtaken { stack: stack() })
        }
        _ => Err(DeployError::Stopped(Stopped::Failed {
            stack: stack(),
            status: ended.status,
            cause: ended.cause,
        })),
    }
}

/// Whether an operation that ended in an error has ended in AWS, too.
pub(super) fn ending(error: &DeployError) -> Ending {
    match error {
        DeployError::Stopped(Stopped::LostSight { .. } | Stopped::Interrupted { going_on: Some(_) }) => {
            Ending::GoesOn
        }
        _ => Ending::Over,
    }
}

/// Whether an error says that nothing was begun, so that the change set can go.
pub(super) fn is_not_begun(error: &DeployError) -> bool {
    matches!(
        error,
        DeployError::Stopped(Stopped::Call(_)) | DeployError::Overtaken { .. }
    )
}
