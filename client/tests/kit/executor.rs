//! Commands: decided on, appended, and decided on again.

use event_store_client::decider::{ExecuteError, Executor};
use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::types::{ExpectedRevision, NewEvent, Provenance};
use futures::TryStreamExt;
use futures::future::join_all;
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{
    AccountEvent, Accounts, Command, Overdrawn, Watch, account, account_type, accounts, paid_in, pay_in,
    revision,
};

/// An executor on a store of its own, its decider that counts, and who watches.
pub(crate) fn start() -> (InMemoryStore, Executor<Accounts>, Accounts, Watch) {
    let (store, client, watch) = Watch::start();
    let decider = Accounts::default();
    let executor = Executor::new(accounts(client), decider.clone());
    (store, executor, decider, watch)
}

fn rejected<E: std::fmt::Debug>(error: ExecuteError<E>) -> E {
    match error {
        ExecuteError::Rejected(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_command_is_decided_on_and_what_was_decided_is_appended() {
    let (_, executor, decider, watch) = start();
    let executed = executor.execute(account(), &Command::PayIn(5)).await.unwrap();
    assert_eq!((executed.state, executed.revision), (5, Some(revision(1))));
    assert_eq!(executed.events, [AccountEvent::PaidIn(5)]);
    assert!(!executed.replayed);
    let executed = executor.execute(account(), &Command::PayOut(2)).await.unwrap();
    assert_eq!((executed.state, executed.revision), (3, Some(revision(2))));
    assert_eq!(
        watch.take(),
        ["GET events", "POST events 0", "GET events", "POST events 1"]
    );
    assert_eq!(decider.decisions(), 2);
    assert_eq!(executor.state(account()).await.unwrap().state, 3);
}

#[tokio::test]
async fn a_refused_command_and_one_that_changes_nothing_append_nothing() {
    let (_, executor, _, watch) = start();
    let error = executor
        .execute(account(), &Command::PayOut(1))
        .await
        .unwrap_err();
    assert_eq!(rejected(error), Overdrawn { balance: 0 });
    let executed = executor.execute(account(), &Command::PayIn(0)).await.unwrap();
    assert!(executed.events.is_empty());
    assert_eq!((executed.state, executed.revision), (0, None));
    assert_eq!(watch.take(), ["GET events", "GET events"]);
}

#[tokio::test]
async fn after_a_lost_race_only_what_is_missing_is_read_and_it_is_decided_again() {
    let (store, executor, decider, watch) = start();
    pay_in(&store.client(), 5).await;
    watch.interfere([0, 2]);
    let executed = executor.execute(account(), &Command::PayOut(5)).await.unwrap();
    assert_eq!((executed.state, executed.revision), (2, Some(revision(8))));
    assert_eq!(
        watch.take(),
        [
            "GET events",
            "POST events 5",
            "GET events?after-revision=5",
            "POST events 7"
        ]
    );
    assert_eq!(decider.decisions(), 2);
}

#[tokio::test]
async fn a_command_that_is_overtaken_each_time_ends_as_such() {
    let (store, executor, decider, watch) = start();
    pay_in(&store.client(), 1).await;
    watch.interfere([1; 100]);
    let error = executor
        .attempts(3)
        .execute(account(), &Command::PayIn(1))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ExecuteError::Overtaken { attempts: 3, source } if source.is_conflict()),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.starts_with("other writers were faster 3 times: `POST /streams/account/")
            && text.ends_with("is taken; the stream is at revision `7`"),
        "{text}"
    );
    assert_eq!(decider.decisions(), 3);
}

#[tokio::test]
async fn an_unknown_outcome_is_never_decided_on_again() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    let decider = Accounts::default();
    let executor = Executor::new(accounts(client), decider.clone());

    faults.pass(1);
    faults.next([Fault::AnswerLost, Fault::RequestLost]);
    let executed = executor.execute(account(), &Command::PayIn(5)).await.unwrap();
    assert!(executed.replayed);
    assert_eq!(executed.state, 5);
    assert_eq!(decider.decisions(), 1);

    faults.pass(1);
    faults.next([Fault::AnswerLost; 5]);
    let error = executor.execute(account(), &Command::PayIn(5)).await.unwrap_err();
    let ExecuteError::Store(error) = error else {
        panic!("{error:?}");
    };
    assert!(error.unsettled().is_some());
    assert_eq!(decider.decisions(), 2);
    assert_eq!(executor.state(account()).await.unwrap().state, 10);
}

