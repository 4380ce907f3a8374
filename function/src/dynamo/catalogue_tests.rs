//! Tests the catalogue against DynamoDB in process.

use event_store_types::StreamPage;
use uuid::Uuid;

use super::*;
use crate::dynamo::testing::{CATALOGUE_TABLE, catalogue_table};
use crate::store::Meter;
use crate::store::cursor::PageKey;
use crate::store::list::{ListStreams, list_streams};

#[path = "catalogue_walk_tests.rs"]
mod walk;

fn feed(number: u128) -> Incarnation {
    Incarnation::from(Uuid::from_u128(number))
}

async fn marks(catalogue: &CatalogueTable) -> Vec<(u128, u64)> {
    let streams: Vec<StreamKey> = (0..3)
        .map(|number| StreamKey {
            stream_type: order(),
            stream_id: stream(number, 1, 1).stream_id,
        })
        .collect();
    let marks = catalogue.marks(&streams).await.unwrap();
    let mut marks: Vec<(u128, u64)> = marks
        .into_iter()
        .map(|(key, mark)| {
            let number = streams.iter().position(|stream| *stream == key).unwrap();
            (number as u128, mark.revision.as_u64())
        })
        .collect();
    marks.sort_unstable();
    marks
}

fn order() -> StreamType {
    "order".parse().unwrap()
}

/// Stream `number` of the type, at a revision that was appended at the given second.
fn stream(number: u128, revision: u64, second: u64) -> Stream {
    Stream::new(
        order(),
        Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).into(),
        revision.try_into().unwrap(),
        format!("2025-01-25T10:{:02}:{:02}Z", second / 60, second % 60)
            .parse()
            .unwrap(),
    )
}

async fn page(catalogue: &CatalogueTable, after: Option<&StreamPage>) -> StreamPage {
    let key = after.map(|page| page.next_page_key.as_deref().unwrap());
    let page_key = key.map(|key| PageKey::decode(key, &order()).unwrap());
    let request = ListStreams {
        stream_type: order(),
        updated_after: None,
        page_key,
        limit: 100,
    };
    list_streams(catalogue, request).await.unwrap()
}

#[tokio::test]
async fn an_older_revision_never_wins() {
    let catalogue = catalogue_table().await;
    for (revision, second, expected) in [
        (2, 12, BroughtForward::Updated),
        (1, 11, BroughtForward::AlreadyThere),
        (2, 12, BroughtForward::AlreadyThere),
        (10, 20, BroughtForward::Updated),
        (9, 19, BroughtForward::AlreadyThere),
    ] {
        let outcome = catalogue
            .bring_forward(&stream(1, revision, second), feed(1))
            .await
            .unwrap();
        assert_eq!(outcome, expected, "revision {revision}");
    }
    assert_eq!(page(&catalogue, None).await.streams, [stream(1, 10, 20)]);
}

#[tokio::test]
async fn an_update_costs_at_most_three_write_units_index_included() {
    let meter = Meter::default();
    let catalogue = catalogue_table().await.metered(meter.clone());
    catalogue.bring_forward(&stream(1, 1, 1), feed(1)).await.unwrap();
    let created = meter.consumed();
    catalogue.bring_forward(&stream(1, 2, 2), feed(1)).await.unwrap();
    let updated = meter.consumed();
    println!(
        "catalogue: {} WRU for a new stream, {} for an update",
        created.wru,
        updated.wru - created.wru
    );
    assert!((1.0..=2.0).contains(&created.wru), "{created:?}");
    assert!((1.0..=3.0).contains(&(updated.wru - created.wru)), "{updated:?}");
}

