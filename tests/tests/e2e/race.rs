//! Many writers of one stream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_store_client::types::{EventId, ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_client::{Appended, Client, Error, RetryPolicy};
use event_store_e2e::{Deployment, Environment};
use futures::TryStreamExt;
use futures::future::join_all;
use reqwest::StatusCode;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{deployer, event, listed, revision};

const WRITERS: usize = 32;
const REVISIONS: u64 = 50;
/// How many requests are on their way at once. The emulator is one Python process that answers for the function URL,
/// Lambda's runtime API and DynamoDB alike, and is soon busy; that the store itself takes all 32 at once, without any 5xx,
/// is claimed against a database in process.
const IN_FLIGHT: usize = 8;
/// How often a writer sends an append whose outcome is unknown.
const ATTEMPTS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn of_32_writers_exactly_one_wins_each_of_50_revisions() {
    let deployment = Deployment::alone(deployer(), Environment::staging_like("race")).await;
    deployment.up(&[]).await.succeeded();
    // An answer that takes long is no failure of the store: the machine is busy with 32 writers.
    let client = deployment
        .client_builder()
        .await
        .attempt_timeout(Duration::from_mins(2))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    start_functions(&client).await;
    let in_flight = Arc::new(Semaphore::new(IN_FLIGHT));
    let order: StreamType = "order".parse().unwrap();
    let stream_id = StreamId::from(Uuid::now_v7());

    let writers = (0..WRITERS).map(|writer| {
        let (client, order, in_flight) = (client.clone(), order.clone(), in_flight.clone());
        tokio::spawn(async move { write(&client, &order, stream_id, writer, &in_flight).await })
    });
    let mut winners: BTreeMap<u64, Vec<EventId>> = BTreeMap::new();
    for wins in join_all(writers).await {
        for (number, event_id) in wins.unwrap() {
            winners.entry(number).or_default().push(event_id);
        }
    }

    let events: Vec<_> = client
        .events(&order, stream_id)
        .page_size(20)
        .into_stream()
        .try_collect()
        .await
        .unwrap();
    let revisions: Vec<u64> = events.iter().map(|event| event.revision.as_u64()).collect();
    assert_eq!(revisions, (1..=REVISIONS).collect::<Vec<_>>(), "there is no gap");
    let kept: BTreeMap<u64, Vec<EventId>> = events
        .iter()
        .map(|event| (event.revision.as_u64(), vec![event.event_id]))
        .collect();
    assert_eq!(
        winners, kept,
        "each revision has one winner, and it is its event that is read"
    );
    listed(&client, &order, stream_id, revision(REVISIONS)).await;
    deployment.purge().await.succeeded();
}

/// The race is the store's, not that of processes being started on however few processors this machine has.
async fn start_functions(client: &Client) {
    for answer in join_all((0..IN_FLIGHT).map(|_| client.liveness())).await {
        answer.unwrap();
    }
}

/// Tries to append at every revision, and answers those that were won. Whoever loses is told by whom.
async fn write(
    client: &Client,
    order: &StreamType,
    stream_id: StreamId,
    writer: usize,
    in_flight: &Semaphore,
) -> Vec<(u64, EventId)> {
    let mut wins = Vec::new();
    for number in 1..=REVISIONS {
        let attempt = event("written", &format!(r#"{{"writer":{writer}}}"#));
        let event_id = attempt.event_id.unwrap();
        let before = revision(number).previous();
        let expected = before.map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact);
        let answer = settled(client, order, stream_id, expected, &attempt, in_flight).await;
        match answer {
            Ok(appended) => {
                assert_eq!(appended.stream.revision, revision(number));
                wins.push((number, event_id));
            }
            Err(error) => {
                // Any other failure, a 500 above all, fails the test.
                let conflict = error
                    .conflict()
                    .unwrap_or_else(|| panic!("at revision {number}: {error:?}"));
                let winner = conflict
                    .event
                    .unwrap_or_else(|| panic!("at revision {number}: {error:?}"));
                assert_eq!(winner.revision, revision(number));
                assert_ne!(winner.event_id, event_id);
                assert!(conflict.current_revision.unwrap() >= revision(number));
            }
        }
    }
    wins
}

/// Sends an append until its outcome is known. A 503 says that it is not, because the database kept its answer back: the
/// writer sends the same event again, and whether the first one was stored or not, it is stored once.
async fn settled(
    client: &Client,
    order: &StreamType,
    stream_id: StreamId,
    expected: ExpectedRevision,
    event: &NewEvent,
    in_flight: &Semaphore,
) -> Result<Appended, Error> {
    let mut attempt = 1;
    loop {
        let permit = in_flight.acquire().await.unwrap();
        let answer = client.append(order, stream_id, expected, event.clone()).await;
        drop(permit);
        match answer {
            Err(error) if error.status() == Some(StatusCode::SERVICE_UNAVAILABLE) && attempt < ATTEMPTS => {
                attempt += 1;
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            known => return known,
        }
    }
}
