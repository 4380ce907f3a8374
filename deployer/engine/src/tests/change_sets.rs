//! Change sets.

use crate::cloud::{CallErrorKind, ValidationFinding};

use super::*;

fn another_topic(template: &mut Value) {
    template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders-announcements");
}

#[tokio::test]
async fn an_update_asks_for_what_changes_only() {
    let mut scene = Scene::deployed().await;
    scene.change(another_topic);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(scene.reporter.asked, ["update: modify Topic"]);
}

#[tokio::test]
async fn a_change_set_without_changes_is_no_failure() {
    let mut scene = Scene::deployed().await;
    scene.change(another_topic);
    scene
        .cloud
        .reject_change_sets("No updates are to be performed.", Vec::new());
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.reporter.asked, [""; 0]);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_change_of_outputs_has_no_changes_and_is_executed_all_the_same() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Outputs"]["EsLogGroup"] = json!({"Value": "/event-store/orders/api"}));
    let outcome = scene.up().await.unwrap();
    assert_eq!(scene.reporter.asked, ["update: "]);
    assert_eq!(outcome.outputs()["EsLogGroup"], "/event-store/orders/api");
}

#[tokio::test]
async fn a_rejected_change_set_tells_what_early_validation_found_and_leaves_nothing() {
    let mut scene = Scene::new();
    let finding = ValidationFinding {
        logical_id: Some("Topic".into()),
        path: Some("/Resources/Topic/Properties/TopicName".into()),
        reason: "is taken".into(),
    };
    let reason = "Validation failed with 1 error(s).";
    scene.cloud.reject_change_sets(reason, vec![finding.clone()]);
    let error = scene.up().await.unwrap_err();
    let DeployError::ChangeSetRejected {
        reason: told,
        findings,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((&*told, findings), (reason, vec![finding]));
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn changes_are_read_to_the_last_page() {
    let mut scene = Scene::new();
    scene.cloud.pages_of(3);
    scene.up().await.unwrap();
    assert_eq!(scene.reporter.asked[0].matches("add ").count(), 10);
}

#[tokio::test]
async fn a_change_set_that_cannot_be_executed_is_removed() {
    let mut scene = Scene::new();
    let denied = CallErrorKind::AccessDenied {
        message: "cloudformation:ExecuteChangeSet".into(),
    };
    scene.cloud.fail_calls("ExecuteChangeSet", 1, &denied);
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(error, DeployError::Stopped(Stopped::Call(_))),
        "{error:?}"
    );
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn an_execution_of_which_nobody_knows_whether_it_has_begun_is_not_cleaned_away() {
    let mut scene = Scene::deployed().await;
    scene.change(another_topic);
    let silence = CallErrorKind::Unreachable {
        endpoint: "AWS".into(),
    };
    scene.cloud.fail_calls("ExecuteChangeSet", 3, &silence);
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(error, DeployError::Stopped(Stopped::LostSight { .. })),
        "{error:?}"
    );
    assert_eq!(scene.cloud.called("DeleteChangeSet"), 0);
}

#[tokio::test]
async fn every_request_has_a_token_of_its_own_that_names_the_caller() {
    let mut scene = Scene::new();
    scene.up().await.unwrap();
    scene.change(another_topic);
    scene.up().await.unwrap();
    scene.down(Purge::KeepTables).await.unwrap();
    let mut tokens = scene.cloud.with(|world| world.tokens.clone());
    // The bucket's stack; twice a change set and its execution; the deletion.
    assert_eq!(tokens.len(), 6);
    assert!(
        tokens.iter().all(|token| token.starts_with("deployer-jo-")),
        "{tokens:?}"
    );
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 6);
}

#[tokio::test]
async fn fifty_tags_are_the_most() {
    let mut scene = Scene::new();
    scene.deployment.tags = (0..50)
        .map(|number| (number.to_string(), String::new()))
        .collect();
    scene.up().await.unwrap();

    scene.deployment.tags.insert("one more".into(), String::new());
    scene.forget();
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(error, DeployError::TooManyTags { count: 51 }),
        "{error:?}"
    );
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_change_set_that_is_never_made_is_not_waited_for_for_ever() {
    let mut scene = Scene::new();
    scene
        .cloud
        .with(|world| world.change_sets_take = jiff::SignedDuration::from_hours(100));
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no change set could be made for stack `orders`: CloudFormation has not made it within 30 minutes"
    );
    scene.assert_nothing_is_left_behind();
}
