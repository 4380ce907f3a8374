//! What a change set cannot bring to what is asked for.

use crate::cloud::Cloud;
use crate::journal::{self, Earlier, OpenTrial};
use crate::stack::outline::Beside;
use crate::stack::release::ReleaseOutcome;
use crate::stack::{DeployIntent, DeployedStack, Difference, Intent, Release, Sequel, changed_settings};
use crate::{
    Before, DeployError, Deployment, Session, artifacts, ledger, stack_policy, termination, traffic,
};

use super::Deployed;
use super::approval::approve_beside;
use super::assess::Current;

/// Brings to what is asked for what a change set cannot. The policy goes first: it may have been lifted.
pub(super) async fn settle<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    stack_policy::settle(session, deployment, stack).await?;
    traffic::settle(session, deployment, deployment.template.blueprint(), stack).await?;
    Ok(termination::settle(session, stack, deployment.protected).await?)
}

/// Brings a stack whose template and tags are as asked to its end: that of an earlier run which was interrupted, or this one's.
pub(super) async fn finish<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    Current { stack, template }: &Current,
    differences: &[Difference],
    earlier: &Earlier,
) -> Result<Deployed, DeployError> {
    let is_as_asked = differences.is_empty();
    let bucket = &deployment.bucket.name;
    let asks_anew = earlier.same().is_none() || unprotects(stack, deployment);
    if asks_anew {
        approve_beside(session, deployment, beside(stack, deployment, differences)).await?;
    }
    let begun = if is_as_asked || earlier.same().is_some() {
        None
    } else {
        let pushed_to = differences.iter().filter_map(Difference::pushed);
        Some(begin(session, deployment, stack, earlier.pushes_undone(pushed_to)).await?)
    };
    if !is_as_asked || earlier.is_interrupted {
        settle(session, deployment, stack).await?;
    }
    match (&begun, earlier.same()) {
        (Some(release), _) => ledger::record(session, bucket, release).await,
        (None, Some(release)) => ledger::record_late(session, bucket, release).await,
        (None, None) => {}
    }
    let before = match earlier.same() {
        Some(_) => earlier.before().cloned(),
        None => Some(Before::keep(template, stack)),
    };
    try_what_stands(session, deployment, before.as_ref());
    // A template that AWS has laid out anew is another one to whoever compares bytes.
    let is_the_same = template == deployment.template.text();
    journal::close(session, bucket, stack, is_the_same.then_some(template)).await;
    let outputs = stack.outputs.clone();
    Ok(match (&begun, earlier.same()) {
        (Some(_), _) => Deployed::Updated(outputs),
        (None, Some(release)) => Deployed::Completed(outputs, release.outcome),
        (None, None) if session.resumed.is_any() => Deployed::Settled(outputs),
        (None, None) => Deployed::Unchanged(outputs),
    })
}

/// What is to be done where no change set has anything to do. Code that nothing can mend is an error, and no question.
pub(super) fn beside(stack: &DeployedStack, deployment: &Deployment, differences: &[Difference]) -> Beside {
    let pushed = differences.iter().filter_map(Difference::pushed);
    Beside {
        settings: changed_settings(stack, &deployment.tags, deployment.protected),
        pushed: pushed.map(str::to_owned).collect(),
        imports: Vec::new(),
    }
}

/// Whether a stack loses its termination protection. What an earlier run has left undone was agreed to; that this is part of it, nothing says.
fn unprotects(stack: &DeployedStack, deployment: &Deployment) -> bool {
    stack.termination_protection && !deployment.protected
}

/// Writes down that a stack is brought to what is asked for without a change set.
async fn begin<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
    pushes_undone: Vec<String>,
) -> Result<Release, DeployError> {
    // No change set has needed it.
    artifacts::store_template_alone(session, deployment).await?;
    let mut release = ledger::release(session, deployment, &stack.id, ReleaseOutcome::Updated);
    release.pushes_undone = pushes_undone;
    let intent = Intent::Deploy(Box::new(DeployIntent {
        release: release.clone(),
        change_set: None,
        imports: Vec::new(),
        policy: None,
        before: None,
        sequel: Sequel {
            reconciler: None,
            ..deployment.sequel.clone()
        },
        cause: deployment.cause.clone(),
        takes_up: session.open.taken_up(),
    }));
    journal::write(session, &deployment.bucket.name, &stack.name, &intent).await?;
    Ok(release)
}

/// Has the store tried that stands, if that is wanted and no earlier run has wanted it.
pub(super) fn try_what_stands<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    before: Option<&Before>,
) {
    if deployment.sequel.trial && session.open.trial.is_none() {
        session.open.trial = Some(OpenTrial {
            release: None,
            before: before.cloned(),
        });
    }
}
