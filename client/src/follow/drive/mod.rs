//! Following the feed: reading it, having its events handled, and keeping how far that is.

mod keep;
mod start;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::{FeedEvent, FeedPage};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument as _;

use super::consumer::{Outcome, Panicked};
use super::excerpt::excerpt;
use super::following::Following;
use super::keeper::Keeper;
use super::schedule::{Change, Failure, Schedule, Verdict, Work};
use super::{Checkpoint, FollowError, Progress, Reason};
use crate::Error;
use crate::chain::Chain;
use crate::http::FollowFeed;

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    ForEver,
    /// As far as the feed goes.
    End,
}

type Reading = BoxFuture<'static, (FollowFeed, Result<FeedPage, Error>)>;

/// One run of a follower.
struct Drive<'a> {
    following: &'a Following,
    keeper: Keeper,
    schedule: Schedule,
    /// The feed while nobody reads it.
    feed: Option<FollowFeed>,
    reading: Option<Reading>,
    tasks: JoinSet<(Work, Outcome)>,
    started: Instant,
    /// When what is handled behind the cursor is kept next.
    keep_at: Instant,
    /// When keeping is tried again, after it failed.
    retry_at: Option<Instant>,
    is_at_end: bool,
    progress: Progress,
}

/// Runs `following` until its goal is reached, or `shutdown` is done.
pub(super) async fn drive(
    following: &Following,
    goal: Goal,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<Progress, FollowError> {
    let mut shutdown = pin!(shutdown);
    let mut drive = select! {
        drive = Drive::start(following) => drive?,
        () = &mut shutdown => return Ok(Progress::default()),
    };
    let mut is_stopping = false;
    loop {
        if !is_stopping {
            drive.begin_what_may(goal);
        }
        let has_ended = drive.tasks.is_empty() && (is_stopping || drive.is_done(goal));
        let goes_on_elsewhere = drive.keep(has_ended).await?;
        if goes_on_elsewhere && !is_stopping {
            continue;
        }
        if has_ended {
            return drive.end(goal);
        }
        let wake_at = drive.wake_at();
        select! {
            () = &mut shutdown, if !is_stopping => is_stopping = true,
            (feed, page) = read(&mut drive.reading), if drive.reading.is_some() => {
                drive.reading = None;
                drive.feed = Some(feed);
                drive.accept(page).await?;
            }
            Some(Ok((work, outcome))) = drive.tasks.join_next() => drive.ended(&work, outcome),
            () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() && !is_stopping => {}
            else => {}
        }
    }
}

/// What is being read; nothing, for ever, when nothing is.
async fn read(reading: &mut Option<Reading>) -> (FollowFeed, Result<FeedPage, Error>) {
    match reading {
        Some(reading) => reading.await,
        None => std::future::pending().await,
    }
}

impl Drive<'_> {
    /// How often what cannot be handled is tried before the end of the feed is taken for reached.
    const ATTEMPTS_TO_END: u32 = 3;
    /// How long what is handled behind the cursor is not kept, and how long after keeping failed.
    const KEEP_EVERY: Duration = Duration::from_secs(1);

    /// Has the feed read from where the schedule is.
    fn begin_to_read(&mut self) {
        let (shortest, longest) = self.following.pauses;
        let feed = self.following.feed();
        let feed = match self.schedule.cursor() {
            Some(cursor) => feed.after(cursor),
            None => feed,
        };
        let wake = Arc::clone(&self.following.wake);
        self.feed = Some(feed.follow().pauses(shortest, longest).woken_by(wake));
        self.reading = None;
        self.is_at_end = false;
    }

    fn begin_what_may(&mut self, goal: Goal) {
        while self.tasks.len() < self.following.concurrency {
            let Some(work) = self.schedule.begin(self.started.elapsed()) else {
                break;
            };
            self.begin(work);
        }
        let is_wanted = self.schedule.has_room() && !(goal == Goal::End && self.is_at_end);
        if is_wanted && let Some(mut feed) = self.feed.take() {
            self.reading = Some(Box::pin(async move {
                let page = feed.look().await;
                (feed, page)
            }));
        }
    }

    fn begin(&mut self, work: Work) {
        let consumer = Arc::clone(&self.following.consumer);
        let unknown = Arc::clone(&self.following.unknown);
        let limit = self.following.time_limit;
        let span = tracing::debug_span!(
            "handle",
            follower = self.following.name,
            stream_type = %work.stream.0,
            stream_id = %work.stream.1,
            through = %work.through,
            attempt = work.attempts + 1,
        );
        let handling = async move {
            let handling = AssertUnwindSafe(consumer.handle(&work, &unknown)).catch_unwind();
            let failed = |reason| Outcome::none(work.after).failed(reason);
            let outcome = match timeout(limit, handling).await {
                Ok(Ok(outcome)) => outcome,
                // Handlers do not get here: it is the read model's own.
                Ok(Err(panic)) => failed(Reason::NotCommitted(Panicked::of(&*panic).into())),
                Err(_) => failed(Reason::TimedOut { limit }),
            };
            (work, outcome)
        };
        self.tasks.spawn(handling.instrument(span));
    }

    fn ended(&mut self, work: &Work, outcome: Outcome) {
        let now = self.started.elapsed();
        self.progress.unknown += outcome.of_unknown_types;
        let (through, handled) = (outcome.through, outcome.handled);
        let Err(error) = outcome.error(&self.following.name, &work.stream) else {
            let through = through.unwrap_or(work.through);
            self.schedule.done(&work.stream, through, now);
            return;
        };
        self.progress.failures += 1;
        let failure = Failure {
            reason: excerpt(Chain(&error.reason).to_string()),
            is_of_event: error.reason.is_of_event(),
        };
        let verdict = self.schedule.failed(&work.stream, through, handled, failure, now);
        let pause = match verdict {
            Some(Verdict::Held(pause)) => Some(pause),
            Some(Verdict::Parked) | None => None,
        };
        tracing::warn!(
            follower = self.following.name,
            stream_type = %work.stream.0,
            stream_id = %work.stream.1,
            reason = %Chain(&error.reason),
            attempt = work.attempts + 1,
            again_in = ?pause,
            is_parked = verdict == Some(Verdict::Parked),
            "a stream is held",
        );
        (self.following.on_failure)(&error);
    }

    async fn accept(&mut self, page: Result<FeedPage, Error>) -> Result<(), FollowError> {
        match page {
            Ok(page) => {
                if let Some(event) = page.events.first() {
                    self.note_origin(event).await?;
                }
                self.is_at_end = !page.has_more;
                self.progress.has_reached_end |= self.is_at_end;
                self.schedule.accept(page);
                self.take_stock();
                (self.following.on_progress)(&self.progress);
                self.look_for_others().await;
            }
            Err(error) if error.is_retryable() => {
                tracing::warn!(follower = self.following.name, %error, "the feed cannot be read");
            }
            Err(error) if error.is_feed_begun_anew() => return self.begin_anew(error).await,
            Err(error) => return self.give_up(FollowError::Feed(error)).await,
        }
        Ok(())
    }

    /// Keeps which event was the first. It is tried again with the next page where it cannot be kept.
    async fn note_origin(&mut self, event: &FeedEvent) -> Result<(), FollowError> {
        match self.following.origin.note(event).await {
            Err(another @ FollowError::AnotherStore(_)) => self.give_up(another).await,
            Err(error) => {
                tracing::warn!(follower = self.following.name, %error, "it is tried again");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Reads the feed from its beginning, if it is the same store's and that does no harm.
    async fn begin_anew(&mut self, begun_anew: Error) -> Result<(), FollowError> {
        match self.following.origin.check().await {
            Ok(()) => {}
            // The feed is asked again, which says the same.
            Err(FollowError::Feed(error)) if error.is_retryable() => return Ok(()),
            Err(error) => return self.give_up(error).await,
        }
        if !self.following.consumer.is_exactly_once() {
            return self.give_up(FollowError::Feed(begun_anew)).await;
        }
        tracing::warn!(
            follower = self.following.name,
            "the feed was begun anew: it is read from its beginning"
        );
        self.finish_work().await;
        let checkpoint = Checkpoint {
            cursor: None,
            handled: 0,
            ..self.schedule.checkpoint()
        };
        self.schedule = Schedule::new(self.following.rules, checkpoint);
        self.begin_to_read();
        Ok(())
    }

    /// Ends with an error, once what is being handled is finished, and kept.
    async fn give_up(&mut self, error: FollowError) -> Result<(), FollowError> {
        self.finish_work().await;
        self.keep(true).await?;
        Err(error)
    }

    /// Waits for what is being handled.
    async fn finish_work(&mut self) {
        while let Some(joined) = self.tasks.join_next().await {
            if let Ok((work, outcome)) = joined {
                self.ended(&work, outcome);
            }
        }
    }

    /// When something is due that nothing else tells of.
    fn wake_at(&self) -> Option<Instant> {
        let is_free = self.tasks.len() < self.following.concurrency;
        let due = self.schedule.next_due().filter(|_| is_free);
        let due = due.map(|due| self.started + due);
        let keep = match self.schedule.change() {
            Change::Nothing => None,
            Change::Ahead | Change::Settled => Some(self.keep_at),
        };
        due.into_iter().chain(keep).min()
    }

    fn is_done(&self, goal: Goal) -> bool {
        goal == Goal::End
            && self.is_at_end
            && self.reading.is_none()
            && self.schedule.is_settled(Self::ATTEMPTS_TO_END)
    }

    fn take_stock(&mut self) {
        self.progress.has_handled(self.schedule.handled());
        (self.progress.held, self.progress.parked) = self.schedule.held();
    }

    fn end(mut self, goal: Goal) -> Result<Progress, FollowError> {
        self.take_stock();
        (self.following.on_progress)(&self.progress);
        let held = self.schedule.checkpoint().held;
        if goal == Goal::End && !held.is_empty() && self.is_at_end {
            return Err(FollowError::Incomplete {
                held,
                progress: self.progress,
            });
        }
        Ok(self.progress)
    }
}
