//! Trying a deployed store: an event goes in, is read back, is announced and listed; who may not call is refused.
//!
//! What AWS is late with is no failure: permissions spread for seconds, a new mapping reads its stream after minutes, and so does a new
//! subscription get what it was made for. Only what the store itself does wrong is one.

mod error;
mod inbox;
mod step;
mod store;
mod target;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::cloud::Cloud;

use super::backoff::Backoff;
use super::{Event, Session};
use inbox::Inbox;

pub(super) use inbox::{sweep_all, trials};

pub use error::{BoxError, SmokeError};
pub use step::SmokeStep;
pub use store::{Refusal, Store};
pub use target::{OutputNames, SmokeTarget};

/// The longest that one look into the queue waits.
const LOOK: Duration = Duration::from_secs(5);

/// For so long what is wrong may still be of a moment ago: the role of a function spreads as permissions do.
const SETTLING: SignedDuration = SignedDuration::from_secs(20);

/// How long a trial may take, where nothing else is said.
const TIME: Duration = Duration::from_mins(1);
/// The same, after a creation: a new event source mapping may take minutes to read its stream
/// ([guide](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)).
const TIME_WHEN_NEW: Duration = Duration::from_mins(5);
/// For so long a stack is new.
const NEW: SignedDuration = SignedDuration::from_mins(15);

/// Tries a store within a time; where none is given, within a minute, and within five when its stack is new. The queue that listens for the
/// announcement is removed on every path.
///
/// # Errors
/// The store does something wrong; or something was not seen in time; or the trial could not be made.
pub async fn smoke<C: Cloud, S: Store>(
    session: &mut Session<'_, C>,
    target: &SmokeTarget,
    store: &S,
    timeout: Option<Duration>,
) -> Result<(), SmokeError> {
    let now = session.cloud.now();
    let is_new = now.duration_since(target.made) < NEW;
    let timeout = timeout.unwrap_or(if is_new { TIME_WHEN_NEW } else { TIME });
    let mut trial = Trial {
        deadline: now + SignedDuration::try_from(timeout).unwrap_or(SignedDuration::MAX),
        settled: now + SETTLING,
        timeout,
        began: now,
        session,
    };
    inbox::sweep(trial.session, target).await;
    // In this order: an announcement that nobody listens to is gone.
    let inbox = Inbox::open(trial.session, target, Uuid::new_v4()).await?;
    let outcome = trial.run(target, store, &inbox).await;
    inbox.close(trial.session).await;
    outcome
}

/// A trial under way.
struct Trial<'trial, 'session, C> {
    session: &'trial mut Session<'session, C>,
    deadline: Timestamp,
    /// From when on what is wrong stays wrong.
    settled: Timestamp,
    timeout: Duration,
    /// When the current step began.
    began: Timestamp,
}

impl<C: Cloud> Trial<'_, '_, C> {
    async fn run<S: Store>(
        &mut self,
        target: &SmokeTarget,
        store: &S,
        inbox: &Inbox,
    ) -> Result<(), SmokeError> {
        self.done(SmokeStep::Subscribe);
        if target.is_signed {
            self.is_refused(store).await?;
            self.done(SmokeStep::RefuseUnsigned);
        }
        let revision = self.ask(SmokeStep::Append, async || store.append().await).await?;
        self.done(SmokeStep::Append);
        self.ask(SmokeStep::Read, async || store.read_back(revision).await)
            .await?;
        self.done(SmokeStep::Read);
        self.listen(store, inbox, revision).await?;
        self.done(SmokeStep::Announce);
        self.find_listed(store, revision).await?;
        self.done(SmokeStep::List);
        Ok(())
    }

    /// Looks that an unsigned call is refused, again for a while: it may have been let in until a moment ago.
    async fn is_refused<S: Store>(&mut self, store: &S) -> Result<(), SmokeError> {
        let mut backoff = Backoff::up_to(LOOK);
        loop {
            let status = self
                .ask(SmokeStep::RefuseUnsigned, async || store.call_unsigned().await)
                .await?;
            if status == 403 {
                return Ok(());
            }
            if !self.may_settle() {
                return Err(SmokeError::LetsAnybodyIn { status });
            }
            self.session.pause(backoff.next()).await?;
        }
    }

    /// Asks the store for something: until it does it; or does something else for longer than AWS takes to settle; or the time is up.
    async fn ask<V>(
        &mut self,
        step: SmokeStep,
        question: impl AsyncFn() -> Result<V, Refusal>,
    ) -> Result<V, SmokeError> {
        let (mut backoff, mut hindrance) = (Backoff::up_to(LOOK), None);
        loop {
            let left = self.left();
            let answer = self.session.unless_interrupted_or_late(left, question()).await?;
            hindrance = match answer {
                Some(Ok(value)) => return Ok(value),
                Some(Err(Refusal::Wrong(source))) if !self.may_settle() => {
                    return Err(SmokeError::Failed { step, source });
                }
                Some(Err(Refusal::Wrong(source) | Refusal::NotReached(source))) => Some(source),
                None => return Err(self.not_seen(step, hindrance)),
            };
            let left = self.left();
            if left.is_zero() {
                return Err(self.not_seen(step, hindrance));
            }
            self.session.pause(backoff.next().min(left)).await?;
        }
    }

    async fn listen<S: Store>(&mut self, store: &S, inbox: &Inbox, revision: u64) -> Result<(), SmokeError> {
        loop {
            let wait = LOOK.min(self.left());
            let look = self.session.cloud.receive(&inbox.url, wait);
            // A look may take as long as it was told to wait, and the way there and back.
            let messages = self
                .session
                .unless_interrupted_or_late(wait + LOOK, look)
                .await?
                .transpose()?
                .unwrap_or_default();
            if messages.iter().any(|message| store.announces(message, revision)) {
                return Ok(());
            }
            if self.left().is_zero() {
                return Err(self.not_seen(SmokeStep::Announce, None));
            }
        }
    }

    async fn find_listed<S: Store>(&mut self, store: &S, revision: u64) -> Result<(), SmokeError> {
        let mut backoff = Backoff::up_to(LOOK);
        while !self
            .ask(SmokeStep::List, async || store.lists(revision).await)
            .await?
        {
            let left = self.left();
            if left.is_zero() {
                return Err(self.not_seen(SmokeStep::List, None));
            }
            self.session.pause(backoff.next().min(left)).await?;
        }
        Ok(())
    }

    /// Whether what is wrong may still be of a moment ago, and there is time to look again.
    fn may_settle(&self) -> bool {
        self.session.cloud.now() < self.settled.min(self.deadline)
    }

    fn left(&self) -> Duration {
        let left = self.deadline.duration_since(self.session.cloud.now());
        Duration::try_from(left).unwrap_or_default()
    }

    fn not_seen(&self, step: SmokeStep, source: Option<BoxError>) -> SmokeError {
        SmokeError::NotSeen {
            step,
            timeout: self.timeout,
            source,
        }
    }

    fn done(&mut self, step: SmokeStep) {
        let now = self.session.cloud.now();
        let took = Duration::try_from(now.duration_since(self.began)).unwrap_or_default();
        self.began = now;
        self.session.tell(Event::Tried { step, took });
    }
}
