//! How long a command may take.

use std::time::Duration;

use event_store_client::decider::{ExecuteError, Executor};
use event_store_client::testing::{Fault, Faults, InMemoryStore};
use futures::future::join_all;

use crate::support::{Accounts, Command, account, accounts};

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_holds_up_no_command_beyond_its_time() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store
        .client_builder()
        .transport(faults.clone())
        .operation_timeout(Duration::from_secs(30))
        .build()
        .unwrap();
    faults.next([Fault::Hangs; 1_000]);
    let executor = Executor::new(accounts(client), Accounts::default()).time_limit(Duration::from_secs(40));
    let began = tokio::time::Instant::now();
    let commands = (0..32).map(|_| executor.execute(account(), Command::PayIn(1)));
    let errors = join_all(commands).await;
    let waited = began.elapsed();
    assert!(
        waited < Duration::from_secs(41),
        "by the clock that stands still: {waited:?}"
    );
    let (store_s, timed_out): (Vec<_>, Vec<_>) = errors
        .into_iter()
        .map(Result::unwrap_err)
        .partition(|error| matches!(error, ExecuteError::Store(_)));
    assert_eq!((store_s.len(), timed_out.len()), (1, 31));
    assert!(
        store_s[0]
            .to_string()
            .ends_with("there was no answer in time (2 attempts)"),
        "{}",
        store_s[0]
    );
    for error in timed_out {
        assert!(matches!(error, ExecuteError::TimedOut { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            "the command was not executed within 40 s: it waited for the commands before it, or for the store"
        );
    }
    faults.recover();
    let executed = executor.execute(account(), Command::PayIn(1)).await.unwrap();
    assert_eq!(executed.state, 1, "nothing of them has happened");
}

#[tokio::test(start_paused = true)]
async fn an_append_that_was_sent_is_waited_for_and_its_outcome_is_told() {
    let store = InMemoryStore::new();
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    faults.next_appends([Fault::Hangs; 2]);
    let executor = Executor::new(accounts(client), Accounts::default()).time_limit(Duration::from_secs(1));
    let error = executor.execute(account(), Command::PayIn(1)).await.unwrap_err();
    let ExecuteError::Store(error) = error else {
        panic!("{error:?}")
    };
    assert!(error.unsettled().is_some());
    // A time that no clock reaches is none.
    let executor = executor.time_limit(Duration::MAX);
    assert_eq!(
        executor
            .execute(account(), Command::PayIn(1))
            .await
            .unwrap()
            .state,
        2
    );
}
