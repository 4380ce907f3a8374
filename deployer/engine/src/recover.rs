//! Brings a stack out of a state in which it accepts no update.

use crate::cloud::{CallError, Cloud, LeftBehind};
use crate::stack::guard::{Accepted, Danger, Objection};
use crate::stack::{Blueprint, DeployedStack, Move, StackStatus, WantedTemplate, situation};

use super::busy::wait_for_the_end;
use super::watch::{Ended, Operation, watch};
use super::{Event, RecoverError, Session, Stopped, ownership, termination, traffic};

/// A chosen move.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// The stack's name.
    pub stack: String,
    /// The move.
    pub way: Move,
    /// The logical ids of the resources to leave; for [`Move::Force`], of those that may be left.
    pub leave: Vec<String>,
    /// The rendered template, which shows the tables that are logs of record.
    pub template: WantedTemplate,
    /// Whether the environment is protected; if so, nothing is deleted.
    pub protected: bool,
    /// The role that CloudFormation assumes; without one, it uses the caller's permissions.
    pub execution_role: Option<String>,
    /// What the guard of the log of record should accept.
    pub accepted: Accepted,
}

/// Performs the chosen move and follows it to its end.
///
/// Returns the stack's final state; `DeleteComplete` if it is gone.
///
/// # Errors
/// The stack is unchanged, unless the error says that the move was tried.
pub async fn recover<C: Cloud>(
    session: &mut Session<'_, C>,
    recovery: &Recovery,
) -> Result<StackStatus, RecoverError> {
    let found = session.cloud.describe_stack(&recovery.stack).await?;
    let stack = found.ok_or_else(|| RecoverError::NoStack {
        stack: recovery.stack.clone(),
    })?;
    ownership::check_unless_adopted(session, &stack, &recovery.accepted).await?;
    check(session, recovery, &stack).await?;
    if recovery.way == Move::Wait {
        return wait(session, stack).await;
    }
    if recovery.way.deletes() {
        termination::settle(session, &stack, false).await?;
    }
    session.check_interrupt()?;
    let token = session.new_token();
    let operation = Operation::about_to_begin(session, stack, token, 0).await?;
    let sent = begin(session, recovery, &operation).await;
    operation.begun(session, sent).await?;
    session.tell(Event::Started {
        stack: recovery.stack.clone(),
        estimate: None,
    });
    let ended = watch(session, &operation)
        .await
        .map_err(|unseen| Stopped::unseen(&recovery.stack, unseen))?;
    outcome(recovery, ended)
}

/// Refuses moves that the state or a protected environment does not allow, or that would delete the log of record.
async fn check<C: Cloud>(
    session: &mut Session<'_, C>,
    recovery: &Recovery,
    stack: &DeployedStack,
) -> Result<(), RecoverError> {
    let name = || recovery.stack.clone();
    let possible = situation(&stack.status);
    if possible.possible(recovery.way).is_none() {
        return Err(RecoverError::NotPossible {
            stack: name(),
            status: stack.status.clone(),
            way: recovery.way,
            possible: possible.moves.iter().map(|possible| possible.way).collect(),
        });
    }
    if recovery.way.leaves_resources() && recovery.leave.is_empty() {
        return Err(RecoverError::NothingNamed { way: recovery.way });
    }
    if !recovery.way.deletes() || stack.status == StackStatus::ReviewInProgress {
        return Ok(());
    }
    if recovery.protected {
        return Err(RecoverError::Protected { stack: name() });
    }
    let (accepted, refused) = recovery.accepted.part(lost_logs(session, recovery, stack).await?);
    for objection in accepted {
        session.tell(Event::Accepted { objection });
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(RecoverError::Guarded {
            stack: name(),
            objections: refused,
        })
    }
}

/// The logs of record that would be deleted with the stack: the environment's template retains them, but the deployed
/// one does not.
async fn lost_logs<C: Cloud>(
    session: &Session<'_, C>,
    recovery: &Recovery,
    stack: &DeployedStack,
) -> Result<Vec<Objection>, RecoverError> {
    let wanted = recovery.template.blueprint();
    // An unreadable template, deployed by hand, counts as retaining nothing.
    let template = session.cloud.original_template(&stack.id).await?;
    let deployed = Blueprint::read(&template).unwrap_or_default();
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let is_kept = |logical_id: &str| {
        let stays = recovery.leave.iter().any(|left| left == logical_id) && recovery.way == Move::Retain;
        stays
            || deployed
                .retained_tables()
                .any(|table| table.logical_id == logical_id)
    };
    let lost = wanted
        .retained_tables()
        .map(|table| &table.logical_id)
        .filter(|id| resources.contains_key(*id) && !is_kept(id));
    Ok(lost
        .map(|logical_id| Objection {
            logical_id: logical_id.clone(),
            danger: Danger::LogRemoved,
            path: None,
        })
        .collect())
}

async fn begin<C: Cloud>(
    session: &Session<'_, C>,
    recovery: &Recovery,
    operation: &Operation,
) -> Result<(), CallError> {
    let (stack, token) = (operation.stack_id(), operation.token());
    let role = recovery.execution_role.as_deref();
    let (cloud, leave) = (session.cloud, recovery.leave.as_slice());
    match recovery.way {
        // It starts nothing.
        Move::Wait => Ok(()),
        Move::Cancel => cloud.cancel_update(stack, token).await,
        Move::Continue => cloud.continue_rollback(stack, &[], role, token).await,
        Move::Skip => cloud.continue_rollback(stack, leave, role, token).await,
        Move::RollBack => cloud.roll_back(stack, role, token).await,
        Move::Delete => cloud.delete_stack(stack, role, token).await,
        Move::Retain => {
            cloud
                .delete_leaving(stack, LeftBehind::Named(leave), role, token)
                .await
        }
        Move::Force => {
            cloud
                .delete_leaving(stack, LeftBehind::Undeletable, role, token)
                .await
        }
    }
}

async fn wait<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: DeployedStack,
) -> Result<StackStatus, RecoverError> {
    let id = stack.id.clone();
    wait_for_the_end(session, stack).await?;
    let ended = session.cloud.describe_stack(&id).await?;
    Ok(ended.map_or(StackStatus::DeleteComplete, |stack| stack.status))
}

fn outcome(recovery: &Recovery, ended: Ended) -> Result<StackStatus, RecoverError> {
    let is_out = match &ended.status {
        StackStatus::DeleteComplete => recovery.way.deletes(),
        status => !recovery.way.deletes() && status.is_healthy(),
    };
    if is_out {
        Ok(ended.status)
    } else {
        Err(RecoverError::Stopped(Stopped::Failed {
            stack: recovery.stack.clone(),
            status: ended.status,
            cause: ended.cause,
        }))
    }
}
