//! Following an operation, and finding out why it failed.

use crate::cloud::CallErrorKind;
use crate::stack::StackStatus;

use super::*;

#[tokio::test]
async fn every_event_is_told_once_and_in_order() {
    let mut scene = Scene::new();
    scene.cloud.pages_of(2);
    scene.up().await.unwrap();
    let told = scene.told_resources();
    let of_orders: Vec<_> = told
        .iter()
        .skip_while(|line| *line != "orders CREATE_IN_PROGRESS")
        .collect();
    assert_eq!(of_orders.first().unwrap().as_str(), "orders CREATE_IN_PROGRESS");
    assert_eq!(of_orders.last().unwrap().as_str(), "orders CREATE_COMPLETE");
    // Ten resources with two events each, and the stack's own two.
    assert_eq!(of_orders.len(), 22, "{of_orders:?}");
}

#[tokio::test]
async fn progress_counts_up_to_what_the_change_set_named() {
    let mut scene = Scene::new();
    scene.up().await.unwrap();
    let last = scene.reporter.events.iter().rev().find_map(|event| match event {
        Event::Resource { progress, .. } => Some((progress.done(), progress.total())),
        _ => None,
    });
    assert_eq!(last, Some((10, 10)));
}

#[tokio::test]
async fn a_description_from_before_the_operation_is_not_taken_for_its_end() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Outputs"]["One"] = json!({"Value": "1"}));
    scene.up().await.unwrap();
    // Both before and after it is `UPDATE_COMPLETE`: only time and events tell them apart.
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.change(|template| template["Outputs"]["One"] = json!({"Value": "2"}));
    // Stale to the end and beyond it: the events are through before the description is.
    scene.cloud.stay_stale(15);
    scene.forget();
    let outcome = scene.up().await.unwrap();
    assert_eq!(outcome.outputs()["One"], "2");
    assert!(
        scene
            .told_resources()
            .contains(&"Topic UPDATE_COMPLETE".to_owned())
    );
}

#[tokio::test]
async fn a_description_that_never_moves_does_not_hold_up_an_operation_whose_events_have_ended() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Outputs"]["One"] = json!({"Value": "1"}));
    scene.up().await.unwrap();
    scene.change(|template| template["Outputs"]["One"] = json!({"Value": "2"}));
    scene.cloud.stay_stale(1000);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
}

#[tokio::test]
async fn the_reason_of_a_failure_is_read_after_the_end() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("x"));
    scene.cloud.fail_resource("Topic", "DisplayName is too short");
    scene.cloud.hold_events_back(2);
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Failed { status, cause, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(status, StackStatus::UpdateRollbackComplete);
    assert_eq!(cause.unwrap().reason, "DisplayName is too short");
}

#[tokio::test]
async fn the_root_cause_is_the_first_failure_that_is_not_a_consequence() {
    let mut scene = Scene::new();
    scene.cloud.fail_resource("Logs", "RetentionInDays is not valid");
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Failed { status, cause, .. }) = error else {
        panic!("{error:?}")
    };
    let cause = cause.unwrap();
    assert_eq!(status, StackStatus::RollbackComplete);
    assert_eq!(
        (&*cause.logical_id, &*cause.reason),
        ("Logs", "RetentionInDays is not valid")
    );
    // It was told that others failed too, and earlier.
    assert!(
        scene
            .told_resources()
            .contains(&"Bystander CREATE_FAILED".to_owned())
    );
}

#[tokio::test]
async fn events_of_earlier_operations_are_not_told() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.up().await.unwrap();
    assert_eq!(
        scene.told_resources(),
        [
            "orders UPDATE_IN_PROGRESS",
            "Topic UPDATE_IN_PROGRESS",
            "Topic UPDATE_COMPLETE",
            "orders UPDATE_COMPLETE"
        ]
    );
}

#[tokio::test]
async fn throttling_slows_the_watch_down_and_does_not_end_it() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    // The look before the operation has no second chance beyond the adapter's own retries.
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene
        .cloud
        .fail_calls("DescribeStacks", 3, &CallErrorKind::Throttled);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
}

#[tokio::test]
async fn silence_for_too_long_loses_sight_of_an_operation_that_goes_on() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene.cloud.fail_calls(
        "DescribeStacks",
        20,
        &CallErrorKind::Unreachable {
            endpoint: "AWS".into(),
        },
    );
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(error, DeployError::Stopped(Stopped::LostSight { .. })),
        "{error:?}"
    );
}
