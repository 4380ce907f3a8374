//! Deleting what a failed creation left, so that the stack can be created.

use crate::cloud::Cloud;
use crate::stack::{DeployedStack, StackStatus};

use super::watch::{Operation, watch};
use super::{DeployError, Event, Session, Stopped};

/// Deletes a stack whose first creation failed. It never stood, so nothing can depend on it.
pub(super) async fn remove<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: DeployedStack,
    role: Option<&str>,
) -> Result<(), DeployError> {
    let name = stack.name.clone();
    session.tell(Event::RemovingFailedCreation {
        stack: name.clone(),
        status: stack.status.clone(),
    });
    let token = session.new_token();
    if stack.termination_protection {
        session.cloud.set_termination_protection(&stack.id, false).await?;
        session.tell(Event::TerminationProtection {
            stack: name.clone(),
            on: false,
        });
    }
    let operation = Operation::about_to_begin(session, stack, token, 0).await?;
    let sent = session
        .cloud
        .delete_stack(operation.stack_id(), role, operation.token())
        .await;
    operation.begun(session, sent).await?;
    let ended = watch(session, &operation)
        .await
        .map_err(|unseen| Stopped::unseen(&name, unseen))?;
    if ended.status == StackStatus::DeleteComplete {
        Ok(())
    } else {
        Err(DeployError::NotRemoved {
            stack: name,
            status: ended.status,
            cause: ended.cause,
        })
    }
}
