//! Reading page after page as one stream of items.

use std::collections::HashSet;
use std::fmt::Display;
use std::future::Future;
use std::hash::Hash;

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::error::{Error, Kind};

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

impl Extent {
    /// The most items that the store puts on a page; it refuses to be asked for more.
    const LARGEST_PAGE: u16 = 1_000;

    /// How many items to ask for when `remaining` are still wanted.
    fn of_next_page(self, remaining: Option<u64>) -> Option<u16> {
        let remaining = remaining
            .and_then(|count| u16::try_from(count).ok())
            .filter(|count| *count <= Self::LARGEST_PAGE);
        match (self.page_size, remaining) {
            (Some(size), Some(remaining)) => Some(size.min(remaining)),
            (size, remaining) => size.or(remaining),
        }
    }
}

/// Reads the pages from `start` on by `fetch`, which is given where a page begins and how many items to ask for.
/// Ends with the first error.
///
/// No page is asked for twice: a store that continues with one that has been read is an error, not a loop.
/// `request` describes the reading in that error.
pub(crate) fn items<Item, Key, Fetch, Fetched>(
    request: String,
    start: Option<Key>,
    extent: Extent,
    fetch: Fetch,
) -> BoxStream<'static, Result<Item, Error>>
where
    Item: Send + 'static,
    Key: Clone + Display + Eq + Hash + Send + 'static,
    Fetch: Fn(Option<Key>, Option<u16>) -> Fetched + Send + 'static,
    Fetched: Future<Output = Result<Page<Item, Key>, Error>> + Send,
{
    let first = Next::Page {
        from: start.clone(),
        seen: start.into_iter().collect(),
        remaining: extent.limit,
    };
    let pages = stream::try_unfold((first, fetch), move |(next, fetch)| {
        let request = request.clone();
        async move {
            let (from, seen, remaining) = match next {
                Next::Page {
                    remaining: Some(0), ..
                }
                | Next::End => return Ok(None),
                Next::GoesRound(key) => return Err(Error::new(request, Kind::PagesGoRound { key })),
                Next::Page {
                    from,
                    seen,
                    remaining,
                } => (from, seen, remaining),
            };
            let page = fetch(from, extent.of_next_page(remaining)).await?;
            let next = Next::after(&page, seen, remaining);
            Ok(Some((stream::iter(page.items).map(Ok), (next, fetch))))
        }
    });
    // The store may give more than it was asked for; the caller must not see it.
    let limit = extent
        .limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    pages.try_flatten().take(limit).boxed()
}

/// What comes after the pages read so far.
enum Next<Key> {
    Page {
        from: Option<Key>,
        seen: HashSet<Key>,
        remaining: Option<u64>,
    },
    /// A page that has been read. Told only after the items before it have been given out: they are good.
    GoesRound(String),
    End,
}

impl<Key: Clone + Display + Eq + Hash> Next<Key> {
    fn after<Item>(page: &Page<Item, Key>, mut seen: HashSet<Key>, remaining: Option<u64>) -> Self {
        let Some(key) = page.next.clone() else {
            return Self::End;
        };
        if !seen.insert(key.clone()) {
            return Self::GoesRound(key.to_string());
        }
        let count = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        let remaining = remaining.map(|remaining| remaining.saturating_sub(count));
        Self::Page {
            from: Some(key),
            seen,
            remaining,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    type Asked = Vec<(Option<u32>, Option<u16>)>;

    /// Reads pages of three numbers: from `n`, those up to `n + 3`, ending at `last`.
    async fn read(start: Option<u32>, extent: Extent, last: u32) -> (Vec<u32>, Asked) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        let read = items("GET /".into(), start, extent, move |from, size| {
            noted.lock().unwrap().push((from, size));
            let from = from.unwrap_or(0);
            let to = (from + u32::from(size.unwrap_or(3))).min(last);
            async move {
                Ok(Page {
                    items: (from + 1..=to).collect(),
                    next: (to < last).then_some(to),
                })
            }
        });
        let numbers = read.try_collect().await.unwrap();
        let asked = asked.lock().unwrap().clone();
        (numbers, asked)
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
        let (numbers, asked) = read(
            None,
            Extent {
                limit: Some(0),
                page_size: None,
            },
            100,
        )
        .await;
        assert!(numbers.is_empty() && asked.is_empty());
    }

    #[test]
    fn a_limit_beyond_the_largest_page_leaves_the_size_to_the_store() {
        let extent = |page_size| Extent {
            limit: None,
            page_size,
        };
        assert_eq!(extent(None).of_next_page(Some(1_000)), Some(1_000));
        assert_eq!(extent(None).of_next_page(Some(1_001)), None);
        assert_eq!(extent(None).of_next_page(Some(70_000)), None);
        assert_eq!(extent(Some(10)).of_next_page(Some(70_000)), Some(10));
    }

    #[tokio::test]
    async fn pages_that_go_round_end_in_an_error_after_what_they_hold() {
        for round in [vec![1, 1], vec![1, 2, 1]] {
            let step = Arc::new(Mutex::new(round.clone().into_iter()));
            let mut read = items("GET /".into(), None, Extent::default(), move |_, _| {
                let next = step.lock().unwrap().next();
                async move { Ok(Page { items: vec![0], next }) }
            });
            for _ in &round {
                assert_eq!(read.try_next().await.unwrap(), Some(0));
            }
            let error = read.try_next().await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "`GET /`: the page after `1` says that it is followed by itself or by one before it"
            );
        }
    }
}