#[tokio::test]
async fn a_refused_update_is_counted_as_it_is_billed() {
    let meter = Meter::default();
    let catalogue = catalogue_table().await.metered(meter.clone());
    catalogue.bring_forward(&stream(1, 2, 2), feed(1)).await.unwrap();
    let written = meter.consumed();
    catalogue.bring_forward(&stream(1, 1, 1), feed(1)).await.unwrap();
    let refused = meter.consumed();
    assert_eq!((written.requests, refused.requests), (1, 2));
    assert!(
        (refused.wru - written.wru - 1.0).abs() < f64::EPSILON,
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_stream_that_is_updated_moves_to_the_end() {
    let catalogue = catalogue_table().await;
    for number in 0..3 {
        catalogue
            .bring_forward(&stream(number, 1, 1), feed(1))
            .await
            .unwrap();
    }
    catalogue.bring_forward(&stream(1, 2, 2), feed(1)).await.unwrap();
    let streams = page(&catalogue, None).await.streams;
    assert_eq!((streams.len(), streams.last()), (3, Some(&stream(1, 2, 2))));
}

#[tokio::test]
async fn an_item_that_is_none_of_the_catalogues_is_a_fault() {
    let catalogue = catalogue_table().await;
    let put = catalogue
        .client
        .put_item()
        .table_name(CATALOGUE_TABLE)
        .item("pk", AttributeValue::S("order".into()));
    put.item("shard", AttributeValue::S("order#3".into()))
        .item("position", AttributeValue::S("2025".into()))
        .send()
        .await
        .unwrap();
    let request = ListStreams {
        stream_type: order(),
        updated_after: None,
        page_key: None,
        limit: 100,
    };
    let error = list_streams(&catalogue, request).await.unwrap_err();
    assert!(matches!(error, StoreError::Fault(_)), "{error:?}");
    let expected = "the attribute `pk` of a catalogue item is missing or invalid";
    assert!(crate::telemetry::chain(&error).ends_with(expected));
}

#[tokio::test]
async fn a_catalogue_that_is_not_there_is_a_fault_and_not_an_empty_page() {
    let elsewhere = CatalogueTable::new(catalogue_table().await.client, "other");
    let request = ListStreams {
        stream_type: order(),
        updated_after: None,
        page_key: None,
        limit: 100,
    };
    assert!(matches!(
        list_streams(&elsewhere, request).await,
        Err(StoreError::Fault(_))
    ));
    assert!(matches!(
        elsewhere.bring_forward(&stream(1, 1, 1), feed(1)).await,
        Err(StoreError::Fault(_))
    ));
}

#[tokio::test]
async fn how_far_a_stream_is_in_the_feed_is_noted_with_its_revision_and_never_lowered() {
    let catalogue = catalogue_table().await;
    assert_eq!(marks(&catalogue).await, []);
    catalogue.bring_forward(&stream(0, 3, 3), feed(1)).await.unwrap();
    catalogue.bring_forward(&stream(1, 5, 5), feed(1)).await.unwrap();
    catalogue.bring_forward(&stream(0, 2, 2), feed(1)).await.unwrap();
    assert_eq!(marks(&catalogue).await, [(0, 3), (1, 5)]);
}

#[tokio::test]
async fn of_a_feed_made_anew_the_mark_begins_again_while_the_listing_stays() {
    let catalogue = catalogue_table().await;
    catalogue.bring_forward(&stream(0, 3, 3), feed(1)).await.unwrap();
    let outcome = catalogue.bring_forward(&stream(0, 2, 2), feed(2)).await.unwrap();
    assert_eq!(outcome, BroughtForward::AlreadyThere);
    assert_eq!(marks(&catalogue).await, [(0, 2)]);
    assert_eq!(page(&catalogue, None).await.streams, [stream(0, 3, 3)]);
    // And forward again, once.
    let meter = Meter::default();
    let metered = catalogue.metered(meter.clone());
    metered.bring_forward(&stream(0, 3, 3), feed(2)).await.unwrap();
    metered.bring_forward(&stream(0, 3, 3), feed(2)).await.unwrap();
    assert_eq!(marks(&catalogue).await, [(0, 3)]);
    assert_eq!(meter.consumed().requests, 3, "refused and marked, then refused");
}

#[tokio::test]
async fn the_mark_of_an_idle_stream_costs_half_a_read_unit() {
    let meter = Meter::default();
    let catalogue = catalogue_table().await.metered(meter.clone());
    let key = StreamKey {
        stream_type: order(),
        stream_id: stream(0, 1, 1).stream_id,
    };
    catalogue.marks(&[key]).await.unwrap();
    assert!(meter.consumed().rru <= 0.5, "{:?}", meter.consumed());
}

#[tokio::test]
async fn a_relay_that_knows_of_no_feed_moves_on_what_is_listed_and_leaves_the_mark() {
    let catalogue = catalogue_table().await;
    catalogue.bring_forward(&stream(0, 3, 3), feed(1)).await.unwrap();
    let pk = format!("order/{}", stream(0, 3, 3).stream_id);
    catalogue
        .client
        .update_item()
        .table_name(CATALOGUE_TABLE)
        .key("pk", AttributeValue::S(pk))
        .update_expression("SET revision = :revision")
        .expression_attribute_values(":revision", AttributeValue::N("4".into()))
        .send()
        .await
        .unwrap();
    assert_eq!(marks(&catalogue).await, [(0, 3)]);
    // What it did not bring into the feed is noted once it is there.
    catalogue.bring_forward(&stream(0, 4, 4), feed(1)).await.unwrap();
    assert_eq!(marks(&catalogue).await, [(0, 4)]);
}
