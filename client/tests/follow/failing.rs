//! What cannot be handled holds its stream, and no other.

use std::time::Duration;

use event_store_client::decider::{Decider, Executor};
use event_store_client::follow::{Cause, FollowError, InMemory};
use event_store_client::schema::{Recorded, Schema};
use event_store_client::testing::{Lost, Unreliable};
use event_store_client::types::StreamId;
use event_store_client::{Backoff, BoxError, Category, Client, RetryPolicy};

use crate::{Notes, OrderEvent, append, append_stored, brisk, due, ids, paid, store_of, until};

#[tokio::test]
async fn a_panic_is_one_failed_event_and_the_other_streams_are_complete() {
    let (_, orders) = store_of(5, 3).await;
    append(&orders, "2", [paid(13), paid(1)]).await;
    append(&orders, "3", [paid(1)]).await;
    let (model, told) = (InMemory::default(), Notes::default());
    let notes = told.clone();
    let following = brisk(orders.follow("due").project(due(), model.clone()))
        .on_failure(move |error| notes.add(error.to_string()));
    let error = following.to_end().await.unwrap_err();
    let bad = orders.id_of("2");
    assert_eq!(
        error.to_string(),
        format!(
            "1 stream is held: `order/{bad}`: its event `paid` at revision 4 cannot be handled: \
             the handler panicked: nobody pays 13"
        )
    );
    let FollowError::Incomplete { held, progress } = error else {
        panic!("{error:?}")
    };
    assert_eq!((held.len(), held[0].stream_id, held[0].attempts), (1, bad, 3));
    assert_eq!(
        (held[0].after, held[0].through),
        (Some(crate::revision(3)), crate::revision(5))
    );
    assert_eq!((progress.failures, progress.held, progress.parked), (3, 1, 0));
    assert_eq!(told.all().len(), 3);
    let views = model.views("due");
    assert_eq!(views.len(), 5);
    for (id, due) in views {
        let expected = if id == orders.id_of("3") { 997 } else { 998 };
        assert_eq!(due, expected, "{id}");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_held_stream_tells_the_cause_however_long_the_names_are() {
    let (_, orders) = store_of(1, 1).await;
    append_stored(&orders, "0", "paid", serde_json::json!({"amount": "much"})).await;
    let following = brisk(orders.follow("due").project(due(), InMemory::<i64>::default())).park_after(1);
    following.to_end().await.unwrap_err();
    let kept = following.checkpoint().await.unwrap();
    let cause = "its payload is not what goes with its type: invalid type: string \"much\", expected i64 at line 1 column 16";
    assert_eq!(
        kept.held[0].reason,
        format!("its event `paid` at revision 2 cannot be handled: {cause}")
    );

    let long = "l".repeat(60);
    let schema = Schema::new().upcast(&long, "paid", |old: serde_json::Value| old);
    let orders = Category::<OrderEvent>::with_schema(
        orders.client().clone(),
        orders.stream_type().clone(),
        schema.build().unwrap(),
    );
    append_stored(
        &orders,
        "1",
        &long,
        serde_json::json!({"amount": "x".repeat(300)}),
    )
    .await;
    let following = brisk(orders.follow("long").project(due(), InMemory::<i64>::default())).park_after(1);
    following.to_end().await.unwrap_err();
    let kept = following.checkpoint().await.unwrap();
    let long = kept.held.iter().find(|held| held.stream_id == orders.id_of("1"));
    let reason = &long.unwrap().reason;
    assert!(
        reason.starts_with("its event `lll")
            && reason.contains('…')
            && reason.ends_with("expected i64 at line 1 column 312"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_stream_that_could_not_be_handled_is_brought_in_once_it_can() {
    let (_, orders) = store_of(2, 2).await;
    append(&orders, "0", [paid(13)]).await;
    let model = InMemory::default();
    let broken = brisk(orders.follow("due").project(due(), model.clone()));
    broken.to_end().await.unwrap_err();
    append(&orders, "0", [paid(1)]).await;
    append(&orders, "1", [paid(1)]).await;
    broken.to_end().await.unwrap_err();
    let fixed = |event: &Recorded<OrderEvent>, due: &mut i64| {
        match event.data {
            OrderEvent::Placed { total } => *due += total,
            OrderEvent::Paid { amount } => *due -= amount,
        }
        Ok(())
    };
    let fixed = brisk(orders.follow("due").project(fixed, model.clone()));
    let progress = fixed.to_end().await.unwrap();
    assert_eq!((progress.held, progress.handled), (0, 7));
    let mut due: Vec<i64> = model.views("due").into_iter().map(|(_, due)| due).collect();
    due.sort_unstable();
    assert_eq!(due, [985, 998]);
}

#[tokio::test]
async fn a_parked_stream_is_listed_and_waits_until_it_is_resumed() {
    let (_, orders) = store_of(3, 1).await;
    append(&orders, "1", [paid(13)]).await;
    let (attempts, works) = (Notes::default(), Notes::<()>::default());
    let (noted, switch) = (attempts.clone(), works.clone());
    let react = move |event: Recorded<OrderEvent>, cause: Cause| {
        let (noted, is_fixed) = (noted.clone(), !switch.all().is_empty());
        async move {
            noted.add((
                event.event.stream_id,
                event.event.revision.as_u64(),
                cause.attempt(),
            ));
            match event.data {
                OrderEvent::Paid { amount: 13 } if !is_fixed => {
                    Err(BoxError::from("no account of that number"))
                }
                _ => Ok(()),
            }
        }
    };
    let checkpoints = InMemory::<()>::default();
    let following = brisk(orders.follow("payments").react(react, checkpoints)).park_after(2);
    following.to_end().await.unwrap_err();
    let bad = orders.id_of("1");
    let kept = following.checkpoint().await.unwrap();
    assert_eq!(kept.held.len(), 1);
    assert!(kept.held[0].is_parked);
    assert_eq!(
        kept.held[0].reason,
        "its event `paid` at revision 2 cannot be handled: no account of that number"
    );
    let of_bad = |notes: Vec<(StreamId, u64, u32)>| -> Vec<(u64, u32)> {
        let of_bad = notes.into_iter().filter(|(id, ..)| *id == bad);
        of_bad.map(|(_, revision, attempt)| (revision, attempt)).collect()
    };
    assert_eq!(of_bad(attempts.all()), [(1, 1), (2, 1), (2, 2)]);

    // Its later events wait behind it, and no other stream's do.
    append(&orders, "1", [paid(1)]).await;
    append(&orders, "2", [paid(1)]).await;
    following.to_end().await.unwrap_err();
    assert_eq!(of_bad(attempts.all()).len(), 3);
    assert_eq!(attempts.all().last().unwrap().0, orders.id_of("2"));

    works.add(());
    assert!(following.resume(orders.stream_type(), bad).await.unwrap());
    let progress = following.to_end().await.unwrap();
    assert_eq!((progress.held, progress.parked), (0, 0));
    assert_eq!(of_bad(attempts.all())[3..], [(2, 1), (3, 1)]);
    assert!(
        !following.resume(orders.stream_type(), bad).await.unwrap(),
        "it is held no more"
    );
}

#[tokio::test]
async fn an_event_can_be_skipped_and_its_stream_goes_on_behind_it() {
    let (_, orders) = store_of(1, 1).await;
    append(&orders, "0", [paid(13)]).await;
    let done = Notes::default();
    let noted = done.clone();
    let react = move |event: Recorded<OrderEvent>, _: Cause| {
        let noted = noted.clone();
        async move {
            if event.data == paid(13) {
                return Err("no account of that number");
            }
            noted.add(event.event.revision.as_u64());
            Ok(())
        }
    };
    let following = brisk(orders.follow("payments").react(react, InMemory::<()>::default()));
    following.to_end().await.unwrap_err();
    let id = orders.id_of("0");
    assert!(following.skip(orders.stream_type(), id).await.unwrap());
    assert_eq!(
        following.to_end().await.unwrap().held,
        0,
        "there was nothing behind it"
    );
    append(&orders, "0", [paid(13), paid(2)]).await;
    following.to_end().await.unwrap_err();
    following.skip(orders.stream_type(), id).await.unwrap();
    following.to_end().await.unwrap();
    assert_eq!(done.all(), [1, 4]);
}

#[tokio::test]
async fn a_follower_that_runs_notices_what_is_resumed_beside_it() {
    let (_, orders) = store_of(2, 1).await;
    append(&orders, "1", [paid(13)]).await;
    let (done, works) = (Notes::default(), Notes::<()>::default());
    let (noted, switch) = (done.clone(), works.clone());
    let react = move |event: Recorded<OrderEvent>, _: Cause| {
        let (noted, is_fixed) = (noted.clone(), !switch.all().is_empty());
        async move {
            if event.data == paid(13) && !is_fixed {
                return Err("no account of that number");
            }
            noted.add(event.event.event_id);
            Ok(())
        }
    };
    let checkpoints = InMemory::<()>::default();
    let following = brisk(orders.follow("payments").react(react, checkpoints)).park_after(1);
    let running = tokio::spawn({
        let following = following.clone();
        async move { following.run().await }
    });
    until(|| done.all().len() == 2).await;
    loop {
        let kept = following.checkpoint().await.unwrap();
        if kept.held.iter().any(|held| held.is_parked) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    works.add(());
    let ids = ids(&orders, [1]);
    following.resume(orders.stream_type(), ids[0]).await.unwrap();
    // Without any news in the feed.
    until(|| done.all().len() >= 3).await;
    running.abort();
}

/// Orders that anything may be paid of.
struct Paying;

impl Decider for Paying {
    type Command = i64;
    type Event = OrderEvent;
    type State = ();
    type Error = std::convert::Infallible;

    fn initial(&self) {}

    fn evolve(&self, (): (), _: &OrderEvent) {}

    fn decide(&self, (): &(), amount: &i64) -> Result<Vec<OrderEvent>, Self::Error> {
        Ok(vec![paid(*amount)])
    }
}

#[tokio::test]
async fn what_fails_because_the_store_is_away_is_not_parked() {
    let (_, orders) = store_of(1, 1).await;
    let once = RetryPolicy::default().attempts(1);
    let away = Client::builder("http://127.0.0.1:1").retry(once).build().unwrap();
    // The handler asks itself, and gives a command.
    for gives_a_command in [false, true] {
        let away = away.clone();
        store_is_away(&orders, move || {
            let away = away.clone();
            async move {
                if gives_a_command {
                    let orders = crate::orders(away);
                    let id = orders.id_of("1");
                    Executor::new(orders, Paying).execute(id, 1).await?;
                } else {
                    away.feed().page().await?;
                }
                Ok(())
            }
        })
        .await;
    }
}

async fn store_is_away<Asking: Future<Output = Result<(), BoxError>> + Send>(
    orders: &Category<OrderEvent>,
    ask: impl Fn() -> Asking + Clone + Send + Sync + 'static,
) {
    let (attempts, is_back) = (Notes::default(), Notes::<()>::default());
    let (noted, switch) = (attempts.clone(), is_back.clone());
    let react = move |_: Recorded<OrderEvent>, cause: Cause| {
        let (ask, noted, is_back) = (ask.clone(), noted.clone(), !switch.all().is_empty());
        async move {
            noted.add(cause.attempt());
            if !is_back {
                ask().await?;
            }
            Ok::<_, BoxError>(())
        }
    };
    let following = brisk(orders.follow("payments").react(react, InMemory::<()>::default())).park_after(2);
    let running = tokio::spawn({
        let following = following.clone();
        async move { following.run().await }
    });
    until(|| attempts.all().len() > 4).await;
    let kept = following.checkpoint().await.unwrap();
    assert!(kept.held.iter().all(|held| !held.is_parked), "{kept:?}");
    is_back.add(());
    loop {
        if following.checkpoint().await.unwrap().held.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    running.abort();
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_kept_is_tried_again_and_at_the_end_an_error() {
    let (_, orders) = store_of(2, 2).await;
    let checkpoints = Unreliable::over(InMemory::<()>::default());
    let count = Notes::default();
    let noted = count.clone();
    let react = move |event: Recorded<OrderEvent>, _: Cause| {
        let noted = noted.clone();
        async move {
            noted.add(event.event.event_id);
            Ok::<_, BoxError>(())
        }
    };
    checkpoints.next_keeps([Lost::Call; 100]);
    let following = brisk(orders.follow("noted").react(react, checkpoints.clone()));
    let error = following.to_end().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the checkpoint `noted` cannot be loaded or kept: the call is lost, as it was told"
    );
    assert_eq!(count.all().len(), 4);
    checkpoints.recover();
    following.to_end().await.unwrap();
    assert_eq!(count.all().len(), 8, "at least once");
    following.to_end().await.unwrap();
    assert_eq!(count.all().len(), 8);
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_and_tried_again() {
    let (_, orders) = store_of(2, 1).await;
    let calls = Notes::default();
    let noted = calls.clone();
    let hang = move |event: Recorded<OrderEvent>, cause: Cause| {
        let noted = noted.clone();
        async move {
            noted.add((event.event.stream_id, cause.attempt()));
            if cause.attempt() == 1 {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>(())
        }
    };
    let following = orders
        .follow("hanging")
        .react(hang, InMemory::<()>::default())
        .time_limit(Duration::from_millis(20))
        .backoff(Backoff::doubling(
            Duration::from_millis(1),
            Duration::from_millis(1),
        ));
    let progress = following.to_end().await.unwrap();
    assert_eq!((progress.failures, progress.handled), (2, 2));
    assert_eq!(calls.all().len(), 4);
}
