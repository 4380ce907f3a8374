//! The listing against a catalogue of plain vectors, whose shards end their answers wherever they like.

use event_store_types::{Revision, StreamId};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

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
    Stream {
        stream_id: StreamId::from(Uuid::from_u128(id)),
        stream_type: order(),
        revision: Revision::FIRST,
        updated_at: moment(micros),
    }
}

fn first_page(limit: usize) -> ListStreams {
    ListStreams {
        stream_type: order(),
        updated_after: None,
        page_key: None,
        limit,
    }
}

/// A catalogue that counts its answers, and ends each after as many streams as `stops` says.
struct Vectors {
    streams: BTreeMap<Position, Stream>,
    stops: Vec<usize>,
    answers: usize,
    rounds: usize,
    /// What DynamoDB would bill, in read units of an eventually consistent query.
    rru: f64,
}

impl Vectors {
    fn of(streams: impl IntoIterator<Item = Stream>) -> Self {
        let streams = streams
            .into_iter()
            .map(|stream| (Position::of(&stream), stream))
            .collect();
        Self {
            streams,
            stops: Vec::new(),
            answers: 0,
            rounds: 0,
            rru: 0.0,
        }
    }

    fn update(&mut self, id: StreamId, at: Timestamp) {
        let old = self
            .streams
            .keys()
            .find(|position| position.stream_id == id)
            .copied();
        if let Some(mut stream) = old.and_then(|position| self.streams.remove(&position)) {
            stream.updated_at = at;
            self.streams.insert(Position::of(&stream), stream);
        }
    }

    fn answer(&mut self, query: ShardQuery) -> ShardAnswer {
        let stop = self
            .stops
            .get(self.answers % self.stops.len().max(1))
            .copied()
            .unwrap_or(usize::MAX);
        self.answers += 1;
        let behind = |position: &Position| match query.start {
            Start::Beginning => true,
            Start::At(moment) => position.updated_at >= moment,
            Start::After(after) => *position > after,
        };
        let limit = query.limit.min(stop);
        let streams: Vec<Stream> = self
            .streams
            .iter()
            .filter(|(position, _)| Shard::of(&position.stream_id) == query.shard && behind(position))
            .take(limit)
            .map(|(_, stream)| stream.clone())
            .collect();
        self.rru += read_units(streams.len());
        // Like DynamoDB: an answer that is full says that there may be more, whether or not there is.
        let more_after = streams
            .last()
            .filter(|_| streams.len() == limit)
            .map(Position::of);
        ShardAnswer {
            shard: query.shard,
            streams,
            more_after,
        }
    }

    fn page(&mut self, request: ListStreams) -> StreamPage {
        let mut listing = Listing::begin(request);
        loop {
            match listing.step() {
                Step::Query(queries) => {
                    self.rounds += 1;
                    let answers: Vec<_> = queries.into_iter().map(|query| self.answer(query)).collect();
                    listing.answered(answers);
                }
                Step::Done(page) => return page,
            }
        }
    }
}

fn read_units(items: usize) -> f64 {
    let steps = items.div_ceil(items_per_step(&order())).max(1);
    f64::from(u32::try_from(steps).unwrap()) * 0.5
}

fn next(page: &StreamPage, limit: usize) -> Option<ListStreams> {
    let page_key = PageKey::decode(page.next_page_key.as_deref()?, &order()).unwrap();
    Some(ListStreams {
        page_key: Some(page_key),
        ..first_page(limit)
    })
}

/// Every page from `request` on, with `meanwhile` let loose on the catalogue after each.
fn walk(
    catalogue: &mut Vectors,
    request: ListStreams,
    mut meanwhile: impl FnMut(&mut Vectors, usize),
) -> Vec<StreamPage> {
    let limit = request.limit;
    let mut pages: Vec<StreamPage> = Vec::new();
    let mut request = Some(request);
    while let Some(asked) = request {
        let page = catalogue.page(asked);
        meanwhile(catalogue, pages.len());
        request = next(&page, limit);
        pages.push(page);
    }
    pages
}

fn positions<'a>(streams: impl IntoIterator<Item = &'a Stream>) -> Vec<Position> {
    streams.into_iter().map(Position::of).collect()
}

fn some_streams() -> impl Strategy<Value = Vec<Stream>> {
    // Few moments, so that many streams share one.
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
        let pages = walk(&mut catalogue, first_page(limit), |_, _| {});
        prop_assert_eq!(positions(pages.iter().flat_map(|page| &page.streams)), expected);
    }

    #[test]
    fn only_the_last_page_says_that_there_is_no_more_and_every_other_is_full(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize,
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams) };
        let pages = walk(&mut catalogue, first_page(limit), |_, _| {});
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
        let pages = walk(&mut catalogue, request, |_, _| {});
        prop_assert_eq!(positions(pages.iter().flat_map(|page| &page.streams)), expected);
    }

    #[test]
    fn a_stream_that_is_updated_during_the_walk_is_not_skipped(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize,
        updates in proptest::collection::vec(any::<proptest::sample::Index>(), 0..30),
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams.clone()) };
        let pages = walk(&mut catalogue, first_page(limit), |catalogue, page| {
            if let Some(update) = updates.get(page).filter(|_| !streams.is_empty()) {
                let id = update.get(&streams).stream_id;
                catalogue.update(id, moment(1_000 + i64::try_from(page).unwrap()));
            }
        });
        let seen = positions(pages.iter().flat_map(|page| &page.streams));
        prop_assert!(seen.is_sorted(), "in order, and none twice at one place");
        for stream in &streams {
            prop_assert!(seen.iter().any(|position| position.stream_id == stream.stream_id));
        }
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
    assert_eq!(
        page,
        StreamPage {
            streams: vec![there],
            has_more: false,
            next_page_key: None
        }
    );
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

#[test]
fn a_page_of_100_costs_at_most_twice_the_read_units_of_one_unsharded_query() {
    let ids = |number: u128| Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).as_u128();
    let mut catalogue = Vectors::of((0..5_000_u32).map(|number| stream(ids(number.into()), number.into())));
    let pages = walk(&mut catalogue, first_page(100), |_, _| {}).len();
    let a_page = |count: f64| count / f64::from(u32::try_from(pages).unwrap());
    assert_eq!(pages, 50);
    assert!(
        a_page(catalogue.rru) <= 2.0 * read_units(101),
        "{} RRU a page",
        a_page(catalogue.rru)
    );
    assert!(
        catalogue.answers <= pages * (Shard::COUNT + 1),
        "{} queries",
        catalogue.answers
    );
    assert!(catalogue.rounds <= pages * 3 / 2, "{} rounds", catalogue.rounds);
}

#[test]
fn items_that_no_read_unit_can_share_do_not_exist() {
    let longest: StreamType = "a".repeat(StreamType::MAX_LENGTH).parse().unwrap();
    assert_eq!((items_per_step(&order()), items_per_step(&longest)), (23, 11));
}
