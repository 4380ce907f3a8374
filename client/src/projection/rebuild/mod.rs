//! Bringing every stream of a type into a read model.

mod error;
mod position;
mod walk;

use std::fmt;
use std::future::pending;
use std::time::Duration;

use event_store_types::{StreamType, Timestamp};

pub use error::NotRebuilt;
pub use position::Position;

use super::{EventSource, Projection, Projector, ReadModel};

impl<Source, P, Model> Projector<Source, P, Model>
where
    Source: EventSource,
    P: Projection<Changes = Model::Changes>,
    Model: ReadModel,
{
    /// Begins to bring every stream of a type into the read model; [`Rebuild::run`] does it.
    pub fn rebuild(&self, stream_type: &StreamType) -> Rebuild<'_, Source, P, Model> {
        Rebuild {
            projector: self,
            stream_type: stream_type.clone(),
            concurrency: 8,
            overlap: Duration::from_mins(5),
            most_failures: 100,
            resumed: None,
            on_progress: Box::new(|_| ()),
        }
    }
}

/// How every stream of a type is brought into a read model. Begun with [`Projector::rebuild`].
///
/// Subscribe first: what happens after the rebuild is announced, and only then. It walks the store's listing of streams
/// twice: all of it, and then once more from some time before the first walk began, because the listing is filled with
/// a delay and a stream that is updated moves to its end. What the first walk has done costs the second one look at a
/// checkpoint for each stream.
#[must_use = "nothing is rebuilt before `run` is awaited"]
pub struct Rebuild<'a, Source, P, Model> {
    projector: &'a Projector<Source, P, Model>,
    stream_type: StreamType,
    concurrency: usize,
    overlap: Duration,
    most_failures: usize,
    resumed: Option<Position>,
    on_progress: Box<dyn FnMut(&Progress<'_>) + Send + 'a>,
}

impl<'a, Source, P, Model> Rebuild<'a, Source, P, Model>
where
    Source: EventSource,
    P: Projection<Changes = Model::Changes>,
    Model: ReadModel,
{
    /// Sets how many streams are brought in at once; 8 when not set, and 0 counts as 1.
    pub fn concurrency(mut self, streams: usize) -> Self {
        self.concurrency = streams.max(1);
        self
    }

    /// Sets how long before the start of the first walk the second one begins: longer than the store's listing may lag.
    /// Five minutes when not set, which leaves room for clocks that differ.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// Sets how many streams may fail before the rebuild gives up; 100 when not set. Fewer do not keep the others from
    /// being brought in.
    pub fn most_failures(mut self, streams: usize) -> Self {
        self.most_failures = streams;
        self
    }

    /// Goes on where an earlier rebuild of the same projection and stream type stood.
    pub fn resume(mut self, position: Position) -> Self {
        self.resumed = Some(position);
        self
    }

    /// Sets what is told after each page of the listing.
    pub fn on_progress(mut self, told: impl FnMut(&Progress<'_>) + Send + 'a) -> Self {
        self.on_progress = Box::new(told);
        self
    }

    /// Rebuilds. Dropped at any moment, it leaves checkpoints to go on from.
    ///
    /// # Errors
    /// See [`NotRebuilt`].
    pub async fn run(self) -> Result<RebuildTally, NotRebuilt> {
        match self.until(pending()).await? {
            Rebuilt::Complete(tally) | Rebuilt::Stopped { tally, .. } => Ok(tally),
        }
    }

    /// Rebuilds until `stop` is done. The streams that are being brought in then are finished first.
    ///
    /// # Errors
    /// See [`NotRebuilt`].
    pub async fn until(self, stop: impl Future<Output = ()> + Send) -> Result<Rebuilt, NotRebuilt> {
        let start = self.resumed.clone();
        let start = start.unwrap_or_else(|| Position::start(Timestamp::now()));
        walk::walk(self, start, stop).await
    }
}

/// How far a rebuild is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Where it stands now.
    pub position: &'a Position,
    /// What it has done.
    pub tally: RebuildTally,
}

/// How a rebuild ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rebuilt {
    /// Every stream is in the read model.
    Complete(RebuildTally),
    /// It was stopped.
    #[non_exhaustive]
    Stopped {
        /// Where it stands.
        position: Position,
        /// What it has done.
        tally: RebuildTally,
    },
}

/// What a rebuild has done since it was begun or resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RebuildTally {
    /// Streams that were looked at, in both walks.
    pub streams: u64,
    /// Events that were applied and committed.
    pub applied: u64,
    /// Events that were passed over, because their type is not known.
    pub unknown: u64,
    /// Streams that failed.
    pub failed: u64,
}

impl fmt::Display for RebuildTally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            streams,
            applied,
            unknown,
            failed,
        } = self;
        write!(
            formatter,
            "{streams} streams, {applied} events applied, {unknown} unknown, {failed} streams failed"
        )
    }
}
