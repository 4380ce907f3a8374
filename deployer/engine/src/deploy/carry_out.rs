//! What was assessed, carried out: asked about, executed, followed to its end and settled.

use crate::change_set::{self, Prepared};
use crate::cloud::Cloud;
use crate::journal::{self, Earlier, OpenTrial};
use crate::overtaken;
use crate::stack::DeployedStack;
use crate::stack::plan::Plan;
use crate::stack::release::ReleaseOutcome;
use crate::stack_policy::Ending;
use crate::{DeployError, Deployment, Session, Stopped, adopt, ledger, stack_policy, termination};

use super::Deployed;
use super::approval::approve_beside;
use super::assess::Assessment;
use super::begin::begin;
use super::compare::check_changes;
use super::execute::{ending, execute, is_not_begun};
use super::proposal::{Proposal, propose};
use super::settled::{finish, settle, try_what_stands};

/// Brings a stack from what was assessed to what is asked for; where there was a plan, only by the changes that it says.
pub(super) async fn carry_out<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    assessment: Assessment,
    planned: Option<&Plan>,
    earlier: &Earlier,
) -> Result<Deployed, DeployError> {
    let start = match assessment {
        Assessment::Unchanged(current) => return finish(session, deployment, &current, &[], earlier).await,
        Assessment::SettleOnly(current, differences) => {
            return finish(session, deployment, &current, &differences, earlier).await;
        }
        Assessment::Changes(start) => start,
    };
    let proposal = propose(session, deployment, start).await?;
    if let Some(planned) = planned
        && let Err(outdated) = check_changes(planned, &proposal.change_set)
    {
        if let Prepared::Ready(made, _) = &proposal.change_set {
            change_set::discard(session, made).await;
        }
        return Err(outdated);
    }
    let before = proposal.before.clone().map(Box::new);
    change(session, deployment, proposal, earlier)
        .await
        .map_err(|error| error.with_way_back(before))
}

async fn change<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    proposal: Proposal,
    earlier: &Earlier,
) -> Result<Deployed, DeployError> {
    let bucket = &deployment.bucket.name;
    let (made, changes) = match (&proposal.change_set, &proposal.standing) {
        (Prepared::Ready(made, changes), _) => (made, changes),
        (Prepared::NothingToDo, Some(stack)) => {
            approve_beside(session, deployment, proposal.beside(deployment)).await?;
            settle(session, deployment, stack).await?;
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
    let begun = match begin(session, deployment, made, changes, &proposal, earlier).await {
        Ok(begun) => begun,
        Err(error) => {
            let found = proposal.standing.as_ref();
            let error = overtaken::before_execution(session, error, &deployment.stack, found).await;
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
            if matches!(error, DeployError::Stopped(Stopped::Failed { .. })) {
                journal::clear(session, bucket).await;
            }
            return Err(error);
        }
    };
    session.open.outdo();
    let settled = settle_executed(session, deployment, &proposal, &stack).await;
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
    proposal: &Proposal,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    adopt::bring_up_to_date(session, &proposal.adoptions, &deployment.tags).await?;
    if proposal.standing.is_some() {
        return settle(session, deployment, stack).await;
    }
    stack_policy::settle(session, deployment, stack).await?;
    Ok(termination::settle(session, stack, deployment.protected).await?)
}
