//! Trying a deployed store: an event goes in, is read back, and is announced; who may not call is refused.

mod error;
mod inbox;
mod step;
mod target;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::aws::Cloud;

use super::pace::Pace;
use super::{Event, Session, Talk};
use inbox::Inbox;

pub use error::{BoxError, SmokeError};
pub use step::SmokeStep;
pub use target::{OutputNames, SmokeTarget};

/// The longest that one look into the queue waits.
const LOOK: Duration = Duration::from_secs(5);

/// For so long an append that fails is tried again.
const SETTLING: SignedDuration = SignedDuration::from_secs(10);

/// The store that is tried, as its callers reach it.
#[expect(
    async_fn_in_trait,
    reason = "the engine runs as one task and asks no future to be `Send`"
)]
pub trait Store {
    /// Appends an event to the stream that is kept for this, and answers its revision.
    async fn append(&self) -> Result<u64, BoxError>;

    /// Reads the event back that was appended at `revision`.
    ///
    /// # Errors
    /// It is not there, or another one is.
    async fn read_back(&self, revision: u64) -> Result<(), BoxError>;

    /// Calls without a signature, and answers the status of the answer.
    async fn call_unsigned(&self) -> Result<u16, BoxError>;

    /// The filter policy that only announcements of the stream's type pass.
    fn filter(&self) -> String;

    /// Whether a message announces that the stream has reached `revision`.
    fn announces(&self, message: &str, revision: u64) -> bool;
}

/// Tries a store within a time. The queue that listens for the announcement is removed on every path.
///
/// # Errors
/// Something does not work, or not in time.
pub async fn smoke<C: Cloud, T: Talk, S: Store>(
    session: &mut Session<'_, C, T>,
    target: &SmokeTarget,
    store: &S,
    timeout: Duration,
) -> Result<(), SmokeError> {
    let mut trial = Trial {
        deadline: session.cloud.now() + SignedDuration::try_from(timeout).unwrap_or(SignedDuration::MAX),
        timeout,
        began: session.cloud.now(),
        session,
    };
    inbox::sweep(trial.session, target).await;
    // In this order: an announcement that nobody listens to is gone.
    let inbox = Inbox::open(trial.session, target, &store.filter(), Uuid::new_v4()).await?;
    let outcome = trial.run(target, store, &inbox).await;
    inbox.close(trial.session).await;
    outcome
}

/// A trial under way.
struct Trial<'trial, 'session, C, T> {
    session: &'trial mut Session<'session, C, T>,
    deadline: Timestamp,
    timeout: Duration,
    /// When the current step began.
    began: Timestamp,
}

impl<C: Cloud, T: Talk> Trial<'_, '_, C, T> {
    async fn run<S: Store>(
        &mut self,
        target: &SmokeTarget,
        store: &S,
        inbox: &Inbox,
    ) -> Result<(), SmokeError> {
        self.done(SmokeStep::Subscribe);
        if target.is_signed {
            let status = self
                .within(SmokeStep::RefuseUnsigned, store.call_unsigned())
                .await?;
            if status != 403 {
                return Err(SmokeError::LetsAnybodyIn { status });
            }
            self.done(SmokeStep::RefuseUnsigned);
        }
        let revision = self.append(store).await?;
        self.done(SmokeStep::Append);
        self.within(SmokeStep::Read, store.read_back(revision)).await?;
        self.done(SmokeStep::Read);
        self.listen(store, inbox, revision).await?;
        self.done(SmokeStep::Announce);
        Ok(())
    }

    /// Appends, again for a while: what was deployed a moment ago may not be let in everywhere.
    async fn append<S: Store>(&mut self, store: &S) -> Result<u64, SmokeError> {
        let (began, mut pace) = (self.session.cloud.now(), Pace::up_to(LOOK));
        loop {
            let appended = self.within(SmokeStep::Append, store.append()).await;
            let now = self.session.cloud.now();
            match appended {
                Err(SmokeError::Failed { .. }) if now.duration_since(began) < SETTLING => {
                    self.session.pause(pace.next()).await?;
                }
                other => return other,
            }
        }
    }

    async fn listen<S: Store>(&mut self, store: &S, inbox: &Inbox, revision: u64) -> Result<(), SmokeError> {
        let step = SmokeStep::Announce;
        loop {
            let cloud = self.session.cloud;
            let wait = LOOK.min(self.left());
            let look = async { cloud.receive(&inbox.url, wait).await.map_err(BoxError::from) };
            let messages = self.within(step, look).await?;
            if messages.iter().any(|message| store.announces(message, revision)) {
                return Ok(());
            }
            if self.left().is_zero() {
                return Err(self.late(step));
            }
        }
    }

    /// Does a piece of work, unless the time is up or the operation is to stop.
    async fn within<V>(
        &mut self,
        step: SmokeStep,
        work: impl Future<Output = Result<V, BoxError>>,
    ) -> Result<V, SmokeError> {
        let left = self.left();
        let done = self.session.unless_interrupted_or_late(left, work).await?;
        match done {
            Some(Ok(value)) => Ok(value),
            Some(Err(source)) => Err(SmokeError::Failed { step, source }),
            None => Err(self.late(step)),
        }
    }

    fn left(&self) -> Duration {
        let left = self.deadline.duration_since(self.session.cloud.now());
        Duration::try_from(left).unwrap_or_default()
    }

    fn late(&self, step: SmokeStep) -> SmokeError {
        SmokeError::Late {
            step,
            timeout: self.timeout,
        }
    }

    fn done(&mut self, step: SmokeStep) {
        let now = self.session.cloud.now();
        let took = Duration::try_from(now.duration_since(self.began)).unwrap_or_default();
        self.began = now;
        self.session.tell(Event::Tried { step, took });
    }
}
