//! Followers as handlers of notifications.

use std::time::Duration;

use event_store_client::BoxError;
use event_store_client::follow::{Cause, FileCheckpoints, InMemory, Reason};
use event_store_client::notification::Handler;
use event_store_client::schema::Recorded;
use event_store_client::types::Notification;
use tokio::time::{Instant, sleep};

use crate::{Notes, OrderEvent, append, due, paid, revision, store_of};

#[tokio::test]
async fn a_projection_takes_notifications_in_any_order_and_any_number() {
    let (store, orders) = store_of(3, 4).await;
    let mut announced = store.take_notifications();
    announced.reverse();
    announced.extend_from_within(..);
    let model = InMemory::default();
    let following = orders.follow("due").project(due(), model.clone());
    for notification in announced {
        following.handle(notification).await.unwrap();
    }
    assert!(model.views("due").iter().all(|(_, due)| *due == 997));
    // The feed has nothing more to say.
    assert_eq!(following.to_end().await.unwrap().failures, 0);
    assert!(model.views("due").iter().all(|(_, due)| *due == 997));
}

#[tokio::test]
async fn a_reaction_keeps_each_stream_by_itself_and_goes_on_where_it_failed() {
    let (store, orders) = store_of(2, 3).await;
    append(&orders, "0", [paid(13)]).await;
    let folder = tempfile::tempdir().unwrap();
    let (done, works) = (Notes::default(), Notes::<()>::default());
    let (noted, switch) = (done.clone(), works.clone());
    let react = move |event: Recorded<OrderEvent>, _: Cause| {
        let (noted, is_fixed) = (noted.clone(), !switch.all().is_empty());
        async move {
            if event.data == paid(13) && !is_fixed {
                return Err(BoxError::from("no account of that number"));
            }
            noted.add((event.event.stream_id, event.event.revision.as_u64()));
            Ok(())
        }
    };
    let following = orders
        .follow("payments")
        .react(react, FileCheckpoints::in_folder(folder.path()));
    let announced = store.take_notifications();
    let mut failed = Vec::new();
    for notification in announced {
        if let Err(error) = following.handle(notification.clone()).await {
            assert!(matches!(error.reason, Reason::NotHandled { .. }), "{error:?}");
            failed.push(notification);
        }
    }
    // The first of the stream's notifications brought in all that there was, and met what cannot be handled.
    assert!(failed.iter().any(|failed| failed.stream_revision == revision(4)));
    works.add(());
    for notification in failed {
        following.handle(notification).await.unwrap();
    }
    let mut done = done.all();
    done.sort_unstable();
    assert_eq!(done.len(), 7);
    done.dedup();
    assert_eq!(done.len(), 7, "once each");
}

#[tokio::test]
async fn what_is_not_followed_is_done_with_at_once_and_what_is_not_there_is_told() {
    let (_, orders) = store_of(1, 1).await;
    let following = orders.follow("due").project(due(), InMemory::default());
    let announced = Notification::new("cart".parse().unwrap(), orders.id_of("nobody"), revision(1));
    following.handle(announced.clone()).await.unwrap();
    let announced = Notification::new("order".parse().unwrap(), announced.stream_id, revision(1));
    let error = following.handle(announced).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`due` cannot go on with the stream `order/{}`: revision 1 was announced, and there is no such stream",
            orders.id_of("nobody")
        )
    );
}

#[tokio::test]
async fn two_handlers_take_each_notification_and_one_that_fails_does_not_keep_the_other_from_it() {
    let (store, orders) = store_of(1, 2).await;
    append(&orders, "0", [paid(13)]).await;
    let (one, other) = (InMemory::default(), InMemory::default());
    let count = |_: &Recorded<OrderEvent>, count: &mut u64| {
        *count += 1;
        Ok(())
    };
    let both = (
        orders.follow("due").project(due(), one.clone()),
        orders.follow("count").project(count, other.clone()),
    );
    let last = store.take_notifications().pop().unwrap();
    let error = both.handle(last).await.unwrap_err();
    assert!(error.to_string().contains("nobody pays 13"), "{error}");
    assert_eq!((one.views("due")[0].1, other.views("count")[0].1), (999, 3));
}

#[tokio::test(start_paused = true)]
async fn a_notification_has_the_feed_looked_at_that_was_idle_for_days() {
    let (store, orders) = store_of(1, 1).await;
    store.take_notifications();
    let model = InMemory::default();
    let following = orders.follow("due").project(due(), model.clone());
    let following = following.pauses(Duration::from_millis(100), Duration::from_hours(24));
    let waking = following.waking();
    let due_is = |expected| {
        model
            .views("due")
            .first()
            .is_some_and(|(_, due)| *due == expected)
    };
    let noticed = async {
        for expected in [999, 998] {
            sleep(Duration::from_hours(72)).await;
            append(&orders, "0", [paid(1)]).await;
            let of_orders = store.take_notifications().pop().unwrap();
            let mut of_others = of_orders.clone();
            of_others.stream_type = "cart".parse().unwrap();
            waking.handle(of_others).await.unwrap();
            sleep(Duration::from_mins(1)).await;
            assert!(!due_is(expected), "it was not woken");
            let began = Instant::now();
            waking.handle(of_orders).await.unwrap();
            while !due_is(expected) {
                sleep(Duration::from_millis(1)).await;
            }
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "by the clock that stands still"
            );
        }
    };
    let progress = following.until(noticed).await.unwrap();
    assert_eq!(progress.handled, 3);
}