#[tokio::test]
async fn an_event_id_that_is_in_use_is_never_decided_on_again() {
    let server = MockServer::start().await;
    let problem = |status: u16, problem_type: &str| {
        let body = json!({
            "type": problem_type, "title": "A title", "status": status, "detail": "a detail",
            "requestId": "request-1", "message": "a detail", "details": {},
        });
        ResponseTemplate::new(status).set_body_json(body)
    };
    Mock::given(method("GET"))
        .respond_with(problem(404, "stream-not-found"))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(problem(409, "event-id-reused"))
        .mount(&server)
        .await;
    let client = event_store_client::Client::builder(server.uri()).build().unwrap();
    let decider = Accounts::default();
    let executor = Executor::new(accounts(client), decider.clone());
    let error = executor.execute(account(), &Command::PayIn(1)).await.unwrap_err();
    assert!(
        matches!(&error, ExecuteError::Store(error) if error.is_event_id_reused()),
        "{error:?}"
    );
    assert_eq!(decider.decisions(), 1);
}

#[tokio::test]
async fn an_unknown_type_of_event_fails_the_command() {
    let (store, executor, decider, _) = start();
    let stranger = NewEvent::of("frozen".parse().unwrap(), &()).unwrap();
    store
        .client()
        .append(
            &account_type(),
            account(),
            ExpectedRevision::NoStream,
            [paid_in(9), stranger],
        )
        .await
        .unwrap();
    let error = executor
        .execute(account(), &Command::PayOut(1))
        .await
        .unwrap_err();
    assert!(matches!(&error, ExecuteError::Store(error) if error.is_unknown_event_type()));
    assert_eq!(decider.decisions(), 0);
}

#[tokio::test]
async fn a_kept_state_is_decided_on_without_reading() {
    let (_, executor, decider, watch) = start();
    let executor = executor.cached(10);
    for _ in 0..3 {
        executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    }
    assert_eq!(
        watch.take(),
        ["GET events", "POST events 0", "POST events 1", "POST events 2"]
    );
    assert_eq!(decider.decisions(), 3);
}

#[tokio::test]
async fn a_kept_state_that_is_behind_is_brought_forward_by_what_is_missing() {
    let (store, executor, _, watch) = start();
    let executor = executor.cached(10);
    executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    pay_in(&store.client(), 2).await;
    watch.take();
    let executed = executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    assert_eq!((executed.state, executed.revision), (4, Some(revision(4))));
    assert_eq!(
        watch.take(),
        ["POST events 1", "GET events?after-revision=1", "POST events 3"]
    );
}

#[tokio::test]
async fn a_kept_state_refuses_nothing_that_the_stream_would_not() {
    let (store, executor, _, watch) = start();
    let executor = executor.cached(10);
    executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    pay_in(&store.client(), 9).await;
    watch.take();
    // Refused on the state that is kept, and not on what has happened since.
    let executed = executor.execute(account(), &Command::PayOut(10)).await.unwrap();
    assert_eq!(executed.state, 0);
    assert_eq!(watch.take(), ["GET events?after-revision=1", "POST events 10"]);
    let error = executor
        .execute(account(), &Command::PayOut(1))
        .await
        .unwrap_err();
    assert_eq!(rejected(error), Overdrawn { balance: 0 });
    // Nothing happens: told of the state as it is, too.
    pay_in(&store.client(), 1).await;
    let executed = executor.execute(account(), &Command::PayIn(0)).await.unwrap();
    assert_eq!(executed.state, 1);
}

