//! Bringing a stack to what a template says.

mod begin;
mod execute;
mod outcome;
mod preconditions;
mod proposal;
mod settled;

use crate::aws::Cloud;
use crate::stack::plan::Plan;
use crate::stack::release::{Durations, ReleaseOutcome};
use crate::stack::{Blueprint, DeployedStack};

use self::begin::begin;
use self::execute::{ending, execute, is_not_begun};
pub use self::outcome::{Deployed, Outputs};
pub(super) use self::preconditions::{check, check_callers};
pub(super) use self::proposal::{Proposal, propose};
use self::settled::settle;
pub(super) use self::settled::{differences, needs_a_change_set};
use super::change_set::{self, Prepared};
use super::find::{Found, find_for_update};
use super::ledger::{self, Succeeded};
use super::overtaken::{self, Attempts};
use super::stack_policy::Ending;
use super::{Before, DeployError, Deployment, Session, Talk, adopt, guard, stack_policy, termination};

/// Brings a stack to what a template says: looks whether there is anything to do, stores the code, makes a change set,
/// has it approved, executes it and follows it to its end.
///
/// # Errors
/// Nothing was changed but the artifact bucket, unless the error says that the deployment was tried.
pub async fn deploy<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
) -> Result<Deployed, DeployError> {
    deploy_as_planned(session, deployment, None).await
}

/// Deploys; where there was a plan, as planned and in no other way. Begins anew where another deployment comes first.
pub(super) async fn deploy_as_planned<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    let blueprint = Blueprint::read(&deployment.template)?;
    check(deployment, &blueprint)?;
    let mut attempts = Attempts::new();
    loop {
        match attempt(session, deployment, &blueprint, planned).await {
            Ok(deployed) => return Ok(deployed),
            Err(error) => attempts.again(session, error).await?,
        }
    }
}

async fn attempt<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    let found = find_for_update(session, &deployment.stack).await?;
    let mut deployed = guard::Deployed::default();
    let template = match &found {
        Found::Standing(stack) => Some(session.cloud.original_template(&stack.id).await?),
        Found::Nothing | Found::FailedCreation(_) => None,
    };
    if let Some(planned) = planned {
        super::plan::check_state(planned, &found, template.as_deref())?;
    }
    if let (Found::Standing(stack), Some(template)) = (&found, &template) {
        let differences = differences(session, deployment, blueprint, stack, template).await?;
        if differences.is_empty() {
            return Ok(Deployed::Unchanged(stack.outputs.clone()));
        }
        if !differences.iter().any(needs_a_change_set) {
            settle(session, deployment, blueprint, stack).await?;
            let succeeded = Succeeded {
                stack,
                outcome: ReleaseOutcome::Updated,
                durations: Durations::default(),
            };
            ledger::record(session, deployment, succeeded).await;
            return Ok(Deployed::Updated(stack.outputs.clone()));
        }
        deployed = guard::Deployed::of(template);
        guard::check_templates(session, deployment, &mut deployed)?;
    }
    check_callers(session, blueprint).await?;
    let proposal = propose(session, deployment, blueprint, found, deployed).await?;
    if let Some(planned) = planned
        && let Err(outdated) = super::plan::check_changes(planned, &proposal.change_set)
    {
        if let Prepared::Ready(made, _) = &proposal.change_set {
            change_set::discard(session, made).await;
        }
        return Err(outdated);
    }
    let before = template.zip(proposal.standing.as_ref());
    let before = before.map(|(template, stack)| Box::new(Before::keep(template, stack)));
    apply(session, deployment, blueprint, proposal)
        .await
        .map_err(|error| error.with_way_back(before))
}

async fn apply<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    proposal: Proposal,
) -> Result<Deployed, DeployError> {
    let (made, changes) = match (&proposal.change_set, &proposal.standing) {
        (Prepared::Ready(made, changes), _) => (made, changes),
        (Prepared::NothingToDo, Some(stack)) => {
            settle(session, deployment, blueprint, stack).await?;
            return Ok(Deployed::Unchanged(stack.outputs.clone()));
        }
        (Prepared::NothingToDo, None) => {
            return Err(DeployError::ChangeSetRejected {
                stack: deployment.stack.clone(),
                reason: "the template has no resources".to_owned(),
                findings: Vec::new(),
            });
        }
    };
    let begun = match begin(session, deployment, made, changes, &proposal).await {
        Ok(begun) => begun,
        Err(error) => {
            change_set::discard(session, made).await;
            return Err(error);
        }
    };
    let (stack, durations) = match execute(session, made, &begun.operation, begun.estimate).await {
        Ok(executed) => executed,
        Err(error) => {
            let error = overtaken::or(session, error, &deployment.stack, proposal.standing.as_ref()).await;
            if is_not_begun(&error) {
                change_set::discard(session, made).await;
            }
            if let Some(lifted) = begun.lifted {
                stack_policy::put_back(session, lifted, ending(&error)).await;
            }
            return Err(error);
        }
    };
    let settled = settle_executed(session, deployment, blueprint, &proposal, &stack).await;
    if let Some(lifted) = begun.lifted
        && (settled.is_err() || !stack_policy::is_settled(deployment, &stack))
    {
        stack_policy::put_back(session, lifted, Ending::Over).await;
    }
    let outcome = settled?;
    let succeeded = Succeeded {
        stack: &stack,
        outcome,
        durations,
    };
    ledger::record(session, deployment, succeeded).await;
    Ok(match outcome {
        ReleaseOutcome::Created => Deployed::Created(stack.outputs),
        ReleaseOutcome::Updated => Deployed::Updated(stack.outputs),
    })
}

/// Brings to what is asked for what the change set that was executed could not.
async fn settle_executed<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    proposal: &Proposal,
    stack: &DeployedStack,
) -> Result<ReleaseOutcome, DeployError> {
    adopt::bring_up_to_date(session, &proposal.adoptions, &deployment.tags).await?;
    if proposal.standing.is_some() {
        settle(session, deployment, blueprint, stack).await?;
        return Ok(ReleaseOutcome::Updated);
    }
    stack_policy::settle(session, deployment, stack).await?;
    termination::settle(session, stack, deployment.protected).await?;
    Ok(ReleaseOutcome::Created)
}
