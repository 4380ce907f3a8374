//! Everything up to the point of no return.

use jiff::SignedDuration;

use crate::aws::{ChangeSetType, Cloud};
use crate::engine::change_set::Made;
use crate::engine::stack_policy::Lifted;
use crate::engine::watch::Operation;
use crate::engine::{
    Answer, DeployError, Deployment, Question, Session, Talk, adopt, ledger, stack_policy, widening,
};
use crate::stack::release::ReleaseOutcome;
use crate::stack::{ChangeSummary, Estimate};

use super::Proposal;

/// A change set that is older is not executed: other runs take it for left behind (`change_set/sweep.rs`), after twice that time.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// What stands just before an operation is started.
pub(super) struct Begun {
    pub(super) operation: Operation,
    /// How long it may take.
    pub(super) estimate: Option<Estimate>,
    /// The stack's policy, if it has to be put back.
    pub(super) lifted: Option<Lifted>,
}

/// Asks, and makes ready what is taken in and what is to be let pass.
pub(super) async fn begin<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    made: &Made,
    changes: &ChangeSummary,
    proposal: &Proposal,
) -> Result<Begun, DeployError> {
    approve(session, deployment, made, changes, proposal).await?;
    if session.cloud.now().duration_since(made.since) > LONGEST_LIFE {
        return Err(DeployError::Stale {
            stack: made.stack.clone(),
            since: made.since,
        });
    }
    adopt::make_ready(session, &proposal.adoptions).await?;
    session.check_interrupt()?;
    let outcome = match made.kind {
        ChangeSetType::Create => ReleaseOutcome::Created,
        ChangeSetType::Update => ReleaseOutcome::Updated,
    };
    let estimate = ledger::estimate(session, deployment, outcome, changes).await;
    let before = session.cloud.describe_stack(&made.handle.stack_id).await?;
    let before = before.ok_or_else(|| DeployError::Overtaken {
        stack: made.stack.clone(),
    })?;
    let token = session.new_token();
    let operation = Operation::about_to_begin(session, before, token, changes.changes.len()).await?;
    let lifted = match &proposal.standing {
        Some(stack) => {
            stack_policy::lift(
                session,
                stack,
                proposal.deployed.template(),
                proposal.deployed.accepted(),
            )
            .await?
        }
        None => None,
    };
    Ok(Begun {
        operation,
        estimate,
        lifted,
    })
}

/// Asks for what is to be done, and in a protected environment for what it lets others do.
async fn approve<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    made: &Made,
    changes: &ChangeSummary,
    proposal: &Proposal,
) -> Result<(), DeployError> {
    let widenings = match proposal.standing {
        Some(_) => proposal.deployed.widenings(deployment),
        None => Vec::new(),
    };
    let outline = proposal.deployed.outline(deployment, changes);
    let stack = made.stack.clone();
    let question = Question::Deploy {
        stack: &made.stack,
        creates: made.kind == ChangeSetType::Create,
        changes,
        outline: &outline,
        widenings: &widenings,
    };
    match session.confirm(question).await? {
        Answer::Yes => widening::approve(session, deployment, &widenings).await,
        Answer::No => Err(DeployError::Declined { stack }),
        Answer::NobodyToAsk => Err(DeployError::NeedsApproval { stack }),
    }
}