#[tokio::test]
async fn a_kept_state_of_another_life_of_the_stream_is_given_up() {
    for left in [0, 1] {
        let (_, executor, _, watch) = start();
        let executor = executor.cached(10);
        for _ in 0..3 {
            executor.execute(account(), &Command::PayIn(1)).await.unwrap();
        }
        // The log as it was restored: shorter, or without the stream.
        let restored = InMemoryStore::new();
        pay_in(&restored.client(), left).await;
        watch.switch(restored);
        let executed = executor.execute(account(), &Command::PayIn(5)).await.unwrap();
        assert_eq!(executed.state, left as u64 + 5);
        assert_eq!(executor.state(account()).await.unwrap().state, left as u64 + 5);
    }
}

#[tokio::test]
async fn what_led_to_a_command_is_told_by_its_events() {
    let (_, executor, _, _) = start();
    let executor = executor.with_provenance(Provenance::default().with_causation_id("command-7"));
    executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    let mut events = executor.category().events(account()).into_stream();
    let recorded = events.try_next().await.unwrap().unwrap();
    assert_eq!(
        recorded.event.provenance().causation_id.as_deref(),
        Some("command-7")
    );
}

#[tokio::test]
async fn commands_side_by_side_on_one_stream_each_happen_once() {
    const EXECUTORS: usize = 6;
    const COMMANDS: usize = 5;
    let store = InMemoryStore::new();
    let executors = (0..EXECUTORS).map(|_| {
        let executor = Executor::new(accounts(store.client()), Accounts::default()).cached(10);
        async move {
            for _ in 0..COMMANDS {
                while let Err(error) = executor.execute(account(), &Command::PayIn(1)).await {
                    assert!(matches!(error, ExecuteError::Overtaken { .. }), "{error:?}");
                }
            }
        }
    });
    join_all(executors).await;
    let stream = store.client().stream(&account_type(), account()).await.unwrap();
    assert_eq!(stream.revision.as_u64(), (EXECUTORS * COMMANDS) as u64);
}

#[tokio::test]
async fn a_command_at_a_revision_is_decided_on_there_or_not_at_all() {
    let (store, executor, decider, watch) = start();
    let executor = executor.cached(10);
    let first = executor
        .execute_at(ExpectedRevision::NoStream, account(), &Command::PayIn(5))
        .await
        .unwrap();
    let second = executor
        .execute_at(first.expected(), account(), &Command::PayOut(1))
        .await
        .unwrap();
    assert_eq!((second.state, second.revision), (4, Some(revision(2))));
    pay_in(&store.client(), 1).await;
    let so_far = decider.decisions();
    for expected in [first.expected(), ExpectedRevision::NoStream] {
        let error = executor
            .execute_at(expected, account(), &Command::PayOut(1))
            .await
            .unwrap_err();
        let ExecuteError::Moved { current, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(current, Some(revision(3)));
    }
    assert_eq!(decider.decisions(), so_far, "it was not decided on");
    // What is kept is older than what the caller has seen, or another writer is faster.
    pay_in(&store.client(), 1).await;
    executor
        .execute_at(revision(4), account(), &Command::PayOut(1))
        .await
        .unwrap();
    watch.interfere([1]);
    let error = executor
        .execute_at(revision(5), account(), &Command::PayOut(1))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stream was expected at revision 5, and it is at revision 6"
    );
    for (expected, text) in [
        (
            revision(5).into(),
            "the stream was expected at revision 5, and there is none",
        ),
        (
            ExpectedRevision::StreamExists,
            "the stream was expected to be there, and there is none",
        ),
    ] {
        let absent = executor.category().id_of("nobody's");
        let error = executor.execute_at(expected, absent, &Command::PayIn(1)).await;
        assert_eq!(error.unwrap_err().to_string(), text);
    }
    let error = executor
        .execute_at(ExpectedRevision::NoStream, account(), &Command::PayIn(1))
        .await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "no stream was expected, and it is at revision 6"
    );
}

#[tokio::test]
async fn commands_on_one_stream_stand_in_line_and_can_be_spawned() {
    let (_, executor, decider, _) = start();
    let commands: Vec<_> = (0..32)
        .map(|_| tokio::spawn(executor.execute(account(), Command::PayIn(1))))
        .collect();
    for command in commands {
        command.await.unwrap().unwrap();
    }
    assert_eq!(executor.state(account()).await.unwrap().state, 32);
    assert_eq!(decider.decisions(), 32, "none was overtaken");
}
