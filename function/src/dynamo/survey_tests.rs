//! Tests the survey against DynamoDB in process.

use std::collections::BTreeMap;

use event_store_types::Timestamp;

use super::*;
use crate::dynamo::testing::{EVENTS_TABLE, events_table};
use crate::relay::record::AppendedEvent;
use crate::store::commit::{Commit, CommitEvents};
use crate::store::testing::{at, event, revision, stream};
use crate::store::{EventLog as _, Meter, StreamKey};

/// Appends one commit of `count` events for each count, each to a stream of its own.
async fn append(events: &EventsTable, counts: &[usize]) -> Vec<Appended> {
    let mut appended = Vec::new();
    for (number, count) in (0_u64..).zip(counts) {
        let key = StreamKey {
            stream_type: format!("type-{number}").parse().unwrap(),
            ..stream()
        };
        let batch: Vec<_> = (0..*count).map(|index| event(&index.to_string())).collect();
        let events_of_batch = (1..).zip(&batch).map(|(number, event)| AppendedEvent {
            revision: revision(number),
            event_type: event.event_type.clone(),
            trace_parent: None,
        });
        let appended_events = events_of_batch.collect();
        let commit = CommitEvents::new(batch).unwrap();
        let commit = Commit::new(revision(1), at(number), commit).unwrap();
        events.put(&key, &commit).await.unwrap();
        appended.push(Appended {
            stream: key,
            first: commit.first(),
            last: commit.last(),
            events: appended_events,
            created_at: commit.created_at(),
        });
    }
    appended
}

/// Reads every commit of the table, page by page.
async fn walk(events: &EventsTable, count: usize) -> (Vec<Appended>, usize) {
    let (mut found, mut pages) = (Vec::new(), 0);
    for index in 0..count {
        let segment = Segment { index, count };
        let mut after = None;
        loop {
            let page = events.page(segment, after.as_ref()).await.unwrap();
            assert!(page.commits.len() <= PAGE_COMMITS);
            assert_eq!(page.unreadable, []);
            found.extend(page.commits);
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    found.sort_by_key(|commit| (commit.stream.clone(), commit.first));
    (found, pages)
}

#[tokio::test]
async fn every_commit_is_found_with_the_types_of_its_events_in_any_number_of_segments() {
    let events = events_table().await;
    let mut expected = append(&events, &[1, 2, 100, 1, 3]).await;
    expected.sort_by_key(|commit| (commit.stream.clone(), commit.first));
    for count in [1, 4, 7] {
        assert_eq!(walk(&events, count).await.0, expected);
    }
}

#[tokio::test]
async fn a_page_ends_at_its_limit_and_the_next_goes_on_behind_it() {
    let events = events_table().await;
    let count = PAGE_COMMITS + 20;
    for number in 1..=u64::try_from(count).unwrap() {
        let commit = Commit::new(
            revision(number),
            at(0),
            CommitEvents::new(vec![event("a")]).unwrap(),
        );
        events.put(&stream(), &commit.unwrap()).await.unwrap();
    }
    let (found, pages) = walk(&events, 1).await;
    assert_eq!((found.len(), pages), (count, 2));
    assert!(found.iter().map(|commit| commit.first.as_u64()).eq(1..=1_020));
}

#[tokio::test]
async fn what_is_read_is_counted() {
    let meter = Meter::default();
    let events = events_table().await;
    append(&events, &[1, 1]).await;
    walk(&events.metered(meter.clone()), 1).await;
    let consumed = meter.consumed();
    assert_eq!(consumed.requests, 1);
    assert!(
        (consumed.rru - 0.5).abs() < f64::EPSILON,
        "an eventually consistent read of up to 4 KB: {consumed:?}"
    );
}

#[tokio::test]
async fn an_item_that_is_no_commit_is_told_by_its_key_and_the_others_are_found() {
    let events = events_table().await;
    let expected = append(&events, &[2]).await;
    let [commit] = expected.as_slice() else { panic!() };
    let one = crate::store::testing::commit(7, ["a"]);
    let whole = BTreeMap::from([
        ("pk", AttributeValue::S(commit.stream.to_string())),
        ("sk", AttributeValue::N("7".into())),
        ("last", AttributeValue::N("7".into())),
        ("createdAt", AttributeValue::S(Timestamp::now().to_string())),
        ("events", item::encode(&commit.stream, &one)["events"].clone()),
    ]);
    let spoilt = [
        ("last", AttributeValue::N("6".into()), "last"),
        ("createdAt", AttributeValue::S("yesterday".into()), "createdAt"),
        ("pk", AttributeValue::S("order".into()), "pk"),
    ];
    for (number, (attribute, value, _)) in spoilt.iter().enumerate() {
        let mut item = whole.clone();
        item.insert("sk", AttributeValue::N((7 - number).to_string()));
        item.insert(attribute, value.clone());
        let item = item.into_iter().map(|(name, value)| (name.to_owned(), value));
        let put = events.client.put_item().table_name(EVENTS_TABLE);
        let put = put.set_item(Some(item.collect()));
        let put = put.condition_expression("attribute_not_exists(pk)");
        put.send().await.unwrap();
    }
    let whole = Segment { index: 0, count: 1 };
    let page = events.page(whole, None).await.unwrap();
    assert_eq!(page.commits.len(), 1);
    let mut told: Vec<_> = page.unreadable.iter().map(|item| item.attribute).collect();
    told.sort_unstable();
    assert_eq!(told, ["createdAt", "last", "pk"]);
    assert!(
        page.unreadable.iter().any(|item| item.key == "order 5"),
        "{:?}",
        page.unreadable
    );
}
