//! One stream, one projector.

use std::sync::{Arc, Mutex};

use event_store_types::{EventPage, Notification, Revision};
use futures::future::BoxFuture;

use super::super::{
    Advance, CheckpointKey, Checkpoints, Committed, InMemory, Kept, Loaded, ReadModel, Reason,
};
use super::scripted::Store;
use super::{Projected, Projector, Revisions, order, revision, stream};
use crate::BoxError;

fn projector(store: &Store, model: &InMemory<Vec<u64>>) -> Projector<Store, Revisions, InMemory<Vec<u64>>> {
    Projector::new(store.clone(), Revisions, model.clone())
}

/// The first stream's checkpoint, 0 for none, and its view.
fn view(model: &InMemory<Vec<u64>>) -> (u64, Vec<u64>) {
    let view = model.view("revisions", &order(), stream(1));
    view.map_or_else(Default::default, |(revision, view)| (revision.as_u64(), view))
}

fn all(last: u64) -> (u64, Vec<u64>) {
    (last, (1..=last).collect())
}

fn numbers(projected: Projected) -> (Option<u64>, u64, u64) {
    (
        projected.checkpoint.map(Revision::as_u64),
        projected.applied,
        projected.unknown,
    )
}

#[tokio::test]
async fn a_notification_brings_in_everything_up_to_it_and_a_second_one_nothing() {
    let (store, model) = (Store::default(), InMemory::default());
    let projector = projector(&store, &model);
    let third = store.append_many(1, 3);
    assert_eq!(
        numbers(projector.catch_up(&third).await.unwrap()),
        (Some(3), 3, 0)
    );
    assert_eq!(view(&model), all(3));
    let readings = store.look(|records| records.readings.len());
    assert_eq!(
        numbers(projector.catch_up(&third).await.unwrap()),
        (Some(3), 0, 0)
    );
    assert_eq!(
        store.look(|records| records.readings.len()),
        readings,
        "nothing is read for it"
    );
    let fifth = store.append_many(1, 2);
    assert_eq!(
        numbers(projector.catch_up(&fifth).await.unwrap()),
        (Some(5), 2, 0)
    );
    assert_eq!(view(&model), all(5));
}

#[tokio::test]
async fn an_early_notification_brings_in_what_is_there_besides() {
    let (store, model) = (Store::default(), InMemory::default());
    let first = store.append(1, "known");
    let last = store.append_many(1, 4);
    let projector = projector(&store, &model);
    projector.catch_up(&first).await.unwrap();
    assert_eq!(view(&model), all(5));
    assert_eq!(numbers(projector.catch_up(&last).await.unwrap()), (Some(5), 0, 0));
}

#[tokio::test]
async fn a_long_stream_is_read_and_committed_page_by_page() {
    let (store, model) = (Store::default(), InMemory::default());
    let last = store.append_many(1, 25);
    let projector = projector(&store, &model).events_a_commit(10);
    assert_eq!(
        numbers(projector.catch_up(&last).await.unwrap()),
        (Some(25), 25, 0)
    );
    assert_eq!(view(&model), all(25));
    let after = store
        .look(|records| records.readings.clone())
        .into_iter()
        .map(|(_, after)| after);
    assert_eq!(
        after.collect::<Vec<_>>(),
        [None, Some(revision(10)), Some(revision(20))]
    );
}

#[tokio::test]
async fn an_unknown_event_is_passed_over_counted_and_told() {
    let (store, model) = (Store::default(), InMemory::default());
    for event_type in ["known", "unknown", "known"] {
        store.append(1, event_type);
    }
    let last = store.append(1, "unknown");
    let told = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&told);
    let projector = projector(&store, &model)
        .on_unknown(move |event| noted.lock().unwrap().push(event.revision.as_u64()));
    assert_eq!(numbers(projector.catch_up(&last).await.unwrap()), (Some(4), 2, 2));
    assert_eq!(view(&model), (4, vec![1, 3]));
    assert_eq!(*told.lock().unwrap(), [2, 4]);
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_stops_its_stream_there_and_leaves_nothing_of_itself() {
    let (store, model) = (Store::default(), InMemory::default());
    store.append_many(1, 2);
    store.append(1, "half");
    let last = store.append(1, "known");
    let projector = projector(&store, &model);
    for _ in 0..2 {
        let error = projector.catch_up(&last).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            concat!(
                "`revisions` cannot go on with the stream `order/00000000-0000-0000-0000-000000000001`: ",
                "its event `half` at revision 3 cannot be handled: only half of it can be applied"
            )
        );
        assert!(std::error::Error::source(&error).is_none(), "all is said");
        assert_eq!(view(&model), all(2));
    }
}

#[tokio::test]
async fn a_page_that_does_not_continue_is_not_applied() {
    let (store, model) = (Store::default(), InMemory::default());
    let last = store.append_many(1, 4);
    let mut events = store.look(|records| records.events(1));
    events.remove(1);
    let page = EventPage::new(events, false, revision(4));
    store.change(|records| records.instead.push_back(Ok(page)));
    let projector = projector(&store, &model);
    let error = projector.catch_up(&last).await.unwrap_err();
    assert_eq!(
        error.reason.to_string(),
        "the event after 1 was asked for, and the one at revision 3 given"
    );
    assert_eq!(view(&model), (0, vec![]));
    projector.catch_up(&last).await.unwrap();
    assert_eq!(view(&model), all(4));
}

