//! Many writers of one stream.

use std::collections::BTreeMap;
use std::time::Duration;

use event_store_client::types::{EventId, NewEvent};
use event_store_client::{Appended, Client, Error};
use futures::TryStreamExt;
use futures::future::join_all;
use reqwest::StatusCode;
use tokio::sync::Semaphore;

use super::streams::{OwnStream, at, event, revision};

/// How often a writer sends an append whose outcome is unknown.
const ATTEMPTS: usize = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// A race for each revision of one stream.
#[derive(Clone, Copy, Debug)]
pub struct Race {
    /// How many writers try to append at each revision.
    pub writers: usize,
    /// How many revisions there are.
    pub revisions: u64,
    /// How many requests are in flight at once.
    pub in_flight: usize,
}

/// Exactly one writer wins each revision, every other receives the winning event, and a read afterwards returns the winners.
///
/// `client` should not retry by itself, which would hide a 500.
///
/// # Panics
/// The claim does not hold.
pub async fn exactly_one_writer_wins_each_revision(client: Client, race: Race) -> OwnStream {
    let stream = OwnStream::absent(&client);
    let in_flight = Semaphore::new(race.in_flight);
    let writers = (0..race.writers).map(|writer| write(&stream, writer, race.revisions, &in_flight));
    let mut winners: BTreeMap<u64, Vec<EventId>> = BTreeMap::new();
    for (number, event_id) in join_all(writers).await.into_iter().flatten() {
        winners.entry(number).or_default().push(event_id);
    }
    let events: Vec<_> = stream
        .events()
        .page_size(20)
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    let revisions: Vec<u64> = events.iter().map(|event| event.revision.as_u64()).collect();
    assert_eq!(
        revisions,
        (1..=race.revisions).collect::<Vec<_>>(),
        "there is no gap"
    );
    let kept: BTreeMap<u64, Vec<EventId>> = events
        .iter()
        .map(|event| (event.revision.as_u64(), vec![event.event_id]))
        .collect();
    assert_eq!(
        winners, kept,
        "each revision has one winner, and it is its event that is read"
    );
    stream
}

/// Tries to append at every revision, and returns the events that won. A loser must receive the winning event.
async fn write(
    stream: &OwnStream,
    writer: usize,
    revisions: u64,
    in_flight: &Semaphore,
) -> Vec<(u64, EventId)> {
    let mut wins = Vec::new();
    for number in 1..=revisions {
        let attempt = event("written", &format!(r#"{{"writer":{writer}}}"#));
        let event_id = attempt.event_id.expect("it has one");
        match settled(stream, number, &attempt, in_flight).await {
            Ok(appended) => {
                assert_eq!(appended.stream.revision, revision(number));
                wins.push((number, event_id));
            }
            Err(error) => {
                // Any other failure, a 500 above all, breaks the claim.
                let conflict = error
                    .conflict()
                    .unwrap_or_else(|| panic!("at revision {number}: {error:?}"));
                let winner = conflict
                    .event
                    .unwrap_or_else(|| panic!("at revision {number}: {error:?}"));
                assert_eq!(winner.revision, revision(number));
                assert_ne!(winner.event_id, event_id);
                let current = conflict.current_revision.expect("it is told");
                assert!(current >= revision(number), "{current} before {number}");
            }
        }
    }
    wins
}

/// Sends an append until its outcome is known. After a 503 or no answer it is unknown, and with a 429 Lambda says that it has no free
/// process. The writer then sends the same event again; it is stored once, whether or not the first request stored it.
async fn settled(
    stream: &OwnStream,
    number: u64,
    event: &NewEvent,
    in_flight: &Semaphore,
) -> Result<Appended, Error> {
    let mut attempt = 1;
    loop {
        let permit = in_flight.acquire().await.expect("it is never closed");
        let answer = stream.append_one(at(number - 1), event).await;
        drop(permit);
        match answer {
            Err(error) if attempt < ATTEMPTS && is_unsettled(&error) => {
                attempt += 1;
                tokio::time::sleep(PAUSE).await;
            }
            known => return known,
        }
    }
}

fn is_unsettled(error: &Error) -> bool {
    error.status().is_none_or(|status| {
        matches!(
            status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        )
    })
}
