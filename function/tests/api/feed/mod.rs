//! The feed, read through the API.

mod budgets;
mod cursors;
mod faults;
mod reading;
mod streaming;

use event_store_function::feed::cursor::{Cursor, Position};
use event_store_function::feed::port::{FeedReader as _, FeedWriter as _};
use event_store_function::feed::{Entry, Incarnation, Page, PageNumber, Writer};
use event_store_function::store::StreamKey;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Api, a_feed};

/// A stream of a type with commits of so many events each, whose types are `a`, `b`, … by their revision.
async fn stream(api: &Api, stream_type: &str, commits: &[u64]) -> (StreamKey, Vec<Entry>) {
    let stream = StreamKey {
        stream_type: stream_type.parse().unwrap(),
        stream_id: Uuid::new_v4().into(),
    };
    let mut entries = Vec::new();
    let mut first = 1;
    for count in commits {
        let types: Vec<String> = (first..first + count).map(type_of).collect();
        let events: Vec<Value> = types
            .iter()
            .map(|name| json!({"eventType": name, "payload": name}))
            .collect();
        let body = json!({"expectedRevision": first - 1, "events": events});
        let path = format!("/streams/{stream_type}/{}/events", stream.stream_id);
        let appended = api.post(&path, body).await;
        assert_eq!(appended.status, 201, "{}", appended.text);
        let types = types.iter().map(|name| name.parse().unwrap()).collect();
        entries.extend(Entry::commit(stream.clone(), first.try_into().unwrap(), types));
        first += count;
    }
    (stream, entries)
}

fn type_of(revision: u64) -> String {
    let letter = u8::try_from((revision - 1) % 26).unwrap();
    char::from(b'a' + letter).to_string()
}

fn range(stream: &StreamKey, first: u64, last: u64) -> Entry {
    Entry::range(
        stream.clone(),
        first.try_into().unwrap(),
        last.try_into().unwrap(),
    )
    .unwrap()
}

/// Puts pages behind those that are there, as the relay does.
async fn put(api: &Api, pages: impl IntoIterator<Item = Vec<Entry>>) {
    let feed = api.database.feed();
    feed.begin(a_feed()).await.unwrap();
    for entries in pages {
        let number = PageNumber::after(feed.newest_page(a_feed()).await.unwrap());
        let writer = Writer::from(Uuid::new_v4());
        let page = Page { writer, entries };
        feed.put_page(a_feed(), number, &page).await.unwrap();
        for entry in &page.entries {
            feed.note_type(a_feed(), &entry.stream().stream_type)
                .await
                .unwrap();
        }
    }
}

fn events(answer: &Answer) -> Vec<(String, u64)> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = answer.json();
    let events = page["feedPage"]["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| {
            assert_eq!(event["payload"], event["eventType"]);
            let stream_type = event["streamType"].as_str().unwrap();
            (stream_type.to_owned(), event["revision"].as_u64().unwrap())
        })
        .collect()
}

fn next(answer: &Answer) -> String {
    answer.json()["feedPage"]["next"].as_str().unwrap().to_owned()
}

fn has_more(answer: &Answer) -> bool {
    answer.json()["feedPage"]["hasMore"].as_bool().unwrap()
}

fn expected(stream_type: &str, revisions: impl IntoIterator<Item = u64>) -> Vec<(String, u64)> {
    let revisions = revisions.into_iter();
    revisions
        .map(|revision| (stream_type.to_owned(), revision))
        .collect()
}

fn at(feed: Incarnation, page: u64, entry: usize, after: Option<u64>) -> String {
    let position = Position {
        page: PageNumber::new(page).unwrap(),
        entry,
        after: after.map(|after| after.try_into().unwrap()),
    };
    Cursor::At(feed, position).encode()
}
