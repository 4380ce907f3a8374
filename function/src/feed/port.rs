//! The ports to the feed's table, and to the events that it names.

use std::collections::{HashMap, HashSet};

use event_store_types::{Revision, StreamType};

use super::{Incarnation, Page, PageNumber};
use crate::store::commit::Commit;
use crate::store::{Consistency, StoreError, StreamKey};

/// The feed as the relay writes it. It is append-only, and a page is present as a whole or not at all.
pub trait FeedWriter {
    /// The incarnation of the feed, strongly consistent.
    fn incarnation(&self) -> impl Future<Output = Result<Option<Incarnation>, StoreError>> + Send;

    /// Creates `feed` unless a feed exists.
    fn begin(&self, feed: Incarnation) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// The last page of `feed`, possibly slightly out of date.
    fn last_page(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Option<PageNumber>, StoreError>> + Send;

    /// Puts `page` unless a page with this number exists.
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
    /// This request created the feed.
    Written,
    /// This feed already exists.
    Refused(Incarnation),
}

/// An answer of [`FeedWriter::put_page`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagePut {
    /// This request wrote the page.
    Written,
    /// This page already has the number.
    Refused(Page),
}

/// The feed for reading.
pub trait FeedReader {
    /// The incarnation of the feed, strongly consistent.
    fn current(&self) -> impl Future<Output = Result<Option<Incarnation>, StoreError>> + Send;

    /// The last page of `feed`, strongly consistent.
    fn newest_page(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Option<PageNumber>, StoreError>> + Send;

    /// The pages from `first` up to the first missing one: at most `limit`, and at most 1 MB.
    fn pages(
        &self,
        feed: Incarnation,
        first: PageNumber,
        limit: usize,
        consistency: Consistency,
    ) -> impl Future<Output = Result<FeedPages, StoreError>> + Send;

    /// The types of the streams that have events in `feed`, sorted by name.
    fn stream_types(
        &self,
        feed: Incarnation,
    ) -> impl Future<Output = Result<Vec<StreamType>, StoreError>> + Send;
}

/// An answer of [`FeedReader::pages`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedPages {
    /// The pages, in order.
    pub pages: Vec<Page>,
    /// Whether the answer may have ended before the feed.
    pub more: bool,
    /// Their approximate size in bytes.
    pub bytes: usize,
}

/// The log, read by the commits that the feed names.
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
    /// The keys that the database left out because the answer would have been too large.
    pub unprocessed: HashSet<CommitKey>,
}
