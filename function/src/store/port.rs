//! The port to the events table: every request that the protocols may make.

use std::ops::RangeInclusive;

use event_store_types::Revision;

use super::commit::{Commit, Tail};
use super::{StoreError, StreamKey};

/// The log of the commits of all streams. It is append-only, and a commit is present as a whole or not at
/// all.
///
/// Unless documented otherwise, every answer is strongly consistent: it shows each commit whose write was
/// acknowledged before the request.
pub trait EventLog {
    /// The end of the stream, or `None` if the stream does not exist.
    fn tail(&self, stream: &StreamKey) -> impl Future<Output = Result<Option<Tail>, StoreError>> + Send;

    /// The newest commit that starts at or before `revision`.
    fn newest_at_or_before(
        &self,
        stream: &StreamKey,
        revision: Revision,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Commit>, StoreError>> + Send;

    /// The commits that start at one of the revisions `starts`, at most 1 MB of them.
    fn commits_starting(
        &self,
        stream: &StreamKey,
        starts: RangeInclusive<Revision>,
        order: Order,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Commits, StoreError>> + Send;

    /// The newest commits, newest first: at most `limit` of them, and at most 1 MB.
    fn newest_commits(
        &self,
        stream: &StreamKey,
        limit: usize,
    ) -> impl Future<Output = Result<Commits, StoreError>> + Send;

    /// Writes `commit` unless another commit already starts at the same revision.
    fn put(
        &self,
        stream: &StreamKey,
        commit: &Commit,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
}

/// The order of commits in an answer. An answer that grows too large is cut off at the end of this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    OldestFirst,
    /// Newest first.
    NewestFirst,
}

/// Which commits an answer must show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Consistency {
    /// Each one whose write was acknowledged before the request.
    #[default]
    Strong,
    /// Some earlier state of the stream, usually of less than a second ago, at half the cost. Even the
    /// commits of one answer may be from different moments.
    Eventual,
}

/// An answer of [`EventLog::commits_starting`] or [`EventLog::newest_commits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commits {
    /// The commits, in the requested order.
    pub commits: Vec<Commit>,
    /// Whether the answer ended before the stream did. At the limit it may be true even if the stream ends
    /// there.
    pub more: bool,
}

/// An answer of [`EventLog::put`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// This request wrote the commit.
    Written,
    /// This commit already starts at that revision.
    Refused(Commit),
}
