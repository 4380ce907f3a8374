//! Commands with an id: each has its effect once.

use event_store_client::decider::Executor;
use event_store_client::testing::InMemoryStore;
use futures::future::join_all;

use crate::executor::start;
use crate::support::{Accounts, Command, account, accounts, pay_in, revision};

#[tokio::test]
async fn a_command_that_comes_twice_has_its_effect_once_however_much_later() {
    let (store, executor, _, _) = start();
    let id = uuid::Uuid::from_u128(7);
    let first = executor
        .execute_once(id, account(), &Command::PayIn(5))
        .await
        .unwrap();
    assert_eq!((first.state, first.replayed, first.events.len()), (5, false, 1));
    pay_in(&store.client(), 12).await;
    // In this process, in one that keeps states, in one that has snapshots, and in another.
    let others = [
        executor.clone(),
        executor.clone().cached(10),
        Executor::new(accounts(store.client()), Accounts::default()).cached(10),
        Executor::new(accounts(store.client()), Accounts::default()).snapshots(
            event_store_client::decider::InMemorySnapshots::new(),
            "balance-1",
            1,
        ),
    ];
    for other in others {
        for _ in 0..2 {
            let again = other
                .execute_once(id, account(), &Command::PayIn(5))
                .await
                .unwrap();
            assert_eq!((again.state, again.revision), (17, Some(revision(13))));
            assert!(again.replayed && again.events.is_empty());
        }
    }
    let other_id = uuid::Uuid::from_u128(8);
    let other = executor
        .execute_once(other_id, account(), &Command::PayIn(5))
        .await
        .unwrap();
    assert_eq!((other.state, other.replayed), (22, false));
}

#[tokio::test]
async fn a_command_given_twice_at_once_has_its_effect_once() {
    let store = InMemoryStore::new();
    let id = uuid::Uuid::from_u128(7);
    let processes = (0..4).map(|_| Executor::new(accounts(store.client()), Accounts::default()).cached(10));
    let commands = processes.map(|executor| async move {
        executor.execute(account(), &Command::PayIn(1)).await.unwrap();
        executor
            .execute_once(id, account(), &Command::PayIn(100))
            .await
            .unwrap()
    });
    let executed = join_all(commands).await;
    assert_eq!(executed.iter().filter(|executed| !executed.replayed).count(), 1);
    let executor = Executor::new(accounts(store.client()), Accounts::default());
    assert_eq!(executor.state(account()).await.unwrap().state, 104);
}

#[tokio::test]
async fn a_command_with_an_id_reads_the_stream_from_its_first_event_once_where_states_are_kept() {
    for (is_cached, readings) in [(false, 3), (true, 1)] {
        let (store, executor, _, watch) = start();
        pay_in(&store.client(), 5).await;
        let executor = if is_cached { executor.cached(10) } else { executor };
        watch.take();
        for number in 0..3 {
            let id = uuid::Uuid::from_u128(number);
            executor
                .execute_once(id, account(), &Command::PayIn(1))
                .await
                .unwrap();
        }
        let of_all = watch.take().into_iter().filter(|request| request == "GET events");
        assert_eq!(of_all.count(), readings);
    }
}
