//! Brings the history of another system into the store, once however often it is run.
//!
//! ```console
//! $ EVENT_STORE_URL=http://127.0.0.1:8080 cargo run --example backfill --features testing -- history.ndjson
//! ```
//!
//! Each line of the file is an event, `{"order": "A-1", "type": "placed", "payload": {…}}`, oldest first. An order's stream follows from its
//! number and an event's id from its place in the order, so that a run that was interrupted is continued by the next, and what is
//! there already is recognised; this one runs twice, to show it. Without `EVENT_STORE_URL` the events go into memory.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;

use event_store_client::testing::InMemoryStore;
use event_store_client::types::{
    EventId, EventType, ExpectedRevision, NewEvent, Payload, Revision, StreamId, StreamType,
};
use event_store_client::{Batch, Client};
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use uuid::Uuid;

/// How many streams are written side by side.
const CONCURRENCY: usize = 16;
/// How many events one append holds: the store takes a hundred.
const EVENTS_AN_APPEND: usize = 100;

const SAMPLE: &str = include_str!("history.ndjson");

type AnyError = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    order: String,
    #[serde(rename = "type")]
    event_type: EventType,
    payload: Payload,
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let client = match std::env::var("EVENT_STORE_URL") {
        Ok(url) => Client::builder(url).user_agent("backfill/1.0").build()?,
        Err(_) => InMemoryStore::new().client(),
    };
    let history = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(&file).map_err(|error| format!("`{file}`: {error}"))?,
        None => SAMPLE.to_owned(),
    };
    for run in 1..=2 {
        let Written { streams, events } = backfill(&client, &history).await?;
        println!("run {run}: {streams} streams, {events} events appended");
    }
    Ok(())
}

/// What a run found, and what it did.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    /// Streams of the history.
    streams: usize,
    /// Events that were not in the store.
    events: usize,
}

/// Brings a history into the store, as far as it is not there.
async fn backfill(client: &Client, history: &str) -> Result<Written, AnyError> {
    let order: StreamType = "order".parse()?;
    let histories = histories(history, &order)?;
    let streams = histories.len();
    let written: Vec<usize> = futures::stream::iter(histories)
        .map(|(stream_id, events)| write(client, &order, stream_id, events))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    Ok(Written {
        streams,
        events: written.iter().sum(),
    })
}

/// The events of each stream, in their order.
fn histories(history: &str, order: &StreamType) -> Result<BTreeMap<StreamId, Vec<NewEvent>>, AnyError> {
    let mut histories: BTreeMap<StreamId, Vec<NewEvent>> = BTreeMap::new();
    for (place, line) in history.lines().enumerate() {
        let line: Line =
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", place + 1))?;
        let stream_id = StreamId::from_name(order, &line.order);
        let events = histories.entry(stream_id).or_default();
        let event_id = event_id(stream_id, events.len());
        events.push(NewEvent::new(line.event_type, line.payload).with_id(event_id));
    }
    Ok(histories)
}

/// The id of the event at a place of a stream's history, the same in each run.
fn event_id(stream_id: StreamId, place: usize) -> EventId {
    EventId::from(Uuid::new_v5(
        &stream_id.as_uuid(),
        format!("backfill/{place}").as_bytes(),
    ))
}

/// Appends what is missing of a stream's history, and says how much that was.
async fn write(
    client: &Client,
    order: &StreamType,
    stream_id: StreamId,
    events: Vec<NewEvent>,
) -> Result<usize, AnyError> {
    let end = end(client, order, stream_id, &events).await?;
    let there = end.map_or(0, Revision::as_u64);
    let missing = &events[usize::try_from(there)?..];
    let mut expected = end.map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact);
    for batch in missing.chunks(EVENTS_AN_APPEND) {
        let batch: Batch<NewEvent> = batch.iter().cloned().collect();
        let appended = client.append(order, stream_id, expected, batch).await?;
        expected = appended.stream.revision.into();
    }
    Ok(missing.len())
}

/// How far an earlier run got. What it wrote last is known by its id; so then is all before it.
async fn end(
    client: &Client,
    order: &StreamType,
    stream_id: StreamId,
    events: &[NewEvent],
) -> Result<Option<Revision>, AnyError> {
    let newest = client.events(order, stream_id).backwards().limit(1);
    let newest = match newest.into_stream().try_next().await {
        Ok(newest) => newest,
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error.into()),
    };
    let Some(newest) = newest else {
        return Ok(None);
    };
    let place = usize::try_from(newest.revision.as_u64() - 1)?;
    if newest.event_id != event_id(stream_id, place) || place >= events.len() {
        return Err(
            format!("stream {stream_id} holds more than this history: was it written to since?").into(),
        );
    }
    Ok(Some(newest.revision))
}
