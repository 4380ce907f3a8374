//! A restore drill: the log of a stack as it was at a moment is restored into a stack of its own, deployed there, made complete, verified,
//! and taken down again, whatever happens on the way.
//!
//! The restored table is the first thing that is made and the last that goes. So a run that is ended before its time leaves the drill's stack
//! and that table at most, under names that every drill of the stack has: the next one finds and removes them.

mod error;
mod keep;
mod source;
mod step;

use jiff::Timestamp;

use crate::cloud::Cloud;
use crate::smoke::{BoxError, OutputNames, Refusal, SmokeTarget};
use crate::stack::StackStatus;

use super::backoff::Backoff;
use super::{
    Answer, Deployment, Destruction, Event, Purge, Question, Reconciled, Session, deploy, destroy, ledger,
    ownership, reconcile, table_repair,
};

pub use self::error::{DrillError, LeftBehind, StepError};
use self::keep::keeping;
pub use self::source::{DrillSource, find_source};
pub use self::step::{DrillStep, StepTaken};

/// Everything that `drill` needs to know.
#[derive(Clone, Debug)]
pub struct Drill {
    source: DrillSource,
    at: Option<Timestamp>,
    /// The table that the log is restored into.
    table: String,
    /// The drill's own stack; its template says that the table outlives it, so that the table is imported, and no failure takes it away.
    deployment: Deployment,
    /// What makes the derived tables complete, by its name in the template.
    reconciler: String,
    outputs: OutputNames,
}

impl Drill {
    /// Puts together a drill: the log of `source` as it was `at` a moment, or as late as it can be restored, is deployed as `deployment`
    /// says, in a stack of its own.
    ///
    /// # Errors
    /// The log cannot be restored as it was at that moment, or the deployment's template has no table in its place.
    pub fn new(
        source: DrillSource,
        at: Option<Timestamp>,
        deployment: Deployment,
        reconciler: &str,
        outputs: OutputNames,
    ) -> Result<Self, DrillError> {
        source.check(at)?;
        let kept = keeping(&deployment.template, &source.logical_id)?;
        let (table, template) = kept.ok_or(DrillError::NoLog)?;
        Ok(Self {
            at,
            table,
            deployment: Deployment {
                template,
                ..deployment
            },
            reconciler: reconciler.to_owned(),
            outputs,
            source,
        })
    }

    fn stack(&self) -> &str {
        &self.deployment.stack
    }

    /// How all that the drill makes goes.
    fn destruction(&self) -> Destruction {
        Destruction {
            stack: self.deployment.stack.clone(),
            template: self.deployment.template.clone(),
            protected: false,
            execution_role: self.deployment.execution_role.clone(),
            bucket: self.deployment.bucket.name.clone(),
            purge: Purge::DeleteTables,
            accepted: self.deployment.accepted.clone(),
        }
    }
}

/// Reads a whole store and tells what is wrong with it.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs as one task and asks no future to be `Send`"
)]
pub trait Verifier {
    /// Verifies the store of a stack.
    ///
    /// # Errors
    /// It was not reached, or could not be read.
    async fn verify(&self, target: &SmokeTarget) -> Result<Verified, Refusal>;
}

/// What verifying a store came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    pub streams: u64,
    pub events: u64,
    /// The events in the feed.
    pub in_feed: u64,
    /// How many things are wrong.
    pub wrong: u64,
    /// The first of them.
    pub examples: Vec<String>,
}

/// What a drill that went well came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drilled {
    /// The steps in their order, with how long each took.
    pub steps: Vec<StepTaken>,
    pub reconciled: Reconciled,
    pub verified: Verified,
}

