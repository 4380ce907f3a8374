//! What the functions write, merged, filtered and followed.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::{LogQuery, LogsError, logs};

use super::*;

const API: &str = "/event-store/orders/api";
const RELAY: &str = "/event-store/orders/relay";

fn with_groups() -> Value {
    let mut template = template();
    template["Resources"]["RelayLogs"] =
        json!({"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": RELAY}});
    for (function, group) in [("Api", "Logs"), ("Relay", "RelayLogs")] {
        template["Resources"][function]["Properties"]["LoggingConfig"] = json!({"LogGroup": {"Ref": group}});
    }
    template
}

async fn scene() -> Scene {
    let scene = Scene::deployed_as(with_groups()).await;
    scene.cloud.write_log(API, 1, "api one stream-a", 0);
    scene.cloud.write_log(RELAY, 2, "relay one stream-a", 0);
    scene.cloud.write_log(API, 3, "api two stream-b", 0);
    scene.cloud.write_log(RELAY, 3, "relay two stream-b", 0);
    scene
        .cloud
        .with(|world| world.now = Timestamp::from_second(1_800_000_100).unwrap());
    scene
}

fn query(terms: &[&str]) -> LogQuery {
    LogQuery {
        stack: "orders".into(),
        since: Timestamp::from_second(1_800_000_000).unwrap(),
        terms: terms.iter().map(|&term| term.to_owned()).collect(),
        follow: false,
    }
}

/// Reads until there are so many lines.
async fn told(scene: &mut Scene, query: &LogQuery, enough: usize) -> Result<Vec<String>, LogsError> {
    let mut session = scene.session().await;
    let mut told = Vec::new();
    logs(&mut session, query, |names, lines| {
        told.extend(
            lines
                .iter()
                .map(|line| format!("{}: {}", names[line.source], line.message)),
        );
        if told.len() < enough {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })
    .await?;
    Ok(told)
}

#[tokio::test]
async fn the_logs_of_all_functions_are_told_in_the_order_of_time_however_many_pages_there_are() {
    let mut scene = scene().await;
    scene.cloud.pages_of(1);
    assert_eq!(
        told(&mut scene, &query(&[]), 100).await.unwrap(),
        [
            "Api: api one stream-a",
            "Relay: relay one stream-a",
            "Api: api two stream-b",
            "Relay: relay two stream-b"
        ]
    );
}

#[tokio::test]
async fn every_term_has_to_be_in_a_line() {
    let mut scene = scene().await;
    let found = told(&mut scene, &query(&["stream-b", "relay"]), 100)
        .await
        .unwrap();
    assert_eq!(found, ["Relay: relay two stream-b"]);
}

#[tokio::test]
async fn what_is_older_is_left_out() {
    let mut scene = scene().await;
    let mut query = query(&["api"]);
    query.since = Timestamp::from_second(1_800_000_002).unwrap();
    assert_eq!(
        told(&mut scene, &query, 100).await.unwrap(),
        ["Api: api two stream-b"]
    );
}

#[tokio::test]
async fn what_comes_later_and_what_arrives_late_is_followed_and_told_once() {
    let mut scene = scene().await;
    scene.cloud.write_log(API, 104, "api three", 0);
    scene.cloud.write_log(RELAY, 103, "relay late", 4);
    let mut query = query(&[]);
    query.follow = true;
    let found = told(&mut scene, &query, 6).await.unwrap();
    assert_eq!(found[4..], ["Api: api three", "Relay: relay late"]);
}

#[tokio::test]
async fn following_ends_when_it_is_interrupted() {
    let mut scene = scene().await;
    let mut query = query(&[]);
    query.follow = true;
    scene.reporter.interrupter.raise();
    let error = told(&mut scene, &query, 100).await.unwrap_err();
    assert!(matches!(error, LogsError::Interrupted), "{error:?}");
}

#[tokio::test]
async fn a_group_that_is_not_there_yet_is_empty() {
    let mut scene = scene().await;
    scene.cloud.with(|world| world.log_groups.remove(RELAY));
    let found = told(&mut scene, &query(&[]), 100).await.unwrap();
    assert_eq!(found, ["Api: api one stream-a", "Api: api two stream-b"]);
}

#[tokio::test]
async fn without_a_stack_there_are_no_logs() {
    let error = told(&mut Scene::new(), &query(&[]), 1).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no stack `orders`");
}
