//! The port to the events table: everything that the protocols may ask of it.

use std::ops::RangeInclusive;

use event_store_types::Revision;

use super::commit::{Commit, Tail};
use super::{StoreError, StreamKey};

/// The log of every stream's commits: append only, a commit whole or absent.
///
/// Every answer is strongly consistent, unless it is said to be otherwise: it shows each commit whose write was
/// acknowledged before the question.
pub trait EventLog {
    /// The end of the stream, or `None` when there is no stream.
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

    /// Writes `commit` unless a commit that starts at the same revision is there.
    fn put(
        &self,
        stream: &StreamKey,
        commit: &Commit,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
}

/// In which order commits are given, and where an answer that becomes too large is cut off.
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
    /// Each one whose write was acknowledged before the question.
    #[default]
    Strong,
    /// Any state that the stream was in, usually that of less than a second ago, at half the cost. Even the commits
    /// of one answer may be from different moments.
    Eventual,
}

/// An answer of [`EventLog::commits_starting`] or [`EventLog::newest_commits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commits {
    /// The commits, in the order asked for.
    pub commits: Vec<Commit>,
    /// Whether the answer ended before the stream did. At a limit it may say so of a stream that ends there.
    pub more: bool,
}

/// An answer of [`EventLog::put`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The commit was written by this request.
    Written,
    /// A commit starts at that revision already: this one.
    Refused(Commit),
}
