//! The port to the events table: everything that the protocols may ask of it.

use event_store_types::Revision;

use super::commit::{Commit, Tail};
use super::{StoreError, StreamKey};

/// The log of every stream's commits: append only, a commit whole or absent.
///
/// Every answer is strongly consistent: it shows each commit whose write was acknowledged before the question.
pub trait EventLog {
    /// The end of the stream, or `None` when there is no stream.
    fn tail(&self, stream: &StreamKey) -> impl Future<Output = Result<Option<Tail>, StoreError>> + Send;

    /// The newest commit that starts at or before `revision`.
    fn newest_at_or_before(
        &self,
        stream: &StreamKey,
        revision: Revision,
    ) -> impl Future<Output = Result<Option<Commit>, StoreError>> + Send;

    /// The oldest commits that start after `after` (from the first one without it), oldest first: at most
    /// `limit` of them, and at most 1 MB.
    fn commits_after(
        &self,
        stream: &StreamKey,
        after: Option<Revision>,
        limit: usize,
    ) -> impl Future<Output = Result<Commits, StoreError>> + Send;

    /// Writes `commit` unless a commit that starts at the same revision is there.
    fn put(
        &self,
        stream: &StreamKey,
        commit: &Commit,
    ) -> impl Future<Output = Result<Put, StoreError>> + Send;
}

/// An answer of [`EventLog::commits_after`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commits {
    /// The commits, oldest first.
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
