//! Walks while streams are updated and created: between the pages, between a page's rounds, and between the
//! answers of a round.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use event_store_types::StreamId;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use super::vectors::{Move, Vectors};
use super::{first_page, some_stops, some_streams};
use crate::store::position::Position;

/// Moves of some of the streams with these ids, and creations of others.
fn some_moves() -> impl Strategy<Value = Vec<(usize, Option<Index>, i64)>> {
    let stream = prop_oneof![9 => any::<Index>().prop_map(Some), 1 => Just(None)];
    // Some move to the end of the listing, some just a little further on.
    let by = prop_oneof![1..8_i64, 1_000..9_000_i64];
    vec((0..12_usize, stream, by), 0..40)
}

fn moves(drawn: &[(usize, Option<Index>, i64)], ids: &[StreamId]) -> VecDeque<Move> {
    let new = |place: usize| StreamId::from(Uuid::new_v5(&Uuid::NAMESPACE_OID, &place.to_be_bytes()));
    let moved = drawn.iter().enumerate().map(|(place, (after, stream, by))| Move {
        after: *after,
        stream_id: stream
            .filter(|_| !ids.is_empty())
            .map_or_else(|| new(place), |index| *index.get(ids)),
        by: *by,
    });
    moved.collect()
}

fn ids<'a>(positions: impl IntoIterator<Item = &'a Position>) -> Vec<StreamId> {
    positions.into_iter().map(|position| position.stream_id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_stream_that_stays_where_it_is_is_seen_exactly_once_however_late_the_answers_are(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize,
        drawn in some_moves(), lags in vec(0..4_usize, 0..9),
    ) {
        let mut catalogue = Vectors { stops, lags, ..Vectors::of(streams) };
        let before: Vec<Position> = catalogue.streams.keys().copied().collect();
        catalogue.moves = moves(&drawn, &ids(&before));
        let moving: BTreeSet<StreamId> = catalogue.moves.iter().map(|moved| moved.stream_id).collect();

        let pages = catalogue.walk(&first_page(limit));
        let seen: Vec<Position> = pages.iter().flat_map(|page| &page.streams).map(Position::of).collect();
        let quiet = |position: &&Position| !moving.contains(&position.stream_id);
        prop_assert_eq!(
            seen.iter().filter(quiet).collect::<Vec<_>>(),
            before.iter().filter(quiet).collect::<Vec<_>>()
        );
        prop_assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "in order, and none twice at one place");
    }

    #[test]
    fn a_stream_that_moves_on_is_seen_where_it_was_or_where_it_went(
        streams in some_streams(), stops in some_stops(), limit in 1..40_usize, drawn in some_moves(),
    ) {
        let mut catalogue = Vectors { stops, ..Vectors::of(streams) };
        let before: Vec<StreamId> = ids(catalogue.streams.keys());
        catalogue.moves = moves(&drawn, &before);

        let pages = catalogue.walk(&first_page(limit));
        let mut seen: BTreeMap<StreamId, Position> = BTreeMap::new();
        for stream in pages.iter().flat_map(|page| &page.streams) {
            seen.insert(stream.stream_id, Position::of(stream));
        }
        for id in &before {
            prop_assert!(seen.contains_key(id), "{} was skipped", id);
        }
        let (last, full) = pages.split_last().unwrap();
        prop_assert!(full.iter().all(|page| page.has_more && page.streams.len() == limit));
        prop_assert!(!last.has_more);
    }
}
