//! Many writers of one stream.

use std::time::Duration;

use event_store_client::{Client, RetryPolicy};
use event_store_e2e::conformance::racing::{Race, exactly_one_writer_wins_each_revision};
use event_store_e2e::{Deployment, Environment};
use futures::future::join_all;

use crate::{deployer, listed, revision};

const RACE: Race = Race {
    writers: 32,
    revisions: 50,
    // The emulator is one Python process for the function URL, Lambda's runtime API and DynamoDB alike, and is soon busy.
    // Another test, with a database in its process, claims that the store itself takes all 32 at once without any 5xx.
    in_flight: 8,
};

#[tokio::test(flavor = "multi_thread")]
async fn of_32_writers_exactly_one_wins_each_of_50_revisions() {
    let deployment = Deployment::alone(deployer(), Environment::staging_like("race")).await;
    deployment.up(&[]).await.succeeded();
    // A slow answer is no failure of the store: the machine is busy with 32 writers.
    let client = deployment
        .client_builder()
        .await
        .attempt_timeout(Duration::from_mins(2))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    start_functions(&client).await;
    let raced = exactly_one_writer_wins_each_revision(client.clone(), RACE).await;
    let last = revision(RACE.revisions);
    listed(&client, &raced.stream_type, raced.stream_id, last).await;
    deployment.purge().await.succeeded();
}

/// Warms up the functions, so that the writers race in the store and not for process starts on a machine with few processors.
async fn start_functions(client: &Client) {
    for answer in join_all((0..RACE.in_flight).map(|_| client.liveness())).await {
        answer.unwrap();
    }
}