#[tokio::test]
async fn what_was_announced_and_is_not_there_is_an_error_after_what_is() {
    let (store, model) = (Store::default(), InMemory::default());
    let second = store.append_many(1, 2);
    let announced = Notification::new(second.stream_type, second.stream_id, revision(9));
    let error = projector(&store, &model).catch_up(&announced).await.unwrap_err();
    assert_eq!(
        error.reason.to_string(),
        "revision 9 was announced, and 2 is the last that can be read"
    );
    assert_eq!(view(&model), all(2));
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_an_error_with_its_source() {
    let (store, model) = (Store::default(), InMemory::default());
    let last = store.append_many(1, 2);
    store.change(|records| records.instead.push_back(Err("out of order".into())));
    let projector = projector(&store, &model);
    let error = projector.catch_up(&last).await.unwrap_err();
    let source = std::error::Error::source(&error.reason).unwrap();
    assert_eq!(
        (error.reason.to_string().as_str(), source.to_string().as_str()),
        ("its events cannot be read", "out of order")
    );
    projector.catch_up(&last).await.unwrap();
    assert_eq!(view(&model), all(2));
}

#[tokio::test]
async fn a_panic_is_an_event_that_cannot_be_applied_and_leaves_nothing_of_itself() {
    let (store, model) = (Store::default(), InMemory::default());
    store.append_many(1, 2);
    let last = store.append(1, "panic");
    let error = projector(&store, &model).catch_up(&last).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("its event `panic` at revision 3 cannot be handled: the handler panicked: no stock"),
        "{error}"
    );
    assert_eq!(view(&model), all(2));
}

/// A read model that takes so many events at once, and before that says that somebody was faster so often.
struct Reluctant {
    kept: InMemory<Vec<u64>>,
    at_most: u64,
    outrun: Mutex<u32>,
    /// How many events each commit was about.
    commits: Mutex<Vec<u64>>,
}

impl Reluctant {
    fn new(at_most: u64, outrun: u32) -> Arc<Self> {
        Arc::new(Self {
            kept: InMemory::default(),
            at_most,
            outrun: Mutex::new(outrun),
            commits: Mutex::default(),
        })
    }
}

struct Shared(Arc<Reluctant>);

impl Checkpoints for Shared {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        self.0.kept.kept(key)
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        self.0.kept.keep(key, kept)
    }
}

impl ReadModel for Shared {
    type Changes = Vec<u64>;
    type Error = BoxError;

    async fn load(&self, key: &CheckpointKey<'_>) -> Result<Loaded<Vec<u64>>, BoxError> {
        Ok(self.0.kept.load(key).await?)
    }

    async fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        view: Vec<u64>,
    ) -> Result<Committed, BoxError> {
        self.0.commits.lock().unwrap().push(advance.events());
        if advance.events() > self.0.at_most {
            return Ok(Committed::TooMuch);
        }
        let left = std::mem::replace(&mut *self.0.outrun.lock().unwrap(), 0);
        if left > 0 {
            *self.0.outrun.lock().unwrap() = left - 1;
            return Ok(Committed::Outrun);
        }
        Ok(self.0.kept.commit(key, advance, view).await?)
    }
}

#[tokio::test]
async fn what_does_not_fit_one_commit_is_committed_in_smaller_parts_and_read_once() {
    let (store, model) = (Store::default(), Reluctant::new(3, 0));
    let last = store.append_many(1, 14);
    let projector = Projector::new(store.clone(), Revisions, Shared(Arc::clone(&model)));
    assert_eq!(
        numbers(projector.catch_up(&last).await.unwrap()),
        (Some(14), 14, 0)
    );
    assert_eq!(view(&model.kept), all(14));
    assert_eq!(*model.commits.lock().unwrap(), [14, 7, 3, 3, 3, 3, 2]);
    assert_eq!(store.look(|records| records.readings.len()), 1);
}

#[tokio::test]
async fn an_event_that_does_not_fit_alone_is_named() {
    let (store, model) = (Store::default(), Reluctant::new(0, 0));
    let last = store.append_many(1, 2);
    let projector = Projector::new(store, Revisions, Shared(model));
    let error = projector.catch_up(&last).await.unwrap_err();
    assert!(matches!(error.reason, Reason::TooMuch { revision, .. } if revision == Revision::FIRST));
}

#[tokio::test]
async fn who_is_outrun_begins_again_and_not_for_ever() {
    let (store, model) = (Store::default(), Reluctant::new(100, 9));
    let last = store.append_many(1, 3);
    let projector = Projector::new(store.clone(), Revisions, Shared(Arc::clone(&model)));
    assert_eq!(numbers(projector.catch_up(&last).await.unwrap()), (Some(3), 3, 0));
    assert_eq!(view(&model.kept), all(3));
    let projector = Projector::new(store, Revisions, Shared(Reluctant::new(100, u32::MAX)));
    let error = projector.catch_up(&last).await.unwrap_err();
    assert!(matches!(error.reason, Reason::Outrun { attempts: 10, .. }));
}