/// Restores, deploys, makes complete, verifies and takes down. What an earlier drill has left goes first.
///
/// From the moment at which Ctrl-C is heard nothing more is begun but the taking down.
///
/// # Errors
/// The drill was not agreed to; or one of its steps failed, and the error says whether anything is left.
pub async fn drill<C: Cloud, V: Verifier>(
    session: &mut Session<'_, C>,
    drill: &Drill,
    store: &V,
) -> Result<Drilled, DrillError> {
    let left = left_behind(session, drill).await?;
    ask(session, drill, &left).await?;
    session.wait_for_others();
    session.take_for_agreed(true);
    let mut run = Run {
        session,
        drill,
        steps: Vec::new(),
    };
    let done = run.all(!left.is_empty(), store).await;
    let taken_down = run.take_down().await;
    let steps = std::mem::take(&mut run.steps);
    run.session.take_for_agreed(false);
    let left = taken_down.err().map(|source| LeftBehind {
        stack: drill.stack().to_owned(),
        table: drill.table.clone(),
        source,
    });
    match (done, left) {
        (Ok((reconciled, verified)), None) => Ok(Drilled {
            steps,
            reconciled,
            verified,
        }),
        (Ok(_), Some(left)) => Err(DrillError::NotTakenDown(Box::new(left))),
        (Err((step, cause)), left) => Err(DrillError::Failed {
            step,
            cause: Box::new(cause),
            left: left.map(Box::new),
        }),
    }
}

/// What is there of the drill's own names: its stack and its table.
async fn left_behind<C: Cloud>(session: &Session<'_, C>, drill: &Drill) -> Result<Vec<String>, DrillError> {
    let mut left = Vec::new();
    if let Some(stack) = session.cloud.describe_stack(drill.stack()).await? {
        ownership::check(session, &stack).await?;
        // A shell goes by itself when the stack is made.
        if stack.status != StackStatus::ReviewInProgress {
            left.push(format!("stack {}", stack.name));
        }
    }
    if let Some(table) = session.cloud.describe_table(&drill.table).await? {
        if let Some(owner) = ownership::other_owner(session, &table).await? {
            return Err(DrillError::TableOfAnother {
                table: table.name,
                owner,
            });
        }
        left.push(format!("table {}", table.name));
    }
    Ok(left)
}

async fn ask<C: Cloud>(
    session: &mut Session<'_, C>,
    drill: &Drill,
    left: &[String],
) -> Result<(), DrillError> {
    let question = Question::Drill {
        source: &drill.source,
        at: drill.at,
        stack: drill.stack(),
        table: &drill.table,
        left,
    };
    let stack = || drill.source.stack.clone();
    match session.confirm(question).await? {
        Answer::Yes => Ok(()),
        Answer::No | Answer::Mismatch => Err(DrillError::Declined { stack: stack() }),
        Answer::NobodyToAsk => Err(DrillError::NeedsApproval { stack: stack() }),
    }
}

type Failed = (DrillStep, StepError);

/// A drill under way.
struct Run<'run, 'session, C> {
    session: &'run mut Session<'session, C>,
    drill: &'run Drill,
    steps: Vec<StepTaken>,
}

impl<C: Cloud> Run<'_, '_, C> {
    /// All that is between the approval and the taking down.
    async fn all<V: Verifier>(&mut self, sweeps: bool, store: &V) -> Result<(Reconciled, Verified), Failed> {
        if sweeps {
            let began = self.session.cloud.now();
            self.remove()
                .await
                .map_err(|error| (DrillStep::Sweep, error.into()))?;
            self.took(DrillStep::Sweep, began);
        }
        let began = self.session.cloud.now();
        self.restore()
            .await
            .map_err(|error| (DrillStep::Restore, error))?;
        self.took(DrillStep::Restore, began);

        let began = self.session.cloud.now();
        deploy(self.session, &self.drill.deployment)
            .await
            .map_err(|error| (DrillStep::Deploy, error.into()))?;
        self.took(DrillStep::Deploy, began);

        let began = self.session.cloud.now();
        let reconciled = self.reconcile().await;
        let reconciled = reconciled.map_err(|error| (DrillStep::Reconcile, error))?;
        self.took(DrillStep::Reconcile, began);

        let began = self.session.cloud.now();
        let verified = self.verify(store).await;
        let verified = verified.map_err(|error| (DrillStep::Verify, error))?;
        self.took(DrillStep::Verify, began);
        Ok((reconciled, verified))
    }

