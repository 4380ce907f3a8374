//! Everything up to the point of no return.

use jiff::SignedDuration;

use crate::change_set::Made;
use crate::cloud::{ChangeSetType, Cloud};
use crate::journal::Earlier;
use crate::stack::release::ReleaseOutcome;
use crate::stack::{Action, Replacement, ResourceChange, Sequel};
use crate::stack::{ChangeSummary, DeployIntent, Estimate, Intent, Release};
use crate::stack_policy::{Lifted, Lifting};
use crate::traffic::{self, PushedTo};
use crate::watch::Operation;
use crate::{Before, DeployError, Deployment, Session, Stopped, adopt, journal, ledger, stack_policy};

use super::approval::{Asked, approve};
use super::proposal::Proposal;

/// A change set that is older is not executed: other runs take it for left behind (`change_set/sweep.rs`), after twice that time.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// What stands just before an operation is started.
pub(super) struct Begun {
    pub(super) operation: Operation,
    /// How long it may take.
    pub(super) estimate: Option<Estimate>,
    /// The stack's policy, if it has to be put back.
    pub(super) lifted: Option<Lifted>,
    /// The release that it makes.
    pub(super) release: Release,
    /// What the stack was before.
    pub(super) before: Option<Before>,
    /// Where it is written down.
    pub(super) intent: String,
    /// What makes derived tables complete after it, if they are not.
    pub(super) reconciler: Option<String>,
}

/// Asks, and makes ready what is taken in and what is to be let pass.
pub(super) async fn begin<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    made: &Made,
    changes: &ChangeSummary,
    proposal: &Proposal,
    earlier: &Earlier,
) -> Result<Begun, DeployError> {
    session.tell_finished();
    let asked = Asked {
        creates: made.kind == ChangeSetType::Create,
        changes,
        outline: &proposal.outline(deployment, changes),
        widenings: &proposal.widenings(deployment),
    };
    approve(session, deployment, asked).await?;
    if session.cloud.now().duration_since(made.since) > LONGEST_LIFE {
        return Err(DeployError::Stale {
            stack: made.stack.clone(),
            since: made.since,
        });
    }
    session.check_interrupt()?;
    let outcome = match made.kind {
        ChangeSetType::Create => ReleaseOutcome::Created,
        ChangeSetType::Update => ReleaseOutcome::Updated,
    };
    let estimate = ledger::estimate(session, deployment, outcome, changes).await;
    // Somebody may have pushed while the question stood.
    let pushed_to = match &proposal.standing {
        Some(stack) => {
            let had = proposal.deployed.blueprint();
            traffic::pushed_to(
                session,
                deployment,
                stack,
                (&had, deployment.template.blueprint()),
            )
            .await?
        }
        None => Vec::new(),
    };
    let mut release = ledger::release(session, deployment, &made.handle.stack_id, outcome);
    release.pushes_undone = earlier.pushes_undone(pushed_to.iter().map(PushedTo::function_id));
    let lifting = match &proposal.standing {
        Some(stack) => {
            let (template, accepted) = (proposal.deployed.template(), proposal.deployed.accepted());
            stack_policy::to_lift(session, stack, template, accepted, earlier).await?
        }
        None => None,
    };
    // What was never tried is nothing to return to.
    let before = earlier.before_untried().or(proposal.before.as_ref()).cloned();
    let bucket = &deployment.bucket.name;
    let stored = match &before {
        Some(before) => Some(before.store(session, bucket, &made.stack).await?),
        None => None,
    };
    let reconciler = deployment.sequel.reconciler.clone();
    let reconciler = reconciler.filter(|_| is_incomplete(changes, proposal));
    // What an earlier run has left to be done, this one does.
    let reconciler = reconciler.or(session.open.reconciler.clone());
    let intent = Intent::Deploy(Box::new(DeployIntent {
        release: release.clone(),
        change_set: Some(made.handle.id.clone()),
        imports: proposal.adoptions.table_names(),
        policy: lifting.as_ref().map(Lifting::written),
        before: stored,
        sequel: Sequel {
            reconciler: reconciler.clone(),
            ..deployment.sequel.clone()
        },
        cause: deployment.cause.clone(),
        takes_up: session.open.taken_up(),
    }));
    let intent = journal::write(session, bucket, &made.stack, &intent).await?;
    let undoing = Undoing { pushed_to, lifting };
    match make_ready(session, deployment, made, (changes, proposal), undoing).await {
        Ok((operation, lifted)) => Ok(Begun {
            operation,
            estimate,
            lifted,
            release,
            before,
            intent,
            reconciler,
        }),
        Err(error) => {
            // What may have been done all the same, the next run undoes.
            if !matches!(&error, DeployError::Stopped(Stopped::Call(call)) if call.may_have_been_done()) {
                journal::withdraw(session, bucket, &intent).await;
            }
            Err(error)
        }
    }
}

/// What is in the way of an operation.
struct Undoing {
    /// CloudFormation would publish what was pushed.
    pushed_to: Vec<PushedTo>,
    /// The stack's policy denies what was accepted.
    lifting: Option<Lifting>,
}

/// Changes what has to be changed before the operation: after the intent is written.
async fn make_ready<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    made: &Made,
    (changes, proposal): (&ChangeSummary, &Proposal),
    Undoing { pushed_to, lifting }: Undoing,
) -> Result<(Operation, Option<Lifted>), DeployError> {
    adopt::make_ready(session, &proposal.adoptions).await?;
    session.check_interrupt()?;
    traffic::take_back(session, deployment, pushed_to).await?;
    let before = session.cloud.describe_stack(&made.handle.stack_id).await?;
    let before = before.ok_or_else(|| DeployError::Overtaken {
        stack: made.stack.clone(),
    })?;
    let token = session.new_token();
    let operation = Operation::about_to_begin(session, before, token, changes.changes.len()).await?;
    let lifted = match lifting {
        Some(lifting) => Some(stack_policy::lift(session, lifting).await?),
        None => None,
    };
    Ok((operation, lifted))
}

/// Whether tables are without what the log has: they are imported, or come new into a stack that is there, which may have been
/// appended to for long.
fn is_incomplete(changes: &ChangeSummary, proposal: &Proposal) -> bool {
    let is_made = |change: &ResourceChange| {
        change.resource_type == "AWS::DynamoDB::Table"
            && (change.action == Action::Add || change.replacement != Replacement::Never)
    };
    !proposal.adoptions.table_names().is_empty()
        || proposal.standing.is_some() && changes.changes.iter().any(is_made)
}
