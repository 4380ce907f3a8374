//! Killed under load, and started again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use crate::process::Store;
use crate::topic::Topic;

const WRITERS: usize = 6;
const LIVES: u64 = 6;

/// The streams of one writer: what it was told is written.
#[derive(Default)]
struct Written {
    /// The stream, and the ids of its events in the order of their revisions.
    streams: Vec<(String, Vec<String>)>,
}

/// Appends until there is no store any more: event after event, the same one again while its outcome is unknown.
async fn write(mut stores: watch::Receiver<Option<Arc<Store>>>) -> Written {
    let mut written = Written::default();
    let (mut id, mut events) = (Uuid::new_v4().to_string(), Vec::<String>::new());
    loop {
        let Some(store) = stores.borrow_and_update().clone() else {
            break;
        };
        let event_id = events_next(&id, events.len());
        let revision = events.len() as u64 + 1;
        match store.try_append(&id, revision, &event_id).await {
            Ok(answer) if answer.status == 201 => events.push(event_id),
            Ok(answer) => assert_eq!(answer.status, 503, "{answer:?}"),
            // Killed under our hands: with the next store, the same again.
            Err(_) if stores.changed().await.is_err() => break,
            Err(_) => continue,
        }
        if events.len() == 7 {
            written.streams.push((
                std::mem::replace(&mut id, Uuid::new_v4().to_string()),
                std::mem::take(&mut events),
            ));
        }
    }
    if !events.is_empty() {
        written.streams.push((id, events));
    }
    written
}

/// The id of an event follows from its place, so that it is the same when it is sent again.
fn events_next(stream: &str, count: usize) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{stream}/{count}").as_bytes()).to_string()
}

/// Milliseconds that look random, and are the same in every run.
fn moment(life: u64) -> Duration {
    let digest = Uuid::new_v5(&Uuid::NAMESPACE_OID, &life.to_be_bytes()).as_u128();
    Duration::from_millis(20 + u64::try_from(digest % 180).unwrap())
}

async fn start(file: &Path, topic: &Topic) -> Store {
    let mut arguments = vec!["--data".to_owned(), file.to_str().unwrap().to_owned()];
    arguments.extend(topic.arguments());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Store::start(&arguments).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_under_load_it_loses_no_acknowledged_event_lists_every_stream_and_announces_every_event() {
    let (topic, folder) = (Topic::start().await, TempDir::new().unwrap());
    let file = folder.path().join("store");
    let (stores, watched) = watch::channel(Some(Arc::new(start(&file, &topic).await)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| tokio::spawn(write(watched.clone())))
        .collect();
    for life in 0..LIVES {
        tokio::time::sleep(moment(life)).await;
        stores.borrow().as_ref().unwrap().kill_now();
        stores.send_replace(Some(Arc::new(start(&file, &topic).await)));
    }
    tokio::time::sleep(moment(LIVES)).await;
    let last = stores.send_replace(None).unwrap();
    drop(stores);
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap().streams);
    }
    let events: usize = written.iter().map(|(_, events)| events.len()).sum();
    println!("{events} events in {} streams, {LIVES} kills", written.len());
    assert!(events > 10, "only {events} events");

    last.kill_now();
    let store = start(&file, &topic).await;
    let mut streams = Vec::new();
    let mut announced = BTreeSet::new();
    for (id, events) in &written {
        let found = store.events(id).await;
        let acknowledged: Vec<_> = (1..).zip(events.iter().cloned()).collect();
        // The last append of a stream may have been written, and its answer lost.
        assert!(
            found.starts_with(&acknowledged),
            "{found:?} and not {acknowledged:?}"
        );
        assert!(
            found.len() <= acknowledged.len() + 1,
            "{found:?} and not {acknowledged:?}"
        );
        announced.extend(found.iter().map(|(revision, _)| (id.clone(), *revision)));
        streams.push((id.clone(), found.len() as u64));
    }
    store.lists(&streams).await;
    topic.has(&announced).await;
}
