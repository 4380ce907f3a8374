//! Bringing a stack to what a template says.

mod approval;
mod begin;
mod execute;
mod outcome;
mod preconditions;
mod proposal;
mod settled;

use crate::cloud::Cloud;
use crate::stack::plan::Plan;
use crate::stack::release::ReleaseOutcome;
use crate::stack::{Blueprint, DeployedStack};

use self::approval::approve_beside;
use self::begin::begin;
use self::execute::{ending, execute, is_not_begun};
pub use self::outcome::{Deployed, Outputs};
pub(super) use self::preconditions::{check, check_callers};
pub(super) use self::proposal::{Proposal, propose};
use self::settled::{Standing, finish, settle, try_what_stands};
pub(super) use self::settled::{beside, differences, needs_a_change_set};
use super::change_set::{self, Prepared};
use super::find::{Found, find_for_update};
use super::journal::{self, Earlier, OpenTrial};
use super::overtaken::{self, Attempts};
use super::stack_policy::Ending;
use super::{
    DeployError, Deployment, Event, Session, Uploads, adopt, guard, ledger, plan, stack_policy, termination,
};

/// Brings a stack to what a template says: looks whether there is anything to do, stores the code, makes a change set,
/// has it approved, executes it and follows it to its end.
///
/// # Errors
/// Nothing was changed but the artifact bucket, unless the error says that the deployment was tried.
pub async fn deploy<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<Deployed, DeployError> {
    deploy_as_planned(session, deployment, None).await
}

/// Deploys; where there was a plan, as planned and in no other way. Begins anew where another deployment comes first.
pub(super) async fn deploy_as_planned<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    let blueprint = deployment.template.blueprint();
    check(deployment, blueprint)?;
    let mut attempts = Attempts::new();
    loop {
        // On the heap: whoever waits for it should not have to hold all that it holds.
        match Box::pin(attempt(session, deployment, blueprint, planned)).await {
            Ok(deployed) => {
                if session.open.is_done() {
                    session.tell_finished();
                }
                return Ok(deployed);
            }
            Err(error) => match attempts.again(session, error).await {
                Ok(()) => {}
                Err(error) => {
                    session.tell_finished();
                    tell_what_stays(session, deployment, &error);
                    return Err(error);
                }
            },
        }
    }
}

/// Code and template are stored before anybody is asked: a change set takes them from there. Whoever does not agree is told that they stay.
fn tell_what_stays<C: Cloud>(session: &mut Session<'_, C>, deployment: &Deployment, error: &DeployError) {
    let uploads = std::mem::take(&mut session.uploads);
    if error.is_before_execution() && uploads != Uploads::default() {
        session.tell(Event::Stays {
            bucket: deployment.bucket.name.clone(),
            uploads,
        });
    }
}

async fn attempt<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    let found = find_for_update(session, &deployment.stack, &deployment.accepted).await?;
    let journal = journal::read(session, &deployment.bucket.name, &deployment.stack).await?;
    let template = match &found {
        // A receipt says that this template is deployed.
        Found::Standing(stack) if journal.is_settled(stack, deployment.template.text()) => {
            Some(deployment.template.text().to_owned())
        }
        Found::Standing(stack) => Some(session.cloud.original_template(&stack.id).await?),
        Found::Nothing | Found::FailedCreation(_) => None,
    };
    let standing = match &found {
        Found::Standing(stack) => Some(stack).zip(template.as_deref()),
        Found::Nothing | Found::FailedCreation(_) => None,
    };
    let earlier = journal::resume(session, deployment, standing, &journal).await?;
    // A plan that an earlier run has done is no longer of the stack that it was made for.
    let outdated = match (planned, earlier.same()) {
        (Some(planned), None) => {
            plan::outdated(session, deployment, planned, &found, template.as_deref()).await
        }
        _ => None,
    };
    let mut deployed = guard::Deployed::default();
    if let Some((stack, template)) = standing {
        let differences = differences(session, deployment, blueprint, stack, template)
            .await
            .map_err(|error| error.with_way_back(earlier.before().cloned().map(Box::new)))?;
        match outdated {
            Some(outdated) if differences.is_empty() => session.tell(Event::PlanApplied {
                stack: stack.name.clone(),
                release: outdated.into_applied(),
            }),
            Some(outdated) => return Err(outdated.into()),
            None => {}
        }
        if !differences.iter().any(needs_a_change_set) {
            let standing = Standing {
                stack,
                template,
                differences: &differences,
            };
            return finish(session, deployment, blueprint, standing, &earlier).await;
        }
        deployed = guard::Deployed::of(template);
        guard::check_templates(session, deployment, &mut deployed)?;
    } else if let Some(outdated) = outdated {
        return Err(outdated.into());
    }
    check_callers(session, blueprint).await?;
    let proposal = propose(
        session,
        deployment,
        blueprint,
        found,
        template.as_deref(),
        deployed,
    )
    .await?;
    if let Some(planned) = planned
        && let Err(outdated) = plan::check_changes(planned, &proposal.change_set)
    {
        if let Prepared::Ready(made, _) = &proposal.change_set {
            change_set::discard(session, made).await;
        }
        return Err(outdated);
    }
    let before = proposal.before.clone().map(Box::new);
    apply(session, deployment, blueprint, proposal, &earlier)
        .await
        .map_err(|error| error.with_way_back(before))
}

