//! Faults on demand, and what a client makes of them; and what values turn into others.

use std::time::{Duration, SystemTime};

use event_store_client::testing::{Fault, Faults, InMemoryStore, Operation, Scenario};
use event_store_client::types::{ExpectedRevision, NewEvent, Revision, StreamId, StreamType, Timestamp};
use event_store_client::{Batch, Client, Unsettled};
use tokio::time::Instant;

fn order() -> StreamType {
    "order".parse().unwrap()
}

fn placed() -> NewEvent {
    NewEvent::of("placed".parse().unwrap(), &"a secret").unwrap()
}

fn faulty() -> (InMemoryStore, Faults, Client) {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    (store, faults, client)
}

#[tokio::test]
async fn an_append_fails_as_it_is_told_whatever_is_read_meanwhile() {
    let (_, faults, client) = faulty();
    faults.next_appends([Fault::AnswerLost]);
    assert_eq!(client.stream_types().await.unwrap(), []);
    let created = client.create_stream(&order(), placed()).await.unwrap();
    assert!(created.replayed, "its answer was lost, and it was sent again");
    faults.next_of(Operation::ReadFeed, [Fault::Answered(503); 5]);
    let stream = client.stream(&order(), created.stream.stream_id).await.unwrap();
    assert_eq!(stream, created.stream);
    assert!(client.feed().page().await.unwrap_err().is_retryable());
    assert_eq!(client.feed().page().await.unwrap().events.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_given_up_after_a_while_when_nothing_is_set() {
    let (_, faults, client) = faulty();
    let began = Instant::now();
    faults.next_appends([Fault::Hangs; 5]);
    let error = client.create_stream(&order(), placed()).await.unwrap_err();
    assert_eq!(
        began.elapsed(),
        Duration::from_secs(30),
        "by the clock that stands still"
    );
    assert!(error.unsettled().is_some() && error.is_retryable());

    let (_, faults, client) = faulty();
    faults.next([Fault::Delayed(Duration::from_secs(9))]);
    let began = Instant::now();
    assert!(!client.create_stream(&order(), placed()).await.unwrap().replayed);
    assert_eq!(began.elapsed(), Duration::from_secs(9));
}

#[tokio::test]
async fn an_unsettled_write_is_kept_as_json_and_settled_by_a_later_process() {
    let (store, faults, client) = faulty();
    faults.next_appends([Fault::AnswerLost; 5]);
    let id = StreamId::from_name(&order(), "A-1");
    let error = client
        .append(&order(), id, ExpectedRevision::NoStream, placed())
        .await
        .unwrap_err();
    let kept = serde_json::to_string(error.unsettled().unwrap()).unwrap();

    let unsettled: Unsettled = serde_json::from_str(&kept).unwrap();
    let settled = store.client().settle(&unsettled).await.unwrap();
    assert!(settled.replayed);
    assert_eq!(settled.stream.revision, Revision::FIRST);
}

#[tokio::test]
async fn what_an_application_has_becomes_what_an_append_takes() {
    let client = InMemoryStore::new().client();
    let id = StreamId::from_name(&order(), "A-1");
    let none: Option<Revision> = None;
    let slice: &[NewEvent] = &[placed(), placed()];
    let appended = client.append(&order(), id, none, slice).await.unwrap();
    let collected: Batch<NewEvent> = (0..3).map(|_| placed()).collect();
    let revision = Some(appended.stream.revision);
    let appended = client.append(&order(), id, revision, collected).await.unwrap();
    assert_eq!(u64::from(appended.stream.revision), 5);

    let moment: Timestamp = "2025-01-25T10:11:12.345678Z".parse().unwrap();
    let system = SystemTime::from(moment);
    assert_eq!(Timestamp::try_from(system).unwrap(), moment);
}

#[test]
fn what_is_decided_can_be_claimed_by_what_it_is_like() {
    use event_store_client::decider::Decider;

    struct Draws;

    impl Decider for Draws {
        type Command = ();
        type Event = u64;
        type State = u64;
        type Error = std::convert::Infallible;

        fn initial(&self) -> u64 {
            0
        }

        fn evolve(&self, sum: u64, drawn: &u64) -> u64 {
            sum + drawn
        }

        fn decide(&self, _: &u64, (): &()) -> Result<Vec<u64>, Self::Error> {
            Ok(vec![17])
        }
    }

    let after = Scenario::of(&Draws)
        .when(&())
        .then_matches(|drawn| drawn.len() == 1);
    assert_eq!(*after.state(), 17);
    let otherwise = std::panic::catch_unwind(|| {
        Scenario::of(&Draws).when(&()).then_matches(<[u64]>::is_empty);
    });
    assert!(otherwise.is_err(), "a claim that does not hold panics");
}
