//! The restoring of a log, drilled: a store of its own is made of it, verified, and taken down again.

use std::time::Duration;

use aws_sdk_dynamodb::types::PointInTimeRecoverySpecification;
use event_store_client::types::StreamType;
use event_store_e2e::{Cloud, Deployment, Emulator, Environment};

use crate::{deployment, event, revision};

const BUCKET: &str = "event-store-artifacts-000000000000-eu-central-1";

/// So many streams of two events each are in the log.
const STREAMS: usize = 5;

#[tokio::test]
async fn a_log_is_restored_beside_and_verified_and_whatever_ends_the_drill_nothing_is_left() {
    let owner = Cloud::owner(Emulator::shared().await);
    let caller = owner.make_role("drilling").await;
    let mut deployment = deployment(Environment::production_like("drilled", &caller)).await;
    deployment.up(&[]).await.succeeded();
    turn_recovery_on(&deployment, &owner).await;
    fill(&deployment, &owner.assume(&caller).await).await;

    let asked = deployment.run("drill", &[]).await.ended_with(3);
    assert!(asked.stderr.contains("--yes"), "{asked}");
    let drilled = deployment.run("drill", &["--yes"]).await.succeeded();
    for said in [
        "importing table event-store-drilled-drill-events",
        "5 streams, 10 events, 10 in the feed, nothing wrong",
        "restore",
        "take-down",
    ] {
        assert!(drilled.stderr.contains(said), "{said}: {drilled}");
    }
    assert_eq!(left(&deployment, &owner).await, [""; 0]);

    let json = deployment.run("drill", &["--yes", "--json"]).await.succeeded();
    assert!(json.stdout.contains(r#""outcome":"drilled""#), "{json}");

    an_interrupted_drill_takes_down_what_it_made(&deployment, &owner).await;
    what_a_killed_drill_leaves_goes_with_the_next(&deployment, &owner).await;

    let early = deployment
        .run("drill", &["--yes", "--at", "2020-01-01T00:00:00Z"])
        .await;
    assert!(
        early
            .ended_with(64)
            .stderr
            .contains("cannot be restored as it was at")
    );
    // The store itself is as it was.
    deployment.run("describe", &["--exit-code"]).await.succeeded();
    deployment.unprotect_and_purge().await.succeeded();
}

#[tokio::test]
async fn without_point_in_time_recovery_a_drill_is_refused_with_the_remedy() {
    let deployment = deployment(Environment::staging_like("undrilled")).await;
    let nothing = deployment.run("drill", &["--yes"]).await.ended_with(1);
    assert!(nothing.stderr.contains("there is no stack"), "{nothing}");
    deployment.up(&[]).await.succeeded();
    let refused = deployment.run("drill", &["--yes"]).await.ended_with(4);
    assert!(
        refused.stderr.contains("has no point-in-time recovery"),
        "{refused}"
    );
    assert!(refused.stderr.contains("protected: true"), "{refused}");
    let instance = deployment
        .run("drill", &["--yes", "--instance", "pr-1"])
        .await
        .ended_with(64);
    assert!(instance.stderr.contains("an instance has no drill"), "{instance}");
    let taken = deployment
        .run("up", &["--yes", "--instance", "drill"])
        .await
        .ended_with(64);
    assert!(taken.stderr.contains("makes and removes"), "{taken}");
    deployment.purge().await.succeeded();
}

/// The emulator's CloudFormation takes the property and does not do what it says.
async fn turn_recovery_on(deployment: &Deployment, owner: &Cloud) {
    let on = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .build()
        .unwrap();
    let table = format!("{}-events", deployment.environment().stack());
    let request = owner.dynamodb().update_continuous_backups().table_name(table);
    request
        .point_in_time_recovery_specification(on)
        .send()
        .await
        .unwrap();
}

async fn fill(deployment: &Deployment, caller: &Cloud) {
    let builder = deployment.client_builder().await;
    let client = builder
        .aws_iam(caller.credentials(), caller.region())
        .build()
        .unwrap();
    let order: StreamType = "order".parse().unwrap();
    for _ in 0..STREAMS {
        let created = client.create_stream(&order, event("placed", "{}")).await.unwrap();
        let stream_id = created.stream.stream_id;
        client
            .append(&order, stream_id, revision(1), event("paid", "{}"))
            .await
            .unwrap();
    }
}

async fn an_interrupted_drill_takes_down_what_it_made(deployment: &Deployment, owner: &Cloud) {
    let drill = deployment.start("drill", &["--yes"]);
    wait_for_the_table(deployment, owner).await;
    let process = drill.id().unwrap().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &process])
        .status();
    assert!(sent.unwrap().success());
    let ended = drill.wait_with_output().await.unwrap();
    // It may have come to its end in the moment before.
    assert!([Some(130), Some(0)].contains(&ended.status.code()), "{ended:?}");
    assert_eq!(left(deployment, owner).await, [""; 0]);
}

async fn what_a_killed_drill_leaves_goes_with_the_next(deployment: &Deployment, owner: &Cloud) {
    let mut drill = deployment.start("drill", &["--yes"]);
    wait_for_the_table(deployment, owner).await;
    drill.kill().await.unwrap();
    assert_ne!(left(deployment, owner).await, [""; 0]);
    let again = deployment.run("drill", &["--yes"]).await.succeeded();
    assert!(
        again.stderr.contains("what an earlier drill left is gone"),
        "{again}"
    );
    assert_eq!(left(deployment, owner).await, [""; 0]);
}

fn drill_table(deployment: &Deployment) -> String {
    format!("{}-drill-events", deployment.environment().stack())
}

async fn wait_for_the_table(deployment: &Deployment, owner: &Cloud) {
    let table = drill_table(deployment);
    for _ in 0..1_000 {
        let described = owner.dynamodb().describe_table().table_name(&table).send().await;
        if described.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no table {table}");
}

/// Whatever has the drill's names: tables, the stack, log groups and objects.
async fn left(deployment: &Deployment, owner: &Cloud) -> Vec<String> {
    let name = format!("{}-drill", deployment.environment().stack());
    let tables = owner.dynamodb().list_tables().into_paginator().items().send();
    let mut left: Vec<String> = tables.try_collect().await.unwrap();
    let stack = owner
        .cloudformation()
        .describe_stacks()
        .stack_name(&name)
        .send()
        .await;
    if stack.is_ok() {
        left.push(format!("stack {name}"));
    }
    for folder in ["releases", "templates"] {
        let prefix = format!("{folder}/{name}");
        let listed = owner
            .s3()
            .list_objects_v2()
            .bucket(BUCKET)
            .prefix(prefix)
            .send()
            .await
            .unwrap();
        left.extend(
            listed
                .contents
                .unwrap_or_default()
                .into_iter()
                .filter_map(|object| object.key),
        );
    }
    let groups = owner
        .logs()
        .describe_log_groups()
        .log_group_name_prefix(format!("/event-store/{name}"));
    let groups = groups.send().await.unwrap().log_groups.unwrap_or_default();
    left.extend(groups.into_iter().filter_map(|group| group.log_group_name));
    left.retain(|what| what.contains(&name));
    left
}
