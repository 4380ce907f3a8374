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
    let error = pages.next_page().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        Error::new(numbers.describe(), Kind::Cancelled).to_string()
    );
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
