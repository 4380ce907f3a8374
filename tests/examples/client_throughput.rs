//! Measures the client's throughput against the API in this process: appends and events read per second.
//!
//! ```console
//! $ cargo build --workspace --example client_throughput && target/debug/examples/client_throughput
//! ```
//!
//! Prints a line for each kind of use, over HTTP on loopback and without a socket. The database is the in-memory one of
//! `event-store serve`, on one thread, and its share is part of the measurement.

use std::error::Error;
use std::time::{Duration, Instant};

use event_store_client::types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_client::{Batch, Client};
use event_store_e2e::conformance::InProcess;
use event_store_function::local::Embedded;
use futures::TryStreamExt;
use futures::future::try_join_all;
use tokio::net::TcpListener;
use uuid::Uuid;

type AnyError = Box<dyn Error + Send + Sync>;

/// How long each kind of use is measured by default, in seconds.
const SECONDS: u64 = 5;
const BATCH: usize = 100;
const READ: usize = 20_000;
const PAYLOAD_BYTES: usize = 100;

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let seconds = std::env::args().nth(1).map_or(Ok(SECONDS), |text| text.parse())?;
    let store = Embedded::in_memory().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = store.router();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let over_http = Client::builder(format!("http://{address}")).build()?;
    let in_process = Client::builder("http://in-process.invalid")
        .transport(InProcess::to(store.router()))
        .build()?;
    println!("{PAYLOAD_BYTES} bytes of payload an event, {seconds} s each\n");
    println!("{:46} {:>12} {:>12}", "", "over HTTP", "in process");
    for (name, way) in [
        (
            "appends/s, 1 writer",
            Way::Append {
                writers: 1,
                events: 1,
            },
        ),
        (
            "appends/s, 16 writers",
            Way::Append {
                writers: 16,
                events: 1,
            },
        ),
        (
            "events/s, 16 writers, 100 an append",
            Way::Append {
                writers: 16,
                events: BATCH,
            },
        ),
        ("events read/s, 1 reader, 1,000 a page", Way::Read { readers: 1 }),
        ("events read/s, 4 readers, 1,000 a page", Way::Read { readers: 4 }),
    ] {
        let http = measure(&over_http, way, Duration::from_secs(seconds)).await?;
        let process = measure(&in_process, way, Duration::from_secs(seconds)).await?;
        println!("{name:46} {http:>12.0} {process:>12.0}");
    }
    store.end().await;
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Append { writers: usize, events: usize },
    Read { readers: usize },
}

/// The rate per second.
async fn measure(client: &Client, way: Way, time: Duration) -> Result<f64, AnyError> {
    let order: StreamType = "order".parse()?;
    match way {
        Way::Append { writers, events } => {
            let began = Instant::now();
            let work =
                (0..writers).map(|_| tokio::spawn(append(client.clone(), order.clone(), events, time)));
            let counts: Result<Vec<u64>, AnyError> = try_join_all(work).await?.into_iter().collect();
            rate(counts?.iter().sum(), began)
        }
        Way::Read { readers } => {
            let stream_id = written(client, &order, READ).await?;
            let began = Instant::now();
            let work =
                (0..readers).map(|_| tokio::spawn(read(client.clone(), order.clone(), stream_id, time)));
            let counts: Result<Vec<u64>, AnyError> = try_join_all(work).await?.into_iter().collect();
            rate(counts?.iter().sum(), began)
        }
    }
}

fn rate(count: u64, began: Instant) -> Result<f64, AnyError> {
    Ok(f64::from(u32::try_from(count)?) / began.elapsed().as_secs_f64())
}

/// Appends to its own stream, and counts events.
async fn append(client: Client, order: StreamType, events: usize, time: Duration) -> Result<u64, AnyError> {
    let began = Instant::now();
    let stream_id = StreamId::from(Uuid::now_v7());
    let mut expected = ExpectedRevision::NoStream;
    let mut count = 0;
    while began.elapsed() < time {
        let appended = client.append(&order, stream_id, expected, batch(events)?).await?;
        expected = appended.stream.revision.into();
        count = appended.stream.revision.as_u64();
    }
    Ok(count)
}

/// Reads a stream repeatedly, and counts events.
async fn read(
    client: Client,
    order: StreamType,
    stream_id: StreamId,
    time: Duration,
) -> Result<u64, AnyError> {
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < time {
        let events = client.events(&order, stream_id).into_stream();
        count += events
            .try_fold(0_u64, |count, _| std::future::ready(Ok(count + 1)))
            .await?;
    }
    Ok(count)
}

/// A stream of `count` events.
async fn written(client: &Client, order: &StreamType, count: usize) -> Result<StreamId, AnyError> {
    let stream_id = StreamId::from(Uuid::now_v7());
    let mut expected = ExpectedRevision::NoStream;
    for _ in 0..count / BATCH {
        let appended = client.append(order, stream_id, expected, batch(BATCH)?).await?;
        expected = appended.stream.revision.into();
    }
    Ok(stream_id)
}

fn batch(events: usize) -> Result<Batch<NewEvent>, AnyError> {
    let payload = "x".repeat(PAYLOAD_BYTES - 2);
    let event_type = "measured".parse()?;
    let event = NewEvent::of(event_type, &payload)?;
    Ok(std::iter::repeat_n(event, events).collect())
}
