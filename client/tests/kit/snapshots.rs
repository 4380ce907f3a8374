//! Snapshots: saved now and then, read from, and never relied on.

use std::sync::Arc;

use event_store_client::decider::{
    Executor, InMemorySnapshots, Snapshot, SnapshotError, SnapshotKey, Snapshots,
};
use futures::future::BoxFuture;

use crate::support::{Accounts, Command, Watch, account, account_type, accounts, pay_in, revision};

/// Snapshots that several executors share.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<InMemorySnapshots<u64>>);

impl Snapshots<u64> for Shared {
    fn load<'a>(
        &'a self,
        key: &'a SnapshotKey,
    ) -> BoxFuture<'a, Result<Option<Snapshot<u64>>, SnapshotError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a SnapshotKey,
        snapshot: Snapshot<u64>,
    ) -> BoxFuture<'a, Result<(), SnapshotError>> {
        self.0.save(key, snapshot)
    }
}

impl Shared {
    async fn saved(&self, folding: &str) -> Option<Snapshot<u64>> {
        let key = SnapshotKey::new(folding, account_type(), account());
        self.load(&key).await.unwrap()
    }
}

#[tokio::test]
async fn a_snapshot_is_saved_when_enough_has_happened_since_the_last_and_read_from() {
    let (store, client, watch) = Watch::start();
    let snapshots = Shared::default();
    let executor = || {
        let accounts = accounts(client.clone());
        Executor::new(accounts, Accounts::default()).snapshots(snapshots.clone(), "balance-1", 3)
    };
    pay_in(&store.client(), 1).await;
    executor().execute(account(), &Command::PayIn(1)).await.unwrap();
    assert_eq!(snapshots.saved("balance-1").await, None);
    // What others append counts as well.
    pay_in(&store.client(), 2).await;
    executor().execute(account(), &Command::PayIn(1)).await.unwrap();
    assert_eq!(
        snapshots.saved("balance-1").await,
        Some(Snapshot::new(5, revision(5)))
    );
    watch.take();

    for (expected, saved) in [(6, 5), (7, 5), (8, 8), (9, 8)] {
        let executed = executor().execute(account(), &Command::PayIn(1)).await.unwrap();
        assert_eq!(executed.state, expected);
        let snapshot = snapshots.saved("balance-1").await.unwrap();
        assert_eq!(snapshot.revision, revision(saved), "after {expected}");
    }
    assert_eq!(
        watch.take(),
        [
            "GET events?after-revision=5",
            "POST events 5",
            "GET events?after-revision=5",
            "POST events 6",
            "GET events?after-revision=5",
            "POST events 7",
            "GET events?after-revision=8",
            "POST events 8",
        ]
    );

    // A state that is kept in the process remembers when it was saved.
    let executor = executor().cached(10);
    for saved in [8, 11, 11] {
        executor.execute(account(), &Command::PayIn(1)).await.unwrap();
        let snapshot = snapshots.saved("balance-1").await.unwrap();
        assert_eq!(snapshot.revision, revision(saved));
    }
}

#[tokio::test]
async fn another_folding_does_not_read_the_snapshots_of_the_first() {
    let (_, client, watch) = Watch::start();
    let snapshots = Shared::default();
    for folding in ["balance-1", "balance-2"] {
        let accounts = accounts(client.clone());
        let executor = Executor::new(accounts, Accounts::default()).snapshots(snapshots.clone(), folding, 1);
        executor.execute(account(), &Command::PayIn(1)).await.unwrap();
    }
    assert_eq!(
        watch.take(),
        ["GET events", "POST events 0", "GET events", "POST events 1"]
    );
    assert_eq!(
        snapshots.saved("balance-1").await,
        Some(Snapshot::new(1, revision(1)))
    );
    assert_eq!(
        snapshots.saved("balance-2").await,
        Some(Snapshot::new(2, revision(2)))
    );
}

#[tokio::test]
async fn snapshots_that_fail_are_passed_over() {
    #[derive(Debug)]
    struct Failing;

    impl Snapshots<u64> for Failing {
        fn load<'a>(
            &'a self,
            _: &'a SnapshotKey,
        ) -> BoxFuture<'a, Result<Option<Snapshot<u64>>, SnapshotError>> {
            Box::pin(async { Err("the disk is on fire".into()) })
        }

        fn save<'a>(
            &'a self,
            _: &'a SnapshotKey,
            _: Snapshot<u64>,
        ) -> BoxFuture<'a, Result<(), SnapshotError>> {
            Box::pin(async { Err("the disk is on fire".into()) })
        }
    }

    let (_, client, _) = Watch::start();
    let executor = Executor::new(accounts(client), Accounts::default()).snapshots(Failing, "balance-1", 1);
    for expected in 1..=2 {
        let executed = executor.execute(account(), &Command::PayIn(1)).await.unwrap();
        assert_eq!(executed.state, expected);
    }
}
