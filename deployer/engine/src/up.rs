//! A deployment with all that follows it: tables that lack what the log has are completed, the store is tried, and one that does not work is
//! taken back.

use crate::cloud::Cloud;
use crate::stack::plan::Plan;
use crate::stack::release::ReleaseOutcome;
use crate::stack::sha256_hex;

use super::journal::{self, OpenTrial};
use super::{
    Before, BoxError, DeployError, Deployed, Deployment, Event, Finished, OutputNames, ReconcileError,
    Reconciled, Session, SmokeError, SmokeTarget, Store, apply, deploy, ledger, reconcile, smoke,
};

/// How the store of a stack is reached.
pub trait Stores {
    /// A store that can be tried.
    type Store: Store;

    /// The outputs that tell where it is.
    fn outputs(&self) -> OutputNames;

    /// The store of a stack.
    ///
    /// # Errors
    /// It cannot be called at all.
    fn at(&self, target: &SmokeTarget) -> Result<Self::Store, BoxError>;
}

/// What a deployment and all that followed it came to.
#[derive(Debug)]
pub struct Raised {
    /// What the deployment came to.
    pub deployed: Deployed,
    /// What completing the tables came to, where one was imported or came new into the stack.
    pub reconciled: Option<Result<Reconciled, ReconcileError>>,
    /// What the trial came to, where one was wanted.
    pub tried: Option<Tried>,
}

/// What a trial came to.
#[derive(Debug)]
pub enum Tried {
    /// The store works, or AWS is late with showing that it does, which is told.
    Works,
    /// The store could not be tried. What was deployed stays.
    NotTried(SmokeError),
    /// The store does something wrong.
    Fails {
        /// What.
        error: SmokeError,
        /// What became of the stack.
        returned: Returned,
    },
}

/// What became of a stack whose deployment was to be taken back.
#[derive(Debug)]
pub enum Returned {
    /// It is back at what was deployed before.
    Back,
    /// It was deployed for the first time, and is kept as it is.
    FirstDeployment,
    /// What was deployed before is the same, or its code is not known by its content.
    NothingToReturnTo,
    /// The way back failed.
    Failed(Box<DeployError>),
}

/// Why a stack was not brought to what was asked for.
#[derive(Debug)]
pub struct UpError {
    /// Why.
    pub error: DeployError,
    /// What became of the stack, if it had been changed and was to be taken back.
    pub returned: Option<Returned>,
}

/// Deploys, as planned if there is a plan, and does what follows; also what an interrupted run has left to do.
///
/// An update after which other code is live than its artifact is taken back at once: nobody has agreed to that code. So is one whose store does
/// something wrong.
///
/// # Errors
/// The deployment failed. What follows it has outcomes of its own.
pub async fn up<C: Cloud, S: Stores>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    planned: Option<&Plan>,
    stores: &S,
) -> Result<Raised, UpError> {
    let deployed = match planned {
        Some(plan) => apply(session, deployment, plan).await,
        None => deploy(session, deployment).await,
    };
    let deployed = match deployed {
        Ok(deployed) => deployed,
        Err(error) => return Err(with_what_became(session, deployment, error).await),
    };
    let reconciled = complete_tables(session, deployment).await;
    let tried = match session.open.trial.clone() {
        Some(trial) => Some(run(session, deployment, &deployed, stores, trial).await),
        None => None,
    };
    journal::conclude(session, &deployment.bucket.name).await;
    session.tell_finished();
    Ok(Raised {
        deployed,
        reconciled,
        tried,
    })
}

async fn with_what_became<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    error: DeployError,
) -> UpError {
    let returned = match &error {
        DeployError::LiveCodeDiffers {
            before: Some(before), ..
        } => Some(take_back(session, deployment, before, in_full(&error)).await),
        _ => None,
    };
    UpError { error, returned }
}

/// Completes tables after one was imported or came new into the stack: it knows only what is appended from now on.
async fn complete_tables<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Option<Result<Reconciled, ReconcileError>> {
    let reconciler = session.open.reconciler.clone()?;
    let mut interrupt = session.interrupt();
    let done = tokio::select! {
        biased;
        () = interrupt.raised() => Err(ReconcileError::Interrupted),
        answer = reconcile(session, &deployment.stack, &reconciler, None) => answer,
    };
    if done.is_ok() {
        session.open.reconciler = None;
        session.resumed.done(Finished::Listing);
    }
    Some(done)
}

/// Tries the store, and takes a deployment back whose store does something wrong. What AWS is late with is told and is no failure.
async fn run<C: Cloud, S: Stores>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    deployed: &Deployed,
    stores: &S,
    trial: OpenTrial,
) -> Tried {
    let error = match try_store(session, &deployment.stack, stores).await {
        Ok(()) => {
            session.resumed.done(Finished::Trial);
            session.open.trial = None;
            return Tried::Works;
        }
        Err(error) => error,
    };
    let reason = in_full(&error);
    if let SmokeError::NotSeen { step, .. } = error {
        session.open.trial = None;
        session.tell(Event::NotSeenYet { step, reason });
        return Tried::Works;
    }
    if !error.is_wrong_behaviour() {
        // Who was interrupted still wants it; what cannot be tried now is not asked for again.
        if !matches!(error, SmokeError::Interrupted) {
            session.open.trial = None;
        }
        return Tried::NotTried(error);
    }
    if let Some(release) = &trial.release {
        ledger::mark_failed(session, &deployment.bucket.name, &deployment.stack, release).await;
    }
    let returned = match (deployed, &trial.before) {
        (Deployed::Created(_) | Deployed::Completed(_, ReleaseOutcome::Created), _) => {
            Returned::FirstDeployment
        }
        (_, None) => Returned::NothingToReturnTo,
        (_, Some(before)) => take_back(session, deployment, before, reason).await,
    };
    if !matches!(returned, Returned::Failed(_)) {
        session.open.trial = None;
    }
    Tried::Fails { error, returned }
}

async fn try_store<C: Cloud, S: Stores>(
    session: &mut Session<'_, C>,
    stack: &str,
    stores: &S,
) -> Result<(), SmokeError> {
    let target = SmokeTarget::find(session, stack, stores.outputs()).await?;
    let store = stores.at(&target).map_err(SmokeError::Unreachable)?;
    // On the heap: with the client in it, it would take much of the stack of whoever waits for it.
    Box::pin(smoke(session, &target, &store, None)).await
}

/// Brings a stack back to what it was before a deployment. Nobody is asked: whoever deploys has not asked for what is there now.
async fn take_back<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    before: &Before,
    reason: String,
) -> Returned {
    let Some(mut back) = before.way_back(deployment, &reason) else {
        return Returned::NothingToReturnTo;
    };
    let sha256 = sha256_hex(back.template.text());
    back.provenance.rolled_back_to =
        ledger::newest_that(session, &back.bucket.name, &back.stack, |release| {
            release.template.sha256 == sha256
        })
        .await;
    session.tell(Event::Returning {
        stack: deployment.stack.clone(),
        reason,
    });
    let open = std::mem::take(&mut session.open);
    session.take_for_agreed(true);
    let returned = deploy(session, &back).await;
    session.take_for_agreed(false);
    match returned {
        Ok(_) => Returned::Back,
        Err(error) => {
            session.open = open;
            Returned::Failed(Box::new(error))
        }
    }
}

/// An error with what caused it.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
