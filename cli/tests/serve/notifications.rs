//! Notifications: to the topic, at least once, whatever happens in between.

use std::collections::BTreeSet;

use serde_json::json;
use tempfile::TempDir;

use crate::process::Store;
use crate::topic::Topic;

async fn start(topic: &Topic, file: &std::path::Path) -> Store {
    let mut arguments = vec!["--data".to_owned(), file.to_str().unwrap().to_owned()];
    arguments.extend(topic.arguments());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Store::start(&arguments).await
}

fn all(streams: &[(String, u64)]) -> BTreeSet<(String, u64)> {
    let revisions = |(id, last): &(String, u64)| {
        (1..=*last)
            .map(|revision| (id.clone(), revision))
            .collect::<Vec<_>>()
    };
    streams.iter().flat_map(revisions).collect()
}

/// Streams of one to three events.
async fn append(store: &Store, count: u64) -> Vec<(String, u64)> {
    let mut streams = Vec::new();
    for number in 0..count {
        let id = store.order().await;
        let last = 1 + number % 3;
        for revision in 2..=last {
            assert_eq!(store.append(&id, revision).await.status, 201);
        }
        streams.push((id, last));
    }
    streams
}

#[tokio::test]
async fn every_event_is_announced_on_the_topic() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    let store = start(&topic, &folder.path().join("store")).await;
    let streams = append(&store, 9).await;
    topic.has(&all(&streams)).await;
}

#[tokio::test]
async fn without_a_topic_every_event_is_a_line_in_the_log() {
    let store = Store::in_memory().await;
    let streams = append(&store, 3).await;
    store.lists(&streams).await;
    let (_, log) = store.end().await;
    for (id, last) in streams {
        for revision in 1..=last {
            let line = format!("notification: order {id} revision {revision} ");
            assert!(log.contains(&line), "{line} is not in {log}");
        }
    }
}

#[tokio::test]
async fn a_topic_that_is_out_of_order_holds_up_neither_appends_nor_the_listing() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    topic.set_out_of_order(true);
    let store = start(&topic, &folder.path().join("store")).await;
    let streams = append(&store, 6).await;
    store.lists(&streams).await;
    topic.set_out_of_order(false);
    topic.has(&all(&streams)).await;
    let (_, log) = store.end().await;
    assert!(
        log.contains("WARN not relayed; it is tried again until it is"),
        "{log}"
    );
    assert!(log.contains("relayed again"), "{log}");
}

#[tokio::test]
async fn what_a_kill_left_unannounced_is_announced_at_the_next_start_and_nothing_twice_after_it() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    let file = folder.path().join("store");
    let store = start(&topic, &file).await;
    let before = append(&store, 3).await;
    topic.has(&all(&before)).await;
    topic.set_out_of_order(true);
    let after = append(&store, 3).await;
    store.lists(&[before.clone(), after.clone()].concat()).await;
    store.kill().await;

    topic.set_out_of_order(false);
    topic.forget().await;
    let store = start(&topic, &file).await;
    topic.has(&all(&after)).await;
    // The last notification may have come before it was noted that it did: told to end, the store has noted it.
    store.end().await;
    topic.forget().await;
    let store = start(&topic, &file).await;
    let more = append(&store, 1).await;
    topic.has(&all(&more)).await;
    assert_eq!(topic.announced(), all(&more));
}

#[tokio::test]
async fn told_to_end_it_announces_what_was_appended() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    let store = start(&topic, &folder.path().join("store")).await;
    let streams = append(&store, 12).await;
    let (status, _) = store.end().await;
    assert!(status.success());
    assert_eq!(topic.announced(), all(&streams));
}

#[tokio::test]
async fn told_to_end_while_the_topic_is_out_of_order_it_ends_and_says_what_is_left() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    topic.set_out_of_order(true);
    let store = start(&topic, &folder.path().join("store")).await;
    append(&store, 2).await;
    let (status, log) = store.end().await;
    assert!(status.success());
    assert!(log.contains("ending before all is announced"), "{log}");
    assert!(topic.calls().await > 0);
}

#[tokio::test]
async fn while_the_disk_is_full_nothing_is_announced_twice() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    let file = folder.path().join("store");
    let arguments = topic.arguments();
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--data", file.to_str().unwrap()]);
    // No file may grow beyond 512 KB: what is written then fails as on a full disk.
    let mut store = Store::limited("trap '' XFSZ && ulimit -f 1024", &arguments).await;
    let id = store.order().await;
    let mut last = 1;
    loop {
        let event = json!({"eventType": "changed", "payload": "x".repeat(5_000)});
        let body = json!({"expectedRevision": last, "events": [event]});
        let answer = store.post(&format!("/streams/order/{id}/events"), &body).await;
        if answer.status == 503 {
            break;
        }
        assert_eq!(answer.status, 201, "{answer:?}");
        last += 1;
    }
    store.says("not relayed; it is tried again until it is").await;
    // It is tried again each second.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    assert_eq!(
        store.events(&id).await.len() as u64,
        last,
        "what is there is read"
    );
    // What is announced is in the feed, which takes no page as long as nothing can be written.
    let announcements = topic.announcements();
    let announced = announcements.len() as u64;
    assert!(announced > 1, "{announcements:?}");
    assert_eq!(
        topic.announced(),
        all(&[(id.clone(), announced)]),
        "{announcements:?}"
    );

    // There is room again.
    store.end().await;
    topic.forget().await;
    let store = start(&topic, &file).await;
    let rest: BTreeSet<_> = all(&[(id.clone(), last)])
        .difference(&all(&[(id.clone(), announced)]))
        .cloned()
        .collect();
    topic.has(&rest).await;
    store.end().await;
}
