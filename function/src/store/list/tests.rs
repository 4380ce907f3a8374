//! Tests the listing against a catalogue of plain vectors.

mod cost;
mod moving;
mod vectors;

use event_store_types::{Revision, StreamId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use vectors::Vectors;

fn order() -> StreamType {
    "order".parse().unwrap()
}

fn moment(micros: i64) -> Timestamp {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap()
        .try_into()
        .unwrap()
}

fn stream(id: u128, micros: i64) -> Stream {
    Stream::new(
        order(),
        StreamId::from(Uuid::from_u128(id)),
        Revision::FIRST,
        moment(micros),
    )
}

fn first_page(limit: usize) -> ListStreams {
    ListStreams {
        stream_type: order(),
        updated_after: None,
        page_key: None,
        limit,
    }
}

fn positions<'a>(streams: impl IntoIterator<Item = &'a Stream>) -> Vec<Position> {
    streams.into_iter().map(Position::of).collect()
}

fn some_streams() -> impl Strategy<Value = Vec<Stream>> {
    // Few distinct moments, so that many streams share one.
    let one = (any::<u128>(), 0..40_i64).prop_map(|(id, micros)| stream(id, micros));
    proptest::collection::vec(one, 0..120)
}

fn some_stops() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1..4_usize, Just(usize::MAX)], 0..12)
}

proptest! {
    #[test]
    fn a_walk_sees_every_stream_once_and_in_order(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize,
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams) };
        let expected: Vec<Position> = catalogue.streams.keys().copied().collect();
        let pages = catalogue.walk(&first_page(limit));
        prop_assert_eq!(positions(pages.iter().flat_map(|page| &page.streams)), expected);
    }

    #[test]
    fn only_the_last_page_says_that_there_is_no_more_and_every_other_is_full(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize,
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams) };
        let pages = catalogue.walk(&first_page(limit));
        let (last, full) = pages.split_last().unwrap();
        prop_assert!(!last.has_more && last.next_page_key.is_none());
        prop_assert!(full.iter().all(|page| page.has_more && page.streams.len() == limit));
        prop_assert!(last.streams.len() <= limit);
        prop_assert_eq!(last.streams.is_empty(), catalogue.streams.is_empty());
    }

    #[test]
    fn a_listing_from_a_moment_on_includes_the_moment(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize, from in 0..45_i64,
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams) };
        let expected: Vec<Position> =
            catalogue.streams.keys().filter(|position| position.updated_at >= moment(from)).copied().collect();
        let request = ListStreams { updated_after: Some(moment(from)), ..first_page(limit) };
        let pages = catalogue.walk(&request);
        prop_assert_eq!(positions(pages.iter().flat_map(|page| &page.streams)), expected);
    }
}

#[test]
fn a_shard_that_stopped_early_is_not_skipped_past() {
    let mut catalogue = Vectors {
        stops: vec![1],
        ..Vectors::of((0..50_u8).map(|id| stream(id.into(), 50 - i64::from(id))))
    };
    let page = catalogue.page(first_page(20));
    let expected: Vec<Position> = catalogue.streams.keys().take(20).copied().collect();
    assert_eq!(positions(&page.streams), expected);
}

#[test]
fn an_answer_without_streams_that_may_have_more_is_asked_on() {
    let there = stream(1, 9);
    let behind_nothing = Position::of(&stream(0, 5));
    let shard = Shard::of(&there.stream_id);
    let mut listing = Listing::begin(first_page(10));
    let answer = |streams, more_after| ShardAnswer {
        shard,
        streams,
        more_after,
    };
    let others = |query: &ShardQuery| query.shard != shard;

    let Step::Query(queries) = listing.step() else {
        panic!("nothing was asked")
    };
    let empty = |query: ShardQuery| ShardAnswer {
        shard: query.shard,
        streams: Vec::new(),
        more_after: None,
    };
    listing.answered(queries.into_iter().filter(others).map(empty));
    listing.answered([answer(Vec::new(), Some(behind_nothing))]);

    let Step::Query(queries) = listing.step() else {
        panic!("the shard was not asked on")
    };
    let asked: Vec<_> = queries.iter().map(|query| (query.shard, query.start)).collect();
    assert_eq!(asked, [(shard, Start::After(behind_nothing))]);
    listing.answered([answer(vec![there.clone()], None)]);

    let Step::Done(page) = listing.step() else {
        panic!("the page is not complete")
    };
    assert_eq!(page, StreamPage::new(vec![there], false, None));
}

#[test]
fn a_full_page_with_nothing_behind_it_has_no_more() {
    let mut catalogue = Vectors::of((0..20).map(|id| stream(id, 0)));
    let page = catalogue.page(first_page(20));
    assert_eq!(
        (page.streams.len(), page.has_more, page.next_page_key),
        (20, false, None)
    );
}

#[test]
fn a_limit_out_of_range_is_brought_into_range() {
    let mut catalogue = Vectors::of((0..300).map(|id| stream(id, 0)));
    assert_eq!(catalogue.page(first_page(0)).streams.len(), 1);
    assert_eq!(
        catalogue.page(first_page(10_000)).streams.len(),
        limits::PAGE_STREAMS
    );
}
