//! A plan held against what stands now: it is done exactly as it was shown, or not at all.

use crate::change_set::Prepared;
use crate::cloud::Cloud;
use crate::stack::plan::{Moved, Plan};
use crate::stack::release::Release;
use crate::{DeployError, Deployment, Event, Session, ledger};

use super::assess::Assessment;

/// Refuses a plan that was made for another state of the stack. One that has been applied since, and to which nothing is left to do, is told.
///
/// # Errors
/// [`DeployError::PlanOutdated`].
pub(super) async fn compare<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    plan: &Plan,
    assessment: &Assessment,
) -> Result<(), DeployError> {
    let state = assessment.state();
    let moved = plan.moved_since(state.as_ref());
    if moved.is_empty() {
        return Ok(());
    }
    let stack_id = state.as_ref().map(|state| state.stack_id.as_str());
    let brings = |release: &Release| plan.is_brought_by(release, stack_id);
    let applied = ledger::newest_that(session, &deployment.bucket.name, &deployment.stack, brings).await;
    if let Assessment::Unchanged(current) = assessment {
        session.tell(Event::PlanApplied {
            stack: current.stack.name.clone(),
            release: applied,
        });
        return Ok(());
    }
    let applied = applied.map(|release| Moved::Applied { release });
    refuse(plan, applied.into_iter().chain(moved).collect())
}

/// Refuses a plan whose change set would do something else now.
pub(super) fn check_changes(plan: &Plan, prepared: &Prepared) -> Result<(), DeployError> {
    let changes = match prepared {
        Prepared::Ready(_, changes) => Some(changes),
        Prepared::NothingToDo => None,
    };
    refuse(plan, plan.changed_otherwise(changes).into_iter().collect())
}

fn refuse(plan: &Plan, moved: Vec<Moved>) -> Result<(), DeployError> {
    if moved.is_empty() {
        return Ok(());
    }
    Err(DeployError::PlanOutdated {
        stack: plan.place.stack.clone(),
        moved,
    })
}
