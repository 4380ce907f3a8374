//! The event store, deployed by the deployer into an emulator of AWS and driven through its client.
//!
//! One program, so that all tests share one emulator and the functions are built once. Each test has its own
//! environment and runs concurrently with the others.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod access;
mod artifact;
mod bad_input;
mod beside;
mod conformance;
mod consumer;
mod cut_off;
mod drift;
mod drill;
mod generated;
mod killed;
mod life_cycle;
mod looking_after;
mod notifications;
mod oracle;
mod page;
mod planted;
mod policy;
mod proxy;
mod race;
mod read_model;
mod reconcile;
mod releases;
mod smoke;
mod store;
mod takeover;
mod terminal;
mod upgrade;
mod verify;
mod worker;

use std::time::{Duration, Instant};

use event_store_client::Client;
use event_store_client::types::{EventId, NewEvent, Payload, Revision, StreamId, StreamType};
use event_store_e2e::{Deployer, Deployment, Environment};
use futures::TryStreamExt;

fn deployer() -> Deployer {
    Deployer::at(env!("CARGO_BIN_EXE_deployer-under-test"))
}

/// Nothing is deployed yet.
async fn deployment(environment: Environment) -> Deployment {
    Deployment::new(deployer(), environment).await
}

/// A public environment, deployed.
async fn staging_like(name: &str) -> Deployment {
    let deployment = deployment(Environment::staging_like(name)).await;
    deployment.up(&[]).await.succeeded();
    deployment
}

fn event(event_type: &str, payload: &str) -> NewEvent {
    let mut event = NewEvent::new(
        event_type.parse().expect("the test names an event type"),
        Payload::from_text(payload).expect("the test writes JSON"),
    );
    event.event_id = Some(EventId::random());
    event
}

fn revision(number: u64) -> Revision {
    number.try_into().expect("the test names a revision")
}

/// Waits until the listing, which follows with a delay, has the stream at `revision`.
///
/// A deployment is deleted only afterwards: a relay that is still working would write to its log group, and so
/// recreate it without the deployer's knowledge.
async fn listed(client: &Client, stream_type: &StreamType, stream_id: StreamId, revision: Revision) {
    let began = Instant::now();
    loop {
        let mut streams = client.streams(stream_type).into_stream();
        let mut found = None;
        while let Some(stream) = streams.try_next().await.unwrap() {
            if stream.stream_id == stream_id {
                found = Some(stream.revision);
            }
        }
        if found == Some(revision) {
            return;
        }
        let waited = began.elapsed();
        assert!(
            waited < Duration::from_secs(30),
            "after {waited:?} {stream_id} is listed at {found:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
