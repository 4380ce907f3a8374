//! The promises about followers, which read the feed through the client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_store_client::follow::{Cause, Follow, FollowError, InMemory, Progress};
use event_store_client::schema::Recorded;
use event_store_client::types::{EventId, ExpectedRevision, Payload, StreamId, StreamType};
use event_store_client::{BoxError, Client};
use uuid::Uuid;

use super::numbered;

/// How long an appended event may take to enter the feed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A type of streams that nobody else uses, with that many streams of three events each.
async fn streams(client: &Client, count: usize) -> (StreamType, Vec<StreamId>) {
    let stream_type: StreamType = format!("followed-{}", Uuid::now_v7().simple())
        .parse()
        .expect("it is a type");
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = StreamId::from(Uuid::now_v7());
        let events = (1..=3).map(numbered).collect::<Vec<_>>();
        let appended = client.append(&stream_type, id, ExpectedRevision::NoStream, events);
        appended.await.expect("it is appended");
        ids.push(id);
    }
    (stream_type, ids)
}

/// Runs a follower until it has the expected events.
async fn in_time(run: impl Future<Output = Result<Progress, FollowError>>) {
    let run = tokio::time::timeout(PATIENCE, run).await;
    run.expect("it comes in time").expect("it can be followed");
}

/// A stream, a revision, the id of a cause, and that of its event.
type Note = (StreamId, u64, Uuid, EventId);

/// A read model has each event once and in order, including events that arrive while it follows, and those of a second run.
pub async fn a_read_model_has_each_event_once_and_in_order(client: Client) {
    let (stream_type, ids) = streams(&client, 3).await;
    let model = InMemory::<Vec<u64>>::default();
    let revisions = |event: &Recorded<Payload>, seen: &mut Vec<u64>| {
        seen.push(event.event.revision.as_u64());
        Ok(())
    };
    let follow = || Follow::new(&client, "revisions").stream_types([stream_type.clone()]);
    let wait_for = |expected: usize| {
        let model = model.clone();
        async move {
            let all = || {
                model
                    .views("revisions")
                    .iter()
                    .map(|(_, seen)| seen.len())
                    .sum::<usize>()
            };
            while all() < expected {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    let following = follow().project(revisions, model.clone()).page_size(2);
    let run = following.until(wait_for(9));
    in_time(run).await;
    client
        .append(&stream_type, ids[0], ExpectedRevision::Any, numbered(4))
        .await
        .expect("it is appended");
    let again = follow().project(revisions, model.clone());
    let run = again.until(wait_for(10));
    in_time(run).await;
    for (id, seen) in model.views("revisions") {
        let last = if id == ids[0] { 4 } else { 3 };
        assert_eq!(seen, (1..=last).collect::<Vec<u64>>());
    }
}

/// A reaction happens for each event, in the order of its stream, each time with the same cause.
pub async fn a_reaction_happens_for_each_event_in_order(client: Client) {
    let (stream_type, _) = streams(&client, 3).await;
    let done: Arc<Mutex<Vec<Note>>> = Arc::default();
    let noted = Arc::clone(&done);
    let react = move |event: Recorded<Payload>, cause: Cause| {
        let event = event.event;
        let note = (
            event.stream_id,
            event.revision.as_u64(),
            cause.id(),
            event.event_id,
        );
        noted.lock().expect("nobody panics").push(note);
        async { Ok::<_, BoxError>(()) }
    };
    let follow = Follow::new(&client, "noting").stream_types([stream_type]);
    let following = follow.react(react, InMemory::<()>::default());
    let enough = async {
        while done.lock().expect("nobody panics").len() < 9 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let run = following.until(enough);
    in_time(run).await;
    let done = done.lock().expect("nobody panics").clone();
    for (stream, revision, cause, event_id) in &done {
        let mut of_stream = done.iter().filter(|(other, ..)| other == stream);
        let place = of_stream.position(|(_, other, ..)| other == revision);
        assert_eq!(place, usize::try_from(revision - 1).ok());
        let mut same = done.iter().filter(|(_, _, other, _)| other == cause);
        assert!(
            same.all(|(.., other)| other == event_id),
            "a cause is of one event"
        );
    }
}
