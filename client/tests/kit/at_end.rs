//! Appending wherever a stream ends.

use std::collections::BTreeSet;

use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::types::{Event, ExpectedRevision, NewEvent};
use event_store_client::{Client, Error};
use futures::TryStreamExt;
use futures::future::join_all;

use crate::support::{Watch, account, account_type, paid_in, pay_in, revision};

async fn append(client: &Client, expected: ExpectedRevision) -> Result<event_store_client::Appended, Error> {
    client
        .append(&account_type(), account(), expected, paid_in(7))
        .await
}

async fn all(client: &Client) -> Vec<Event> {
    let events = client.events(&account_type(), account()).into_stream();
    events.try_collect().await.unwrap()
}

#[tokio::test]
async fn the_end_is_found_and_appended_at() {
    let (_, client, watch) = Watch::start();
    let created = append(&client, ExpectedRevision::Any).await.unwrap();
    assert_eq!(created.stream.revision, revision(1));
    let appended = append(&client, ExpectedRevision::StreamExists).await.unwrap();
    assert_eq!(appended.stream.revision, revision(2));
    assert_eq!(
        watch.take(),
        ["GET details", "POST events 0", "GET details", "POST events 1"]
    );
}

#[tokio::test]
async fn a_stream_that_must_exist_is_not_created() {
    let (_, client, watch) = Watch::start();
    let error = append(&client, ExpectedRevision::StreamExists).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(watch.take(), ["GET details"]);
}

#[tokio::test]
async fn an_unknown_outcome_is_repeated_at_its_revision_though_the_stream_has_gone_on() {
    for (fault, replayed) in [(Fault::AnswerLost, true), (Fault::RequestLost, false)] {
        let store = InMemoryStore::new();
        let faults = Faults::before(store.clone());
        let watch = Watch::before(faults.clone(), &store);
        let client = store.client_builder().transport(watch.clone()).build().unwrap();
        pay_in(&store.client(), 1).await;

        // Details, the append that is lost, and the same again, before which another writer appends if the first is there.
        faults.pass(1);
        faults.next([fault]);
        watch.interfere([0, 0, usize::from(replayed)]);
        let appended = append(&client, ExpectedRevision::Any).await.unwrap();
        assert_eq!(appended.replayed, replayed, "{fault:?}");
        assert_eq!(appended.stream.revision, revision(2), "as this append left it");
        let bodies = watch.bodies();
        assert_eq!(bodies.len(), 2);
        assert_eq!(bodies[0], bodies[1]);
        let ours = all(&client)
            .await
            .iter()
            .filter(|event| event.payload.as_str() == "7")
            .count();
        assert_eq!(ours, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_race_leads_on_to_the_new_end() {
    let (store, client, watch) = Watch::start();
    pay_in(&store.client(), 1).await;
    watch.interfere([0, 2, 1]);
    let appended = append(&client, ExpectedRevision::Any).await.unwrap();
    assert_eq!(appended.stream.revision, revision(5));
    assert_eq!(
        watch.take(),
        ["GET details", "POST events 1", "POST events 3", "POST events 4"]
    );
}

#[tokio::test]
async fn a_race_that_is_lost_each_time_ends_as_a_conflict() {
    let (store, client, watch) = Watch::start();
    pay_in(&store.client(), 1).await;
    watch.interfere([1; 20]);
    let error = append(&client, ExpectedRevision::StreamExists).await.unwrap_err();
    assert!(error.is_conflict() && error.unsettled().is_none());
    let sent = watch.take();
    assert_eq!(sent.len(), 1 + 8, "{sent:?}");
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_not_moved_on_from() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let watch = Watch::before(faults.clone(), &store);
    let client = store.client_builder().transport(watch.clone()).build().unwrap();
    pay_in(&store.client(), 1).await;

    faults.pass(1);
    faults.next([Fault::AnswerLost; 5]);
    watch.interfere([0, 0, 1]);
    let error = append(&client, ExpectedRevision::Any).await.unwrap_err();
    let unsettled = error.unsettled().unwrap();
    assert_eq!(unsettled.expected_revision, ExpectedRevision::Exact(revision(1)));

    let settled = client.settle(unsettled).await.unwrap();
    assert!(settled.replayed);
    assert_eq!(settled.stream.revision, revision(2));
    assert_eq!(all(&client).await.len(), 3);
}

#[tokio::test]
async fn many_writers_at_the_end_with_a_bad_network_append_each_event_once() {
    const WRITERS: u64 = 6;
    const EVENTS: u64 = 5;
    let store = InMemoryStore::new();
    let writers = (0..WRITERS).map(|writer| {
        let faults = Faults::before(store.clone());
        let client = store.client_builder().transport(faults.clone()).build().unwrap();
        async move {
            for number in 0..EVENTS {
                let event: NewEvent = paid_in(writer * 100 + number);
                let fault = [Fault::AnswerLost, Fault::RequestLost, Fault::Answered(502)]
                    [usize::try_from((writer + number) % 3).unwrap()];
                faults.pass(1);
                faults.next([fault]);
                // Who loses eight races gives up; the event is then certainly not in the stream.
                while let Err(error) = client
                    .append(&account_type(), account(), ExpectedRevision::Any, event.clone())
                    .await
                {
                    assert!(error.is_conflict(), "{error}");
                }
            }
        }
    });
    join_all(writers).await;
    let events = all(&store.client()).await;
    let payloads: BTreeSet<&str> = events.iter().map(|event| event.payload.as_str()).collect();
    assert_eq!(payloads.len(), events.len());
    assert_eq!(events.len() as u64, WRITERS * EVENTS);
}
