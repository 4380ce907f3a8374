//! The ports to the feed's table, and to the events that it names.

use std::collections::{HashMap, HashSet};

use event_store_types::{Revision, StreamType};

use super::{Incarnation, Page, PageNumber};
use crate::store::commit::Commit;
use crate::store::{Consistency, StoreError, StreamKey};

/// The feed as the relay writes it: put only, a page whole or absent.
pub trait FeedWriter {
    /// Which feed there is, strongly consistent.
    fn incarnation(&self) -> impl Future<Output = Result<Option<Incarnation>, StoreError>> + Send;

    /// Begins `feed` unless there is a feed.
    fn begin(&self, feed: Incarnation) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// The last page of `feed`, or one that was the last a moment ago.
    fn last_page(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Option<PageNumber>, StoreError>> + Send;

    /// Puts `page` unless there is a page of this number.
    fn put_page(
        &self,
        feed: Incarnation,
        number: PageNumber,
        page: &Page,
    ) -> impl Future<Output = Result<PagePut, StoreError>> + Send;

    /// Notes that `feed` has events of streams of this type.
    fn note_type(
        &self,
        feed: Incarnation,
        stream_type: &StreamType,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// An answer of [`FeedWriter::begin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The feed was begun by this request.
    Written,
    /// There is a feed: this one.
    Refused(Incarnation),
}

/// An answer of [`FeedWriter::put_page`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagePut {
    /// The page was written by this request.
    Written,
    /// There is a page of this number: this one.
    Refused(Page),
}

/// The feed as it is read.
pub trait FeedReader {
    /// Which feed there is, strongly consistent.
    fn current(&self) -> impl Future<Output = Result<Option<Incarnation>, StoreError>> + Send;

    /// The last page of `feed`, strongly consistent.
    fn newest_page(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Option<PageNumber>, StoreError>> + Send;

    /// The pages from `first` on up to the first that is not there: at most `limit`, and at most 1 MB of them.
    fn pages(
        &self,
        feed: Incarnation,
        first: PageNumber,
        limit: usize,
        consistency: Consistency,
    ) -> impl Future<Output = Result<FeedPages, StoreError>> + Send;

    /// The types of the streams that have events in `feed`, in the order of their names.
    fn stream_types(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Vec<StreamType>, StoreError>> + Send;
}

/// An answer of [`FeedReader::pages`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedPages {
    /// The pages, one behind the other.
    pub pages: Vec<Page>,
    /// Whether the answer ended before the feed may have.
    pub more: bool,
    /// About how many bytes they have.
    pub bytes: usize,
}

/// The log, as the feed names its commits.
pub trait CommitReader {
    /// The commits that begin at these revisions of these streams, at most 100.
    fn commits_at(
        &self,
        keys: &[CommitKey],
        consistency: Consistency,
    ) -> impl Future<Output = Result<CommitsFound, StoreError>> + Send;
}

/// The key of a commit: its stream, and the revision of its first event.
pub type CommitKey = (StreamKey, Revision);

/// An answer of [`CommitReader::commits_at`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitsFound {
    pub commits: HashMap<CommitKey, Commit>,
    /// The keys that the database left out, because the answer would have been too large.
    pub unprocessed: HashSet<CommitKey>,
}