async fn apply<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    proposal: Proposal,
    earlier: &Earlier,
) -> Result<Deployed, DeployError> {
    let bucket = &deployment.bucket.name;
    let (made, changes) = match (&proposal.change_set, &proposal.standing) {
        (Prepared::Ready(made, changes), _) => (made, changes),
        (Prepared::NothingToDo, Some(stack)) => {
            approve_beside(session, deployment, proposal.beside(deployment)).await?;
            settle(session, deployment, blueprint, stack).await?;
            try_what_stands(session, deployment, proposal.before.as_ref());
            journal::close(session, bucket, stack, None).await;
            let outputs = stack.outputs.clone();
            return Ok(if earlier.is_interrupted {
                Deployed::Settled(outputs)
            } else {
                Deployed::Unchanged(outputs)
            });
        }
        (Prepared::NothingToDo, None) => {
            return Err(DeployError::ChangeSetRejected {
                stack: deployment.stack.clone(),
                reason: "the template has no resources".to_owned(),
                findings: Vec::new(),
            });
        }
    };
    let begun = match begin(
        session,
        deployment,
        made,
        changes,
        &proposal,
        (blueprint, earlier),
    )
    .await
    {
        Ok(begun) => begun,
        Err(error) => {
            let error = overtaken::before_execution(session, error, &deployment.stack, &proposal).await;
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
            let ending = ending(&error);
            let is_back = match begun.lifted {
                Some(lifted) => stack_policy::put_back(session, lifted, ending).await,
                None => true,
            };
            if ending == Ending::Over && is_back {
                journal::withdraw(session, bucket, &begun.intent).await;
            }
            if matches!(error, DeployError::Failed { .. }) {
                journal::clear(session, bucket).await;
            }
            return Err(error);
        }
    };
    session.open.outdo();
    let settled = settle_executed(session, deployment, blueprint, &proposal, &stack).await;
    let is_back = match begun.lifted {
        Some(lifted) if settled.is_err() || !stack_policy::is_settled(deployment, &stack) => {
            stack_policy::put_back(session, lifted, Ending::Over).await
        }
        _ => true,
    };
    settled?;
    let mut release = begun.release;
    release.durations = durations;
    ledger::record(session, bucket, &release).await;
    session.open.reconciler = begun.reconciler;
    session.open.trial = deployment.sequel.trial.then_some(OpenTrial {
        release: Some(release.id.clone()),
        before: begun.before,
    });
    // What is still lifted, the next run puts back.
    if is_back {
        journal::close(session, bucket, &stack, Some(deployment.template.text())).await;
    }
    Ok(match release.outcome {
        ReleaseOutcome::Created => Deployed::Created(stack.outputs),
        ReleaseOutcome::Updated => Deployed::Updated(stack.outputs),
    })
}

/// Brings to what is asked for what the change set that was executed could not.
async fn settle_executed<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    proposal: &Proposal,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    adopt::bring_up_to_date(session, &proposal.adoptions, &deployment.tags).await?;
    if proposal.standing.is_some() {
        return settle(session, deployment, blueprint, stack).await;
    }
    stack_policy::settle(session, deployment, stack).await?;
    Ok(termination::settle(session, stack, deployment.protected).await?)
}
