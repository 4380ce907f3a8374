//! Reading page after page.

mod ahead;

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::hash::Hash;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use self::ahead::Ahead;
use super::error::Error;
use super::kind::Kind;

/// What is read in pages.
pub(crate) trait Paged: Clone + Send + Sync + 'static {
    /// What a page holds.
    type Item: Send + 'static;
    /// Where a page begins.
    type Key: Clone + Debug + Display + Eq + Hash + Send + Sync + 'static;

    /// The most items that the store puts on a page; it refuses to be asked for more.
    const LARGEST_PAGE: u16;

    /// What is read, for an error about it.
    fn describe(&self) -> String;

    /// Reads the page that begins at `from`, of at most `size` items; the store decides when not given.
    fn read(
        &self,
        from: Option<Self::Key>,
        size: Option<u16>,
    ) -> impl Future<Output = Result<Page<Self::Item, Self::Key>, Error>> + Send;
}

/// A page, and where the next one begins when there is one.
#[derive(Debug)]
pub(crate) struct Page<Item, Key> {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Key>,
}

/// How much is read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extent {
    /// Items altogether.
    pub(crate) limit: Option<u64>,
    /// Items a page; the store decides when not set.
    pub(crate) page_size: Option<u16>,
}

/// The pages of a reading, one after the other.
///
/// No page is asked for twice: a store that continues with one that has been read is an error, not a loop.
#[derive(Debug)]
pub(crate) struct Pages<P: Paged> {
    paged: P,
    extent: Extent,
    seen: HashSet<P::Key>,
    remaining: Option<u64>,
    next: Next<P::Key>,
}

/// What comes after the pages read so far.
#[derive(Debug)]
enum Next<Key> {
    Page(Option<Key>),
    /// A page that has been read. Told only after the items before it have been given out: they are good.
    GoesRound(Key),
    End,
}

impl<P: Paged> Pages<P> {
    /// The pages from `start` on.
    pub(crate) fn new(paged: P, start: Option<P::Key>, extent: Extent) -> Self {
        let next = match extent.limit {
            Some(0) => Next::End,
            _ => Next::Page(start.clone()),
        };
        Self {
            paged,
            extent,
            seen: start.into_iter().collect(),
            remaining: extent.limit,
            next,
        }
    }

    /// No pages at all.
    pub(crate) fn none(paged: P) -> Self {
        let extent = Extent {
            limit: Some(0),
            page_size: None,
        };
        Self::new(paged, None, extent)
    }

    /// Reads the next page that holds something; `None` at the end. After an error the same page is asked for again.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<P::Item>>, Error> {
        while let Some((from, size)) = self.question()? {
            let page = self.paged.read(from, size).await?;
            let items = self.answered(page);
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    /// Reads item after item. While those of one page are given out the next page is read, and no other. Ends with the first
    /// error.
    pub(crate) fn into_items(self) -> BoxStream<'static, Result<P::Item, Error>> {
        let pages = stream::try_unfold((self, Ahead::default()), |(mut pages, mut ahead)| async move {
            let Some((from, size)) = pages.question()? else {
                return Ok(None);
            };
            let page = match ahead.finish().await {
                Some(page) => page.unwrap_or_else(|| Err(pages.error(Kind::Cancelled)))?,
                None => pages.paged.read(from, size).await?,
            };
            let items = pages.answered(page);
            if let Ok(Some((from, size))) = pages.question() {
                let paged = pages.paged.clone();
                ahead.begin(async move { paged.read(from, size).await });
            }
            Ok::<_, Error>(Some((stream::iter(items).map(Ok), (pages, ahead))))
        });
        pages.try_flatten().boxed()
    }

    /// Where the next page begins, and how many items to ask for.
    #[expect(
        clippy::type_complexity,
        reason = "a place and a number, which may each be missing"
    )]
    fn question(&self) -> Result<Option<(Option<P::Key>, Option<u16>)>, Error> {
        match &self.next {
            Next::Page(from) => Ok(Some((from.clone(), self.size()))),
            Next::GoesRound(key) => Err(self.error(Kind::PagesGoRound { key: key.to_string() })),
            Next::End => Ok(None),
        }
    }

    fn size(&self) -> Option<u16> {
        let remaining = self
            .remaining
            .and_then(|count| u16::try_from(count).ok())
            .filter(|count| *count <= P::LARGEST_PAGE);
        match (self.extent.page_size, remaining) {
            (Some(size), Some(remaining)) => Some(size.min(remaining)),
            (size, remaining) => size.or(remaining),
        }
    }

    /// Takes a page over: its items, less what the store gave beyond the limit.
    fn answered(&mut self, page: Page<P::Item, P::Key>) -> Vec<P::Item> {
        let mut items = page.items;
        if let Some(remaining) = &mut self.remaining {
            items.truncate(usize::try_from(*remaining).unwrap_or(usize::MAX));
            *remaining -= u64::try_from(items.len()).unwrap_or(*remaining);
        }
        self.next = match page.next {
            _ if self.remaining == Some(0) => Next::End,
            None => Next::End,
            Some(key) if self.seen.insert(key.clone()) => Next::Page(Some(key)),
            Some(key) => Next::GoesRound(key),
        };
        items
    }

    fn error(&self, kind: Kind) -> Error {
        Error::new(self.paged.describe(), kind)
    }
}

#[cfg(test)]
mod tests;
