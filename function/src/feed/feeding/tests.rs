//! Tests each step of the protocol, and what may be cached after it.

use uuid::Uuid;

use super::*;
use crate::store::testing::{revision, stream};

fn writer(number: u128) -> Writer {
    Writer::from(Uuid::from_u128(number))
}

fn feed() -> Incarnation {
    Incarnation::from(Uuid::from_u128(100))
}

fn other_stream() -> StreamKey {
    StreamKey {
        stream_type: "invoice".parse().unwrap(),
        ..stream()
    }
}

fn commit_of(stream: StreamKey, first: u64) -> Entry {
    Entry::commit(stream, revision(first), vec!["placed".parse().unwrap()]).unwrap()
}

fn commit(first: u64) -> Entry {
    commit_of(stream(), first)
}

fn range(first: u64, last: u64) -> Entry {
    Entry::range(stream(), revision(first), revision(last)).unwrap()
}

fn page(number: u64) -> Option<PageNumber> {
    PageNumber::new(number)
}

fn feeding(offered: Vec<Entry>) -> Feeding {
    Feeding::new(writer(1), offered).unwrap()
}

/// The facts that the feed contains the stream up to `fed`, and that page `last` exists.
fn known(fed: Option<u64>, last: u64) -> Knowledge {
    Knowledge {
        last_page: page(last),
        fed: BTreeMap::from([(stream(), fed.map(revision))]),
        ..Knowledge::of(feed())
    }
}

fn put(step: Step) -> PutPage {
    match step {
        Step::PutPage(put) => put,
        other => panic!("a page is put: {other:?}"),
    }
}

fn done(step: Step) -> Knowledge {
    match step {
        Step::Done(known) => known,
        other => panic!("all is done: {other:?}"),
    }
}

#[test]
fn nothing_needs_no_attempt() {
    assert_eq!(Feeding::new(writer(1), Vec::new()), None);
}

#[test]
fn with_all_remembered_one_put_is_all() {
    let put = put(feeding(vec![commit(4)]).begin(Some(known(Some(3), 7))));
    assert_eq!((put.incarnation(), put.number()), (feed(), page(8).unwrap()));
    assert_eq!(put.page().entries, [commit(4)]);
    let next = put.written();
    assert_eq!(next.learned, known(Some(4), 8));
    assert_eq!(done(next.step), next.learned);
}

#[test]
fn what_the_feed_has_is_not_put_again() {
    let step = feeding(vec![commit(4), commit(3)]).begin(Some(known(Some(4), 7)));
    assert_eq!(done(step), known(Some(4), 7));
}

#[test]
fn with_nothing_remembered_the_feed_its_marks_and_its_last_page_are_looked_for() {
    let Step::FindIncarnation(find) = feeding(vec![commit(4)]).begin(None) else {
        panic!("the incarnation is looked for first");
    };
    let Step::FindMarks(find) = find.found(Some(feed())) else {
        panic!("then the marks");
    };
    assert_eq!(find.streams(), [stream()]);
    let mark = Mark {
        incarnation: feed(),
        revision: revision(3),
    };
    let next = find.found([(stream(), mark)]);
    let Step::FindLastPage(find) = next.step else {
        panic!("then the last page");
    };
    let put = put(find.found(page(7)).step);
    assert_eq!(put.number(), page(8).unwrap());
    assert_eq!(put.page().entries, [commit(4)]);
}

#[test]
fn a_feed_that_is_not_there_is_begun_and_one_that_was_begun_meanwhile_is_taken() {
    let begin = || {
        let Step::FindIncarnation(find) = feeding(vec![commit(1)]).begin(None) else {
            panic!("the incarnation is looked for");
        };
        let Step::PutIncarnation(put) = find.found(None) else {
            panic!("the feed is begun");
        };
        put
    };
    let incarnation = |step| match step {
        Step::FindMarks(find) => find.found([]).learned.incarnation,
        other => panic!("marks are looked for: {other:?}"),
    };
    assert_eq!(incarnation(begin().written()), Incarnation::begun_by(writer(1)));
    assert_eq!(incarnation(begin().refused(feed())), feed());
}

