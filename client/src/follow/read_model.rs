//! What a projection keeps, and how far it is.

use std::fmt;

use event_store_types::{Revision, StreamId, StreamType};

use super::Checkpoints;
use crate::BoxError;

/// The port to a read model: keeps what a projection makes of the events, and its checkpoint of each stream, in one.
///
/// An event counts exactly once because [`Self::commit`] writes the changes that events make together with the
/// checkpoint that says so, or writes neither; and because it writes them only while the checkpoint is the one that they
/// were made from. Whoever implements it needs a database that can promise both.
pub trait ReadModel: Checkpoints {
    /// What events are written into. Loaded with the checkpoint, so it may hold what was kept of the stream before.
    type Changes: Send;
    /// Why a checkpoint could not be loaded, or not be committed to.
    type Error: Into<BoxError> + Send;

    /// Loads a checkpoint, and changes that change nothing yet.
    fn load(
        &self,
        key: &CheckpointKey<'_>,
    ) -> impl Future<Output = Result<Loaded<Self::Changes>, Self::Error>> + Send;

    /// Writes `changes`, and moves the checkpoint, if it still is where `advance` comes from.
    ///
    /// # Errors
    /// When it is not known whether something was written, or nothing can be. Either way all or nothing was.
    fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        changes: Self::Changes,
    ) -> impl Future<Output = Result<Committed, Self::Error>> + Send;
}

/// What a checkpoint is of: one stream, by the follower of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckpointKey<'a> {
    /// The follower's name.
    pub follower: &'a str,
    /// The type of the stream.
    pub stream_type: &'a StreamType,
    /// The stream.
    pub stream_id: StreamId,
}

impl<'a> CheckpointKey<'a> {
    /// The key of a stream for the follower called `follower`.
    pub fn new(follower: &'a str, stream_type: &'a StreamType, stream_id: StreamId) -> Self {
        Self {
            follower,
            stream_type,
            stream_id,
        }
    }
}

impl fmt::Display for CheckpointKey<'_> {
    /// `<follower>/<stream type>/<stream id>`: another text for every other key, because neither a type nor an id
    /// can hold a `/`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}/{}/{}",
            self.follower, self.stream_type, self.stream_id
        )
    }
}

/// What was loaded of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded<Changes> {
    /// The revision of the last event that is in the read model; `None` when none is.
    pub checkpoint: Option<Revision>,
    /// What events are written into.
    pub changes: Changes,
}

/// From which checkpoint to which one: what changes are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advance {
    /// The checkpoint that was loaded.
    pub from: Option<Revision>,
    /// The revision of the last event that the changes are made of.
    pub to: Revision,
}

impl Advance {
    /// An advance from the checkpoint that was loaded.
    pub fn new(from: Option<Revision>, to: Revision) -> Self {
        Self { from, to }
    }

    /// How many events the changes are made of.
    pub fn events(&self) -> u64 {
        self.to
            .as_u64()
            .saturating_sub(self.from.map_or(0, Revision::as_u64))
    }
}

/// What came of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// The changes are written, and the checkpoint is moved.
    Written,
    /// Nothing is written: the checkpoint is no longer where it was, or another commit is just moving it.
    Outrun,
    /// Nothing is written: it is more than fits one commit. Fewer events may do.
    TooMuch,
}
