//! Tests the feed table against DynamoDB in process.

use super::*;
use crate::dynamo::testing::feed_table;
use crate::feed::Entry;
use crate::store::Meter;
use crate::store::testing::{revision, stream};

fn feed(number: u128) -> Incarnation {
    Incarnation::from(Uuid::from_u128(number))
}

fn page(writer: u128, entries: impl IntoIterator<Item = Entry>) -> Page {
    Page {
        writer: Writer::from(Uuid::from_u128(writer)),
        entries: entries.into_iter().collect(),
    }
}

fn commit(number: u64, name: &str) -> Entry {
    Entry::commit(stream(), revision(number), vec![name.parse().unwrap()]).unwrap()
}

fn nth(number: u64) -> PageNumber {
    PageNumber::new(number).unwrap()
}

#[tokio::test]
async fn of_two_who_begin_a_feed_the_second_is_told_of_the_first() {
    let table = feed_table().await;
    assert_eq!(table.incarnation().await.unwrap(), None);
    assert_eq!(table.begin(feed(1)).await.unwrap(), Begun::Written);
    assert_eq!(table.begin(feed(2)).await.unwrap(), Begun::Refused(feed(1)));
    assert_eq!(table.incarnation().await.unwrap(), Some(feed(1)));
}

#[tokio::test]
async fn a_page_is_put_once_and_whoever_comes_later_is_told_what_is_there() {
    let table = feed_table().await;
    let range = Entry::range(stream(), revision(2), revision(9)).unwrap();
    let first = page(1, [commit(1, "ü \" \u{1f980}"), range]);
    assert_eq!(
        table.put_page(feed(1), nth(1), &first).await.unwrap(),
        PagePut::Written
    );
    let second = page(2, [commit(1, "a")]);
    assert_eq!(
        table.put_page(feed(1), nth(1), &second).await.unwrap(),
        PagePut::Refused(first)
    );
    // Another feed has other pages.
    assert_eq!(
        table.put_page(feed(2), nth(1), &second).await.unwrap(),
        PagePut::Written
    );
}

#[tokio::test]
async fn the_last_page_is_that_of_the_highest_number() {
    let table = feed_table().await;
    assert_eq!(table.last_page(feed(1)).await.unwrap(), None);
    for number in [1, 2, 10, 9] {
        table
            .put_page(feed(1), nth(number), &page(1, [commit(1, "a")]))
            .await
            .unwrap();
    }
    assert_eq!(table.last_page(feed(1)).await.unwrap(), Some(nth(10)));
    assert_eq!(table.last_page(feed(2)).await.unwrap(), None);
}

#[tokio::test]
async fn an_idle_commit_costs_one_write_unit_and_a_hundred_together_less_than_ten() {
    let meter = Meter::default();
    let table = feed_table().await.metered(meter.clone());
    table
        .put_page(feed(1), nth(1), &page(1, [commit(1, "OrderPlaced")]))
        .await
        .unwrap();
    let idle = meter.consumed().wru;
    assert!(idle <= 1.0, "{idle}");
    let hundred = (1..=100).map(|number| commit(number, "OrderPlaced"));
    table.put_page(feed(1), nth(2), &page(1, hundred)).await.unwrap();
    let batch = meter.consumed().wru - idle;
    println!("feed: {idle} WRU an idle commit, {batch} WRU a page of 100");
    assert!(batch <= 10.0, "{batch}");
    // A refused put is billed, too.
    let before = meter.consumed();
    table
        .put_page(feed(1), nth(2), &page(2, [commit(1, "a")]))
        .await
        .unwrap();
    let refused = meter.consumed().wru - before.wru;
    assert!((refused - batch).abs() <= 1.0, "{refused}");
}

#[tokio::test]
async fn a_type_is_noted_once() {
    let table = feed_table().await;
    let order: StreamType = "order".parse().unwrap();
    table.note_type(feed(1), &order).await.unwrap();
    table.note_type(feed(1), &order).await.unwrap();
    assert_eq!(hash(&order).len(), 36, "{}", hash(&order));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_named_and_never_taken_for_another() {
    let table = feed_table().await;
    for (number, (attribute, value)) in (1..).zip([("entries", "[[1]]"), ("writer", "me")]) {
        let mut item = encode(feed(1), nth(number), &page(1, [commit(1, "a")])).unwrap();
        item.insert(attribute.to_owned(), text(value));
        table.put_if_absent(item).await.unwrap();
        let another = page(2, [commit(1, "a")]);
        let error = table.put_page(feed(1), nth(number), &another).await.unwrap_err();
        assert!(matches!(error, StoreError::Fault(_)), "{error:?}");
        let expected = format!(
            "the attribute `{attribute}` of the item `00000000-0000-0000-0000-000000000001/0 {number}` of the feed is missing or invalid"
        );
        assert!(crate::telemetry::chain(&error).ends_with(&expected));
    }
}