    fn took(&mut self, step: DrillStep, began: Timestamp) {
        let now = self.session.cloud.now();
        let took = now.duration_since(began).try_into().unwrap_or_default();
        self.steps.push(StepTaken { step, took });
        self.session.tell(Event::Drilled { step, took });
    }

    /// Restores the log into the drill's table, and waits until it is there.
    async fn restore(&mut self) -> Result<(), StepError> {
        let Drill {
            source, at, table, ..
        } = self.drill;
        self.session.check_interrupt()?;
        self.session.tell(Event::Restoring {
            source: source.table.clone(),
            at: *at,
            table: table.clone(),
        });
        let sent = self.session.cloud.restore_table(&source.table, table, *at).await;
        let restored = table_repair::at_rest(self.session, table).await;
        match (sent, restored?) {
            // Its answer may have been lost and the request sent again, to a table that is being restored already.
            (_, Some(_)) => Ok(()),
            (Err(error), None) => Err(error.into()),
            (Ok(()), None) => Err(StepError::Vanished { table: table.clone() }),
        }
    }

    async fn reconcile(&mut self) -> Result<Reconciled, StepError> {
        let mut interrupt = self.session.interrupt();
        let stack = self.drill.stack();
        // It may be cut off anywhere: it is made to be, and what it was done to goes.
        tokio::select! {
            biased;
            () = interrupt.raised() => Err(StepError::Interrupted),
            done = reconcile(self.session, stack, &self.drill.reconciler, None) => Ok(done?),
        }
    }

    /// Verifies the store. A new address and who may call it spread for a while: until then it is asked again.
    async fn verify<V: Verifier>(&mut self, store: &V) -> Result<Verified, StepError> {
        let target = SmokeTarget::find(self.session, self.drill.stack(), self.drill.outputs).await?;
        self.session.tell(Event::Verifying {
            stack: target.stack.clone(),
        });
        let patience = self.session.cloud.now() + step::SPREADING;
        let mut backoff = Backoff::up_to(step::LOOK);
        loop {
            let mut interrupt = self.session.interrupt();
            let verified = tokio::select! {
                biased;
                () = interrupt.raised() => return Err(StepError::Interrupted),
                verified = store.verify(&target) => verified,
            };
            match verified {
                Ok(verified) if verified.wrong == 0 => return Ok(verified),
                Ok(verified) => return Err(StepError::NotWhole(verified)),
                Err(Refusal::NotReached(_)) if self.session.cloud.now() < patience => {
                    self.session.pause(backoff.next()).await?;
                }
                Err(Refusal::NotReached(source) | Refusal::Wrong(source)) => {
                    return Err(StepError::Unverified(source));
                }
            }
        }
    }

    /// Takes down all that the drill has made, also after Ctrl-C.
    async fn take_down(&mut self) -> Result<(), BoxError> {
        let began = self.session.cloud.now();
        let interrupted = self.session.check_interrupt().is_err();
        self.session.heed_nobody();
        self.session.tell(Event::TakingDown {
            stack: self.drill.stack().to_owned(),
            table: self.drill.table.clone(),
            interrupted,
        });
        self.remove().await?;
        self.took(DrillStep::TakeDown, began);
        Ok(())
    }

    /// Removes the drill's stack, its table and what is written of its releases.
    async fn remove(&mut self) -> Result<(), super::DestroyError> {
        destroy(self.session, &self.drill.destruction()).await?;
        ledger::forget(
            self.session,
            &self.drill.deployment.bucket.name,
            self.drill.stack(),
        )
        .await?;
        Ok(())
    }
}
