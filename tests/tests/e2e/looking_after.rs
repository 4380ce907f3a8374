//! The commands that look at a stack: its logs, its last operation, and recovery when it needs none.

use std::time::{Duration, Instant};

use event_store_client::types::StreamType;
use event_store_e2e::Deployment;
use serde_json::Value;

use crate::{event, revision, staging_like};

#[tokio::test]
async fn a_stack_is_looked_after_from_its_logs_to_its_last_operation() {
    let deployment = staging_like("looking-after").await;
    let client = deployment.client().await;
    let order: StreamType = "order".parse().unwrap();
    let created = client.create_stream(&order, event("placed", "{}")).await.unwrap();
    let stream_id = created.stream.stream_id.to_string();
    crate::listed(&client, &order, created.stream.stream_id, revision(1)).await;

    an_append_is_in_the_logs(&deployment, &stream_id).await;
    the_last_operation_is_told_and_can_be_kept(&deployment).await;
    let recovered = deployment.run("recover", &[]).await.succeeded();
    assert!(
        recovered.stderr.contains("the stack stands, as it was created"),
        "{recovered}"
    );
    let reconciled = deployment
        .run("reconcile", &["--notify-since", "1h"])
        .await
        .succeeded();
    assert!(
        reconciled
            .stderr
            .contains("1 commit, 1 stream, 0 of them brought forward")
            && reconciled.stderr.contains("1 announced again"),
        "{reconciled}"
    );
    deployment.purge().await.succeeded();
}

/// The line of the request is among the output, and every line contains the stream's id.
async fn an_append_is_in_the_logs(deployment: &Deployment, stream_id: &str) {
    let began = Instant::now();
    loop {
        let run = deployment
            .run("logs", &["--stream", stream_id, "--verbose"])
            .await
            .succeeded();
        let lines: Vec<Value> = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {run}")))
            .collect();
        if lines.iter().any(|line| line["message"] == "appendEvents") {
            assert!(run.stdout.lines().all(|line| line.contains(stream_id)), "{run}");
            assert!(run.stderr.contains("FilterLogEvents"), "{run}");
            return;
        }
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "no line of the append: {run}"
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn the_last_operation_is_told_and_can_be_kept(deployment: &Deployment) {
    let stack = deployment.environment().stack();
    let told = deployment.run("events", &[]).await.succeeded();
    assert!(
        told.stdout.starts_with(&format!("create of {stack}")) && told.stdout.contains("EventsTable"),
        "{told}"
    );
    let kept = deployment.run("events", &["--json"]).await.succeeded();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &kept.stdout).unwrap();
    let path = file.path().to_string_lossy();
    let explained = deployment.run("explain", &[&path]).await.succeeded();
    assert_eq!(explained.stdout, told.stdout);
}
