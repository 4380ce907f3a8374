//! What was made of another store is not mixed with this one, though their streams have the same ids.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use event_store_client::Category;
use event_store_client::follow::{FileCheckpoints, FollowError, Following, InMemory, Reason};
use event_store_client::notification::Handler;
use event_store_client::testing::{Fault, Faults, InMemoryStore};
use event_store_client::transport::{NoAnswer, Request, Transport};
use futures::future::BoxFuture;
use http::Response;

use crate::{Notes, OrderEvent, append, brisk, due, orders, paid, placed, revision, store_of, until};

/// A store that another can take the place of.
#[derive(Clone, Debug)]
struct Address(Arc<Mutex<InMemoryStore>>);

impl Transport for Address {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let store = self.0.lock().unwrap().clone();
        Box::pin(async move { store.send(request).await })
    }
}

fn is_another_store(error: &FollowError) -> bool {
    matches!(error, FollowError::AnotherStore(another) if another.revision == revision(1))
}

#[tokio::test]
async fn a_read_model_of_a_store_that_was_thrown_away_takes_nothing_of_the_next() {
    let (_, before) = store_of(3, 4).await;
    let model = InMemory::default();
    before
        .follow("due")
        .project(due(), model.clone())
        .to_end()
        .await
        .unwrap();
    let views = model.views("due");

    // Fewer events than there were, as many, more, and none.
    for events in [2, 4, 9, 0] {
        let (_, now) = store_of(if events == 0 { 0 } else { 3 }, events).await;
        let following = brisk(now.follow("due").project(due(), model.clone()));
        let error = following.to_end().await.unwrap_err();
        assert!(is_another_store(&error), "{error}");
        let error = following.until(std::future::pending()).await.unwrap_err();
        assert!(is_another_store(&error), "{error}");
        assert_eq!(model.views("due"), views);
    }
    let (_, now) = store_of(1, 1).await;
    let following = now.follow("due").project(due(), model.clone());
    let error = following.to_end().await.unwrap_err().to_string();
    assert!(
        error.starts_with(
            "what `due` keeps was made of another store: this one does not have its first event, `"
        ) && error.ends_with("; follow under another name, or remove what is kept under this one"),
        "{error}"
    );
    // Another name is another read model.
    let anew = now.follow("due-2").project(due(), model.clone());
    assert_eq!(anew.to_end().await.unwrap().handled, 1);
}

#[tokio::test]
async fn who_never_reads_the_feed_notices_as_well() {
    let (store, before) = store_of(1, 2).await;
    let model = InMemory::default();
    let following = before.follow("due").project(due(), model.clone());
    for notification in store.take_notifications() {
        following.handle(notification).await.unwrap();
    }
    let views = model.views("due");
    let (store, now) = store_of(1, 5).await;
    let following = now.follow("due").project(due(), model.clone());
    for notification in store.take_notifications() {
        let error = following.handle(notification).await.unwrap_err();
        assert!(matches!(error.reason, Reason::AnotherStore(_)), "{error}");
    }
    let appended = now.create(placed(1)).await.unwrap();
    let error = following.catch_up(&appended.stream).await.unwrap_err();
    assert!(matches!(error.reason, Reason::AnotherStore(_)), "{error}");
    assert_eq!(model.views("due"), views);
}

fn noting(notes: &Notes<u64>, orders: &Category<OrderEvent>, folder: &Path) -> Following {
    let notes = notes.clone();
    let following = orders.follow("noting").react_with(
        move |event, _| {
            notes.add(event.event.revision.as_u64());
            async { Ok(()) }
        },
        FileCheckpoints::in_folder(folder),
    );
    brisk(following)
}

#[tokio::test]
async fn checkpoints_beside_another_address_are_told_from_a_feed_that_was_begun_anew() {
    let (store, before) = store_of(1, 2).await;
    let (folder, notes) = (tempfile::tempdir().unwrap(), Notes::default());
    noting(&notes, &before, folder.path()).to_end().await.unwrap();

    let (_, other) = store_of(1, 3).await;
    let error = noting(&notes, &other, folder.path()).to_end().await.unwrap_err();
    assert!(is_another_store(&error), "{error}");
    assert_eq!(notes.all(), [1, 2]);

    store.begin_feed_anew();
    let error = noting(&notes, &before, folder.path()).to_end().await.unwrap_err();
    assert!(
        matches!(&error, FollowError::Feed(error) if error.is_feed_begun_anew()),
        "{error}"
    );
}

#[tokio::test]
async fn a_store_that_is_thrown_away_under_a_follower_that_runs_is_noticed() {
    let (store, _) = store_of(2, 2).await;
    let model = InMemory::default();
    let address = Address(Arc::new(Mutex::new(store.clone())));
    let client = store.client_builder().transport(address.clone()).build().unwrap();
    let following = brisk(orders(client).follow("due").project(due(), model.clone()));
    let running = tokio::spawn({
        let following = following.clone();
        async move { following.run().await }
    });
    until(|| model.views("due").len() == 2).await;
    let next = InMemoryStore::new();
    append(&orders(next.client()), "0", [placed(5), paid(1), paid(1)]).await;
    *address.0.lock().unwrap() = next;
    let error = running.await.unwrap().unwrap_err();
    assert!(is_another_store(&error), "{error}");
    assert!(model.views("due").iter().all(|(_, due)| *due == 999));
}

#[tokio::test]
async fn a_store_that_is_away_when_a_follower_starts_is_no_other() {
    let (store, orders) = store_of(1, 2).await;
    let model = InMemory::default();
    orders
        .follow("due")
        .project(due(), model.clone())
        .to_end()
        .await
        .unwrap();
    let faults = Faults::before(store.clone());
    let client = store.client_builder().transport(faults.clone()).build().unwrap();
    append(&orders, "0", [paid(1)]).await;
    faults.next([Fault::Unreachable; 7]);
    let following = brisk(crate::orders(client).follow("due").project(due(), model.clone()));
    following.to_end().await.unwrap();
    assert_eq!(model.views("due")[0].1, 998);
}
