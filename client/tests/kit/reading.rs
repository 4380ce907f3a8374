//! Reading: how much, in which order, and in how many requests.

use event_store_client::testing::{Fault, Faults};
use event_store_client::types::{Event, ExpectedRevision, NewEvent, Timestamp};
use event_store_client::{Client, Consistency, Error, ReadEvents};
use futures::{StreamExt, TryStreamExt};

use crate::support::{AccountEvent, Watch, account, account_type, accounts, paid_in, revision};

/// Nine events, that at revision n appended at the nth second.
async fn nine() -> (Client, Watch) {
    let (store, client, watch) = Watch::start();
    for number in 1..=9 {
        store.set_time(second(number));
        store
            .client()
            .append(&account_type(), account(), ExpectedRevision::Any, paid_in(number))
            .await
            .unwrap();
    }
    (client, watch)
}

fn second(number: u64) -> Timestamp {
    format!("2025-01-25T10:11:{number:02}Z").parse().unwrap()
}

fn revisions(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.revision.as_u64()).collect()
}

/// The same read as a stream and page by page, with the requests that it took.
async fn read(
    client: &Client,
    watch: &Watch,
    which: impl Fn(ReadEvents) -> ReadEvents,
) -> (Vec<u64>, Vec<String>) {
    let begin = || which(client.events(&account_type(), account()));
    let streamed: Vec<Event> = begin().into_stream().try_collect().await.unwrap();
    let sent = watch.take();
    let mut pages = begin().pages();
    let mut pulled = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        pulled.extend(page);
    }
    assert_eq!((&streamed, &sent), (&pulled, &watch.take()));
    (revisions(&streamed), sent)
}

#[tokio::test]
async fn both_directions_show_the_same_events() {
    let (client, watch) = nine().await;
    let (forwards, sent) = read(&client, &watch, |read| read.page_size(4)).await;
    assert_eq!(forwards, (1..=9).collect::<Vec<_>>());
    assert_eq!(
        sent,
        [
            "GET events?limit=4",
            "GET events?after-revision=4&limit=4",
            "GET events?after-revision=8&limit=4"
        ]
    );
    let (backwards, sent) = read(&client, &watch, |read| read.backwards().page_size(4)).await;
    assert_eq!(backwards, (1..=9).rev().collect::<Vec<_>>());
    assert_eq!(
        sent,
        [
            "GET events?direction=backwards&limit=4",
            "GET events?direction=backwards&before-revision=6&limit=4",
            // There is one event left, and no more is asked for.
            "GET events?direction=backwards&before-revision=2&limit=1",
        ]
    );
}

#[tokio::test]
async fn bounds_hold_in_either_direction_and_ask_for_nothing_beyond() {
    let (client, watch) = nine().await;
    let between = |read: ReadEvents| read.after(revision(2)).until(revision(5));
    let (forwards, sent) = read(&client, &watch, between).await;
    assert_eq!(forwards, [3, 4, 5]);
    assert_eq!(sent, ["GET events?after-revision=2&limit=3"]);
    let (backwards, sent) = read(&client, &watch, |read| between(read).backwards()).await;
    assert_eq!(backwards, [5, 4, 3]);
    assert_eq!(sent, ["GET events?direction=backwards&before-revision=6&limit=3"]);

    let (none, sent) = read(&client, &watch, |read| read.after(revision(5)).until(revision(5))).await;
    assert!(none.is_empty() && sent.is_empty());
    let (all, _) = read(&client, &watch, |read| read.until(revision(100))).await;
    assert_eq!(all.len(), 9);
}

#[tokio::test]
async fn a_moment_is_a_bound_as_well() {
    let (client, watch) = nine().await;
    let (forwards, sent) = read(&client, &watch, |read| read.until_time(second(4)).page_size(3)).await;
    assert_eq!(forwards, [1, 2, 3, 4]);
    assert_eq!(sent.len(), 2);
    let until = |read: ReadEvents| read.until_time(second(4)).backwards().page_size(3).limit(2);
    assert_eq!(read(&client, &watch, until).await.0, [4, 3]);
    let (none, _) = read(&client, &watch, |read| {
        read.until_time("2025-01-25T10:11:00Z".parse().unwrap())
    })
    .await;
    assert!(none.is_empty());
}

#[tokio::test]
async fn the_newest_event_is_one_small_page() {
    let (client, watch) = nine().await;
    let newest = |read: ReadEvents| read.backwards().limit(1).consistency(Consistency::Eventual);
    let (newest, sent) = read(&client, &watch, newest).await;
    assert_eq!(newest, [9]);
    assert_eq!(
        sent,
        ["GET events?direction=backwards&limit=1&consistency=eventual"]
    );
}

#[tokio::test]
async fn a_page_that_failed_is_pulled_again_where_it_was() {
    let (store, _, _) = Watch::start();
    let faults = Faults::before(store.clone());
    let builder = store.client_builder().transport(faults.clone());
    let client = builder
        .retry(event_store_client::RetryPolicy::never())
        .build()
        .unwrap();
    let events: Vec<NewEvent> = (1..=4).map(paid_in).collect();
    client
        .append(&account_type(), account(), ExpectedRevision::NoStream, events)
        .await
        .unwrap();
    let mut pages = client.events(&account_type(), account()).page_size(2).pages();
    assert_eq!(revisions(&pages.next_page().await.unwrap().unwrap()), [1, 2]);
    faults.next([Fault::Unreachable]);
    assert!(pages.next_page().await.unwrap_err().is_retryable());
    assert_eq!(revisions(&pages.next_page().await.unwrap().unwrap()), [3, 4]);
    assert!(pages.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error_in_its_place() {
    let (_, client, _) = Watch::start();
    let stranger = NewEvent::of("frozen".parse().unwrap(), &()).unwrap();
    client
        .append(
            &account_type(),
            account(),
            ExpectedRevision::NoStream,
            [paid_in(1), stranger, paid_in(3)],
        )
        .await
        .unwrap();
    let events = accounts(client).events(account()).into_stream();
    let read: Vec<Result<AccountEvent, Error>> = events
        .map(|read| read.map(|recorded| recorded.data))
        .collect()
        .await;
    assert_eq!(*read[0].as_ref().unwrap(), AccountEvent::PaidIn(1));
    let error = read[1].as_ref().unwrap_err();
    assert!(error.is_unknown_event_type() && !error.is_retryable());
    assert_eq!(error.undecodable().unwrap().revision(), revision(2));
    assert_eq!(*read[2].as_ref().unwrap(), AccountEvent::PaidIn(3));
}

#[tokio::test]
async fn what_is_read_ahead_is_given_up_with_the_stream() {
    let (client, watch) = nine().await;
    let mut events = client
        .events(&account_type(), account())
        .page_size(2)
        .into_stream();
    assert!(events.try_next().await.unwrap().is_some());
    tokio::task::yield_now().await;
    drop(events);
    tokio::task::yield_now().await;
    assert!(watch.take().len() <= 2, "the first page, and the next");
}
