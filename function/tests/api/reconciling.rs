//! The catalogue made again from the events table, beside the API that goes on writing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use event_store_function::dynamo::{CatalogueTable, EventsTable, FeedTable};
use event_store_function::relay::Relay;
use event_store_function::relay::batch::Notice;
use event_store_function::relay::call::CallError;
use event_store_function::relay::catalogue::CatalogueWriter;
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay::parking::{FailureQueue, ParkedRecord};
use event_store_function::relay::patience::Patience;
use event_store_function::relay::publisher::{NotTaken, Publisher};
use event_store_function::relay::reconcile::progress::Progress;
use event_store_function::relay::reconcile::{Reconciled, Reconciler};
use serde_json::{Value, json};

use crate::support::Api;
use crate::support::a_feed;

/// A topic that remembers what was announced, and a failure queue that is not needed.
#[derive(Clone, Default)]
struct Topic(Arc<Mutex<BTreeSet<(String, u64, String)>>>);

impl Publisher for Topic {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        let announced = notices.iter().map(|notice| {
            let about = &notice.notification;
            let event_type = notice.event_type.to_string();
            (
                about.stream_id.to_string(),
                about.stream_revision.as_u64(),
                event_type,
            )
        });
        self.0.lock().unwrap().extend(announced);
        Ok(Vec::new())
    }
}

impl FailureQueue for Topic {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        panic!("{record:?} is readable")
    }
}

fn reconciler(api: &Api, topic: &Topic) -> Reconciler<EventsTable, FeedTable, CatalogueTable, Topic, Topic> {
    Reconciler {
        log: api.database.events(),
        relay: Relay {
            feeder: Feeder::new(api.database.feed()),
            catalogue: api.database.catalogue(),
            publisher: topic.clone(),
            failure_queue: topic.clone(),
        },
    }
}

async fn reconcile(api: &Api, topic: &Topic, progress: Progress) -> Reconciled {
    let deadline = Instant::now() + Duration::from_mins(1);
    reconciler(api, topic)
        .run(progress, Patience::until(deadline.into()))
        .await
}

/// Every stream of type `order` that is listed, with its revision and time.
async fn listed(api: &Api) -> BTreeMap<String, Value> {
    let mut listed = BTreeMap::new();
    let mut path = "/streams/order?limit=7".to_owned();
    loop {
        let page = api.get(&path).await.json()["streamPage"].take();
        for stream in page["streams"].as_array().unwrap() {
            let id = stream["streamId"].as_str().unwrap().to_owned();
            assert!(
                listed.insert(id, stream.clone()).is_none(),
                "{stream} is listed twice"
            );
        }
        match page["nextPageKey"].as_str() {
            Some(key) => path = format!("/streams/order?limit=7&stream-next-page-key={key}"),
            None => return listed,
        }
    }
}

/// Each of the streams as its details tell it.
async fn details(api: &Api, ids: &[String]) -> BTreeMap<String, Value> {
    let mut details = BTreeMap::new();
    for id in ids {
        let answer = api.get(&format!("/streams/order/{id}/details")).await;
        details.insert(id.clone(), answer.json()["stream"].take());
    }
    details
}

/// Streams of one to four events.
async fn orders(api: &Api, count: u64) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(api.order_with(1 + number % 4).await);
    }
    ids
}

#[tokio::test]
async fn a_catalogue_that_was_deleted_is_made_again() {
    let api = Api::start().await;
    let topic = Topic::default();
    let ids = orders(&api, 25).await;
    reconcile(&api, &topic, Progress::begin(4, None)).await;
    assert_eq!(listed(&api).await, details(&api, &ids).await);

    api.database.make_catalogue_anew();
    assert_eq!(listed(&api).await, BTreeMap::new());
    let reconciled = reconcile(&api, &topic, Progress::begin(4, None)).await;
    assert!(reconciled.progress.is_done(), "{reconciled:?}");
    assert_eq!(
        (
            reconciled.tally.streams,
            reconciled.tally.updated,
            reconciled.tally.notified
        ),
        (25, 25, 0)
    );
    assert_eq!(listed(&api).await, details(&api, &ids).await);
    assert_eq!(topic.0.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn events_since_a_moment_are_announced_again() {
    let api = Api::start().await;
    let topic = Topic::default();
    let before = api.order_with(2).await;
    let since = details(&api, std::slice::from_ref(&before)).await[&before]["updatedAt"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let after = api.order_with(3).await;
    reconcile(&api, &topic, Progress::begin(2, Some(since))).await;
    let expected = [
        (before, 2, "changed"),
        (after.clone(), 1, "placed"),
        (after.clone(), 2, "changed"),
        (after, 3, "changed"),
    ];
    let expected = expected.map(|(id, revision, name)| (id, revision, name.to_owned()));
    assert_eq!(*topic.0.lock().unwrap(), BTreeSet::from(expected));
}

#[tokio::test]
async fn beside_writers_and_the_relay_it_never_sets_a_stream_back() {
    let api = Api::start().await;
    let topic = Topic::default();
    let ids = orders(&api, 12).await;
    let writing = async {
        for id in &ids {
            for _ in 0..3 {
                let next = details(&api, std::slice::from_ref(id)).await[id]["revision"]
                    .as_u64()
                    .unwrap()
                    + 1;
                let event = json!({"event": {"eventType": "changed", "payload": null}});
                let appended = api
                    .put(&format!("/streams/order/{id}/events/{next}"), event)
                    .await;
                assert_eq!(appended.status, 201, "{}", appended.text);
                // What the relay makes of it.
                let stream = serde_json::from_value(appended.json()["stream"].take()).unwrap();
                api.database
                    .catalogue()
                    .bring_forward(&stream, a_feed())
                    .await
                    .unwrap();
            }
        }
    };
    let reconciling = async {
        for _ in 0..5 {
            let reconciled = reconcile(&api, &topic, Progress::begin(4, None)).await;
            assert!(reconciled.progress.is_done() && reconciled.failure.is_none());
        }
    };
    futures::join!(writing, reconciling);
    assert_eq!(listed(&api).await, details(&api, &ids).await);
}
