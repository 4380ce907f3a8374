//! The port to the feed's table: everything that the protocol may ask of it.

use event_store_types::StreamType;

use super::{Incarnation, Page, PageNumber};
use crate::store::StoreError;

/// The feed as the relay writes it: put only, a page whole or absent.
pub trait FeedWriter {
    /// Which feed there is, strongly consistent.
    fn incarnation(&self) -> impl Future<Output = Result<Option<Incarnation>, StoreError>> + Send;

    /// Begins `feed` unless there is a feed.
    fn begin(&self, feed: Incarnation) -> impl Future<Output = Result<Begun, StoreError>> + Send;

    /// The last page of `feed`, or one that was the last not long ago.
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
