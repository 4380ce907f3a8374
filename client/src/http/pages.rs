//! Reading page after page.

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::hash::Hash;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tokio::task::JoinSet;

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

/// The page that is being read while the one before it is given out. Dropped, it is given up.
#[derive(Debug)]
struct Ahead<T>(JoinSet<T>);

impl<T> Default for Ahead<T> {
    fn default() -> Self {
        Self(JoinSet::new())
    }
}

impl<T: Send + 'static> Ahead<T> {
    fn begin(&mut self, reading: impl Future<Output = T> + Send + 'static) {
        self.0.spawn(reading);
    }

    /// What was begun, when something was; nothing of it when the runtime gave it up.
    async fn finish(&mut self) -> Option<Option<T>> {
        match self.0.join_next().await? {
            Ok(read) => Some(Some(read)),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;

    type Asked = Vec<(Option<u32>, Option<u16>)>;

    /// Pages of three numbers: from `n`, those up to `n + 3`, ending at `last`.
    #[derive(Clone, Debug)]
    struct Numbers {
        last: u32,
        asked: Arc<Mutex<Asked>>,
        failures: Arc<AtomicU32>,
    }

    impl Paged for Numbers {
        type Item = u32;
        type Key = u32;
        const LARGEST_PAGE: u16 = 1_000;

        fn describe(&self) -> String {
            "GET /".into()
        }

        async fn read(&self, from: Option<u32>, size: Option<u16>) -> Result<Page<u32, u32>, Error> {
            self.asked.lock().unwrap().push((from, size));
            let fails = |left: u32| left.checked_sub(1);
            if self
                .failures
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails)
                .is_ok()
            {
                return Err(Error::new(self.describe(), Kind::Cancelled));
            }
            let from = from.unwrap_or(0);
            let to = (from + u32::from(size.unwrap_or(3))).min(self.last);
            Ok(Page {
                items: (from + 1..=to).collect(),
                next: (to < self.last).then_some(to),
            })
        }
    }

    impl Numbers {
        fn up_to(last: u32) -> Self {
            Self {
                last,
                asked: Arc::default(),
                failures: Arc::default(),
            }
        }

        fn asked(&self) -> Asked {
            self.asked.lock().unwrap().clone()
        }
    }

    /// The same numbers, as a stream and page by page.
    async fn read(start: Option<u32>, extent: Extent, last: u32) -> (Vec<u32>, Asked) {
        let streamed = Numbers::up_to(last);
        let items = Pages::new(streamed.clone(), start, extent).into_items();
        let items: Vec<u32> = items.try_collect().await.unwrap();

        let pulled = Numbers::up_to(last);
        let mut pages = Pages::new(pulled.clone(), start, extent);
        let mut pulled_items = Vec::new();
        while let Some(page) = pages.next_page().await.unwrap() {
            pulled_items.extend(page);
        }
        assert_eq!((&items, streamed.asked()), (&pulled_items, pulled.asked()));
        (items, streamed.asked())
    }

    #[tokio::test]
    async fn every_page_is_read_once_and_in_order() {
        let (numbers, asked) = read(None, Extent::default(), 7).await;
        assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
        assert_eq!(asked, [(None, None), (Some(3), None), (Some(6), None)]);
    }

    #[tokio::test]
    async fn reading_begins_where_it_is_told_to() {
        let (numbers, asked) = read(Some(5), Extent::default(), 7).await;
        assert_eq!(numbers, [6, 7]);
        assert_eq!(asked, [(Some(5), None)]);
    }

    #[tokio::test]
    async fn a_limit_asks_for_no_more_than_is_wanted() {
        let extent = Extent {
            limit: Some(5),
            page_size: Some(2),
        };
        let (numbers, asked) = read(None, extent, 100).await;
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert_eq!(asked, [(None, Some(2)), (Some(2), Some(2)), (Some(4), Some(1))]);
    }

    #[tokio::test]
    async fn a_limit_of_none_asks_for_nothing() {
        let extent = Extent {
            limit: Some(0),
            page_size: None,
        };
        let (numbers, asked) = read(None, extent, 100).await;
        assert!(numbers.is_empty() && asked.is_empty());
    }

    #[tokio::test]
    async fn one_page_is_read_ahead_and_not_two() {
        let numbers = Numbers::up_to(100);
        let mut items = Pages::new(numbers.clone(), None, Extent::default()).into_items();
        assert!(
            numbers.asked().is_empty(),
            "nothing is read before it is asked for"
        );
        for expected in 1..=3 {
            assert_eq!(items.try_next().await.unwrap(), Some(expected));
            tokio::task::yield_now().await;
            assert_eq!(numbers.asked().len(), 2, "while {expected} is worked on");
        }
        assert_eq!(items.try_next().await.unwrap(), Some(4));
        tokio::task::yield_now().await;
        assert_eq!(numbers.asked().len(), 3);
    }

    #[tokio::test]
    async fn a_page_that_failed_is_pulled_again() {
        let numbers = Numbers::up_to(4);
        let mut pages = Pages::new(numbers.clone(), None, Extent::default());
        assert_eq!(pages.next_page().await.unwrap(), Some(vec![1, 2, 3]));
        numbers.failures.store(1, Ordering::SeqCst);
        assert!(pages.next_page().await.is_err());
        assert_eq!(pages.next_page().await.unwrap(), Some(vec![4]));
        assert_eq!(pages.next_page().await.unwrap(), None);
    }

    #[test]
    fn a_limit_beyond_the_largest_page_leaves_the_size_to_the_store() {
        let size = |limit, page_size| {
            let extent = Extent {
                limit: Some(limit),
                page_size,
            };
            Pages::new(Numbers::up_to(1), None, extent).size()
        };
        assert_eq!(size(1_000, None), Some(1_000));
        assert_eq!(size(1_001, None), None);
        assert_eq!(size(70_000, None), None);
        assert_eq!(size(70_000, Some(10)), Some(10));
    }

    /// Pages of one item each, followed as scripted.
    #[derive(Clone, Debug)]
    struct Scripted(Arc<Mutex<std::vec::IntoIter<u32>>>);

    impl Paged for Scripted {
        type Item = u32;
        type Key = u32;
        const LARGEST_PAGE: u16 = 1;

        fn describe(&self) -> String {
            "GET /".into()
        }

        async fn read(&self, _: Option<u32>, _: Option<u16>) -> Result<Page<u32, u32>, Error> {
            let next = self.0.lock().unwrap().next();
            Ok(Page { items: vec![0], next })
        }
    }

    #[tokio::test]
    async fn pages_that_go_round_end_in_an_error_after_what_they_hold() {
        for round in [vec![1, 1], vec![1, 2, 1]] {
            let script = Scripted(Arc::new(Mutex::new(round.clone().into_iter())));
            let mut items = Pages::new(script, None, Extent::default()).into_items();
            for _ in &round {
                assert_eq!(items.try_next().await.unwrap(), Some(0));
            }
            let error = items.try_next().await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "`GET /`: the page after `1` says that it is followed by itself or by one before it"
            );
        }
    }
}