#[test]
fn a_mark_of_another_feed_says_nothing() {
    let Step::FindMarks(find) = feeding(vec![commit(4)]).begin(Some(Knowledge {
        last_page: page(7),
        ..Knowledge::of(feed())
    })) else {
        panic!("the mark is looked for");
    };
    let mark = Mark {
        incarnation: Incarnation::from(Uuid::from_u128(99)),
        revision: revision(3),
    };
    let next = find.found([(stream(), mark)]);
    assert_eq!(next.learned.mark(&stream()), None);
    assert_eq!(put(next.step).page().entries, [range(1, 4)]);
}

#[test]
fn the_commits_of_a_stream_are_put_in_order_at_the_places_that_it_had() {
    let offered = vec![
        commit(3),
        commit_of(other_stream(), 1),
        commit(2),
        commit(1),
        commit(2),
    ];
    let mut known = known(None, 1);
    known.fed.insert(other_stream(), None);
    let put = put(feeding(offered).begin(Some(known)));
    assert_eq!(
        put.page().entries,
        [commit(1), commit_of(other_stream(), 1), commit(2), commit(3)]
    );
}

#[test]
fn a_thousand_commits_that_are_read_from_the_log_are_one_range() {
    let offered = (1..=1_000).map(|first| range(first, first)).collect();
    let put = put(feeding(offered).begin(Some(known(None, 1))));
    assert_eq!(put.page().entries, [range(1, 1_000)]);
}

#[test]
fn a_refused_page_of_ours_is_written() {
    let put = put(feeding(vec![commit(4)]).begin(Some(known(Some(3), 7))));
    let there = put.page().clone();
    let next = put.refused(&there);
    assert_eq!(done(next.step), known(Some(4), 8));
}

#[test]
fn a_page_of_another_with_the_same_content_is_not_ours_but_tells_that_it_is_there() {
    let put = put(feeding(vec![commit(4)]).begin(Some(known(Some(3), 7))));
    let there = Page {
        writer: writer(2),
        ..put.page().clone()
    };
    // The page contains what was offered: nothing is left to do.
    assert_eq!(done(put.refused(&there).step), known(Some(4), 8));
}

#[test]
fn a_page_of_another_proves_its_number_and_what_it_holds() {
    let put_first = put(feeding(vec![commit(4), commit(5)]).begin(Some(known(Some(3), 7))));
    let there = Page {
        writer: writer(2),
        entries: vec![commit_of(other_stream(), 1), commit(4)],
    };
    let next = put_first.refused(&there);
    assert_eq!(
        next.learned,
        known(Some(4), 8),
        "of other streams nothing is kept"
    );
    let put = put(next.step);
    assert_eq!(put.number(), page(9).unwrap());
    assert_eq!(put.page().entries, [commit(5)]);
}

#[test]
fn after_two_refusals_in_a_row_the_last_page_is_looked_for() {
    let there = Page {
        writer: writer(2),
        entries: vec![commit_of(other_stream(), 1)],
    };
    let first = put(feeding(vec![commit(4)]).begin(Some(known(Some(3), 7))));
    let second = put(first.refused(&there).step);
    let Step::FindLastPage(find) = second.refused(&there).step else {
        panic!("the last page is looked for");
    };
    // An answer that is behind the known facts does not move the attempt back.
    assert_eq!(put(find.clone().found(page(5)).step).number(), page(10).unwrap());
    assert_eq!(put(find.found(page(5000)).step).number(), page(5001).unwrap());
}

#[test]
fn what_fills_more_than_a_page_is_put_page_by_page() {
    let feeding = feeding((1..=5).map(commit).collect()).with_pages_of(Capacity {
        entries: 2,
        bytes: 1_000,
    });
    let mut step = feeding.begin(Some(known(None, 7)));
    let mut pages = Vec::new();
    while let Step::PutPage(put) = step {
        pages.push((put.number().as_u64(), put.page().entries.len()));
        step = put.written().step;
    }
    assert_eq!(pages, [(8, 2), (9, 2), (10, 1)]);
    assert_eq!(done(step), known(Some(5), 10));
}
