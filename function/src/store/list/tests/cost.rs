//! The cost of a page by DynamoDB's billing rules, compared with one query over an index without shards.

use event_store_types::{Stream, StreamType};
use uuid::Uuid;

use super::vectors::{Vectors, read_units};
use super::{first_page, moment, order};
use crate::store::limits;
use crate::store::list::{ListStreams, items_per_step};
use crate::store::shard::Shard;

/// `count` streams with ids as random as those in production.
fn streams(stream_type: &StreamType, count: i64) -> Vec<Stream> {
    let stream = |number: i64| {
        Stream::new(
            stream_type.clone(),
            Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).into(),
            7.try_into().unwrap(),
            moment(number),
        )
    };
    (0..count).map(stream).collect()
}

fn mean(sum: f64, count: usize) -> f64 {
    sum / f64::from(u32::try_from(count).unwrap())
}

#[test]
fn a_page_of_the_default_size_costs_at_most_twice_one_unsharded_query_whatever_the_type() {
    let mut dearest: f64 = 0.0;
    for length in 1..=StreamType::MAX_LENGTH {
        let stream_type: StreamType = "a".repeat(length).parse().unwrap();
        let streams = streams(&stream_type, 1_000);
        let unsharded = read_units(&streams[..limits::PAGE_STREAMS]);
        let mut catalogue = Vectors::of(streams);
        let request = ListStreams {
            stream_type,
            ..first_page(limits::PAGE_STREAMS)
        };
        let pages = catalogue.walk(&request).len();
        assert_eq!(pages, 10);
        let share = mean(catalogue.rru, pages) / unsharded;
        assert!(
            share <= 2.0,
            "{share} times as much for a type of {length} characters"
        );
        dearest = dearest.max(share);
    }
    println!("a page of 100 costs at most {dearest:.2} times one unsharded query");
}

#[test]
fn a_page_of_few_streams_costs_one_step_a_shard_and_no_more() {
    for limit in [1, 2, 10, 25, 50] {
        let mut catalogue = Vectors::of(streams(&order(), 1_000));
        let pages = catalogue.walk(&first_page(limit)).len();
        let floor = mean(0.5, 1) * f64::from(u32::try_from(Shard::COUNT).unwrap());
        let cost = mean(catalogue.rru, pages);
        assert!(
            (floor..floor + 0.1).contains(&cost),
            "{cost} RRU a page of {limit}"
        );
    }
}

#[test]
fn a_page_is_found_in_one_round_but_for_a_few() {
    let mut catalogue = Vectors::of(streams(&order(), 5_000));
    let pages = catalogue.walk(&first_page(100)).len();
    assert_eq!(pages, 50);
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
    assert_eq!((items_per_step(&order()), items_per_step(&longest)), (19, 10));
}
