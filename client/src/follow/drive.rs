//! Following the feed: reading it, having its events handled, and keeping how far that is.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::FeedPage;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument as _;

use super::consumer::{Outcome, Panicked};
use super::error::Chain;
use super::following::Following;
use super::keeper::Keeper;
use super::schedule::{Change, Failure, Schedule, Verdict, Work};
use super::{Checkpoint, FollowError, Progress, Reason};
use crate::Error;
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

impl<'a> Drive<'a> {
    /// How often what cannot be handled is tried before the end of the feed is taken for reached.
    const ATTEMPTS_TO_END: u32 = 3;
    /// How long what is handled behind the cursor is not kept, and how long after keeping failed.
    const KEEP_EVERY: Duration = Duration::from_secs(1);
    /// How long a run waits when it cannot even begin.
    const RETRY_START: Duration = Duration::from_secs(1);

    async fn start(following: &'a Following) -> Result<Self, FollowError> {
        let mut keeper = Keeper::load(&following.checkpoints, &following.name).await?;
        let mut checkpoint = keeper.found.take();
        while checkpoint.is_none() && following.begins_at_end {
            match following.feed().from_end().page().await {
                Ok(page) => {
                    let end = Checkpoint {
                        cursor: Some(page.next),
                        ..Checkpoint::default()
                    };
                    if keeper.keep(&end).await? {
                        checkpoint = Some(end);
                    } else {
                        keeper = Keeper::load(&following.checkpoints, &following.name).await?;
                        checkpoint = keeper.found.take();
                    }
                }
                Err(error) if error.is_retryable() => {
                    tracing::warn!(follower = following.name, %error, "the feed cannot be read");
                    tokio::time::sleep(Self::RETRY_START).await;
                }
                Err(error) => return Err(FollowError::Feed(error)),
            }
        }
        let of = if following.is_counting {
            Some(count(following).await.map_err(FollowError::Feed)?)
        } else {
            None
        };
        let mut drive = Self {
            following,
            keeper,
            schedule: Schedule::new(following.rules, checkpoint.unwrap_or_default()),
            feed: None,
            reading: None,
            tasks: JoinSet::new(),
            started: Instant::now(),
            keep_at: Instant::now(),
            retry_at: None,
            is_at_end: false,
            progress: Progress {
                of,
                ..Progress::default()
            },
        };
        drive.begin_to_read();
        drive.take_stock();
        Ok(drive)
    }

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
            Err(error) if error.is_feed_begun_anew() && self.following.consumer.is_exactly_once() => {
                tracing::warn!(
                    follower = self.following.name,
                    "the feed was begun anew: it is read from its beginning"
                );
                self.finish_work().await;
                let checkpoint = Checkpoint {
                    cursor: None,
                    ..self.schedule.checkpoint()
                };
                self.schedule = Schedule::new(self.following.rules, checkpoint);
                self.begin_to_read();
            }
            Err(error) => {
                self.finish_work().await;
                self.keep(true).await?;
                return Err(FollowError::Feed(error));
            }
        }
        Ok(())
    }

    /// Keeps how far it is, if that is due. Who finds that another has kept something meanwhile goes on from there, and answers so.
    async fn keep(&mut self, is_last: bool) -> Result<bool, FollowError> {
        let is_due = match self.schedule.change() {
            Change::Nothing => false,
            Change::Settled => self.retry_at.is_none_or(|at| Instant::now() >= at),
            Change::Ahead => Instant::now() >= self.keep_at,
        };
        if !(is_due || is_last && self.schedule.change() != Change::Nothing) {
            return Ok(false);
        }
        let change = self.schedule.change();
        let checkpoint = self.schedule.checkpoint();
        self.keep_at = Instant::now() + Self::KEEP_EVERY;
        match self.keeper.keep(&checkpoint).await {
            Ok(true) => self.retry_at = None,
            Ok(false) => {
                tracing::info!(
                    follower = self.following.name,
                    "the checkpoint was moved by another: going on from there"
                );
                let keeper = Keeper::load(&self.following.checkpoints, &self.following.name).await?;
                self.go_on_from(keeper).await;
                return Ok(true);
            }
            Err(error) if is_last => return Err(error),
            Err(error) => {
                tracing::warn!(follower = self.following.name, %error, "it is tried again");
                self.schedule.is_not_kept(change);
                self.retry_at = Some(self.keep_at);
            }
        }
        self.take_stock();
        Ok(false)
    }

    /// Looks whether another has kept something, as who resumes a held stream does: without news, nothing else would tell. What cannot be
    /// looked at now is looked at after the next page.
    async fn look_for_others(&mut self) {
        if !self.is_at_end || !self.schedule.holds() || self.schedule.change() != Change::Nothing {
            return;
        }
        let found = Keeper::load(&self.following.checkpoints, &self.following.name).await;
        if let Ok(keeper) = found
            && !keeper.is_as_far_as(&self.keeper)
        {
            self.go_on_from(keeper).await;
        }
    }

    async fn go_on_from(&mut self, mut keeper: Keeper) {
        self.finish_work().await;
        let checkpoint = keeper.found.take().unwrap_or_default();
        self.keeper = keeper;
        self.schedule = Schedule::new(self.following.rules, checkpoint);
        self.begin_to_read();
        self.take_stock();
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
        self.progress.handled = self.schedule.handled();
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

/// How many events there are: the revision of a stream is the number of its events.
async fn count(following: &Following) -> Result<u64, Error> {
    use futures::TryStreamExt as _;
    let mut types = following.stream_types.to_vec();
    if types.is_empty() {
        types = following.client.stream_types().await?;
    }
    let mut events = 0;
    for stream_type in types {
        let mut streams = following.client.streams(&stream_type).into_stream();
        while let Some(stream) = streams.try_next().await? {
            events += stream.revision.as_u64();
        }
    }
    Ok(events)
}

/// As much of a text as a checkpoint has room for, a thousand times.
fn excerpt(mut text: String) -> String {
    const MOST: usize = 200;
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push('…');
    }
    text
}
