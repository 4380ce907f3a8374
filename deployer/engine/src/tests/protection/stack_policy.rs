//! The policy over what must not be replaced or deleted: set, kept equal, and lifted for what is accepted by name.

use crate::cloud::CallErrorKind;
use crate::stack::{Action, Replacement, ResourceChange};

use super::*;

/// The resources that the stack's policy keeps from being replaced and deleted.
fn kept_by_policy(scene: &Scene) -> Vec<String> {
    let policy = scene.cloud.with(|world| world.stack_mut("orders").policy.clone());
    let policy: Value = serde_json::from_str(&policy.unwrap_or_default()).unwrap_or_default();
    let denied = policy["Statement"][1]["Resource"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    denied
        .iter()
        .filter_map(|resource| {
            resource
                .as_str()?
                .strip_prefix("LogicalResourceId/")
                .map(str::to_owned)
        })
        .collect()
}

/// What was told of the stack's policy.
fn told_of_policy(scene: &Scene) -> Vec<Event> {
    let is_told = |event: &&Event| {
        matches!(
            event,
            Event::StackPolicy { .. } | Event::StackPolicyLifted { .. } | Event::StackPolicyRestored { .. }
        )
    };
    scene.reporter.events.iter().filter(is_told).cloned().collect()
}

fn denied() -> CallErrorKind {
    CallErrorKind::AccessDenied { message: "no".into() }
}

fn policy(on: bool) -> Event {
    Event::StackPolicy {
        stack: "orders".into(),
        on,
    }
}

fn lifted(resource: &str) -> Event {
    Event::StackPolicyLifted {
        stack: "orders".into(),
        resources: vec![resource.into()],
    }
}

fn restored(goes_on: bool) -> Event {
    Event::StackPolicyRestored {
        stack: "orders".into(),
        goes_on,
    }
}

/// CloudFormation would replace the topic; only its change set says so.
fn topic_is_replaced(scene: &mut Scene) {
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Modify,
        replacement: Replacement::Always,
        policy_action: Some("ReplaceAndDelete".into()),
        causes: Vec::new(),
    });
}

#[tokio::test]
async fn a_creation_ends_with_a_policy_over_log_topic_and_url() {
    let scene = protected().await;
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
    assert_eq!(told_of_policy(&scene), [policy(true)]);
}

#[tokio::test]
async fn a_protected_stack_that_is_as_it_should_be_still_takes_six_calls() {
    let mut scene = protected().await;
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.calls().len(), 6, "{:?}", scene.cloud.calls());
}

#[tokio::test]
async fn a_policy_that_somebody_took_away_is_made_equal_by_the_next_update() {
    let mut scene = protected().await;
    scene.cloud.with(|world| world.stack_mut("orders").policy = None);
    scene.forget();
    scene.change(|template| template["Description"] = json!("another"));
    scene.up().await.unwrap();
    assert_eq!(told_of_policy(&scene), [policy(true)]);
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn protection_that_comes_and_goes_takes_the_policy_along() {
    let mut scene = protected().await;
    scene.forget();
    scene.deployment.protected = false;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(kept_by_policy(&scene), [""; 0]);
    scene.deployment.protected = true;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
    assert_eq!(told_of_policy(&scene), [policy(false), policy(true)]);
}

#[tokio::test]
async fn a_stack_that_was_never_protected_is_not_asked_for_a_policy() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Description"] = json!("another"));
    scene.up().await.unwrap();
    assert_eq!(
        scene.cloud.called("GetStackPolicy") + scene.cloud.called("SetStackPolicy"),
        0
    );
}

#[tokio::test]
async fn an_accepted_replacement_lifts_the_policy_for_that_resource_and_operation() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), policy(true)]);
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn the_policy_of_a_stack_that_is_otherwise_unprotected_is_put_back_too() {
    let mut scene = protected().await;
    let theirs = scene.cloud.with(|world| {
        let stack = world.stack_mut("orders");
        stack.termination_protection = false;
        stack.policy.clone()
    });
    scene.deployment.protected = false;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), restored(false)]);
    let now = scene.cloud.with(|world| world.stack_mut("orders").policy.clone());
    assert_eq!(now, theirs);
}

#[tokio::test]
async fn what_cannot_be_put_back_after_an_update_is_put_back_by_the_next_run() {
    let mut scene = protected().await;
    let theirs = scene.cloud.with(|world| {
        let stack = world.stack_mut("orders");
        stack.termination_protection = false;
        stack.policy.clone()
    });
    scene.deployment.protected = false;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene.cloud.fail_calls("SetStackPolicy", 1, &denied());
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let is_told = |event: &Event| matches!(event, Event::CleanupFailed { reason, .. } if reason.ends_with("the next `up` puts it back"));
    assert!(
        scene.reporter.events.iter().any(is_told),
        "{:?}",
        scene.reporter.events
    );
    assert_eq!(kept_by_policy(&scene), ["Events", "Url"]);

    scene.up().await.unwrap();
    let now = scene.cloud.with(|world| world.stack_mut("orders").policy.clone());
    assert_eq!(now, theirs);
    // And nothing is left to do.
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.called("SetStackPolicy"), 0);
}

#[tokio::test]
async fn a_lifted_policy_is_put_back_when_the_settling_fails() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene.cloud.fail_calls("GetStackPolicy", 1, &denied());
    scene.up().await.unwrap_err();
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), restored(false)]);
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn what_templates_and_change_set_both_show_is_told_once() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["TopicName"] = json!("renamed"));
    accept(&mut scene, &["replace:Topic"]);
    scene.up().await.unwrap();
    let is_told = |event: &&Event| matches!(event, Event::Accepted { .. });
    assert_eq!(scene.reporter.events.iter().filter(is_told).count(), 1);
}

#[tokio::test]
async fn an_accepted_removal_leaves_a_policy_that_no_longer_names_the_resource() {
    let mut scene = protected().await;
    scene.forget();
    scene.change(|template| drop(template["Resources"].as_object_mut().unwrap().remove("Url")));
    accept(&mut scene, &["remove:Url"]);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic"]);
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_stops_the_update_before_it_begins() {
    let mut scene = protected().await;
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.fail_calls("GetStackPolicy", 1, &denied());
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Call(_)))
    ));
    scene.assert_nothing_is_left_behind();
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn a_replacement_that_was_only_possible_is_stopped_by_the_policy_when_it_happens() {
    let mut scene = protected().await;
    topic_is_replaced(&mut scene);
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Modify,
        replacement: Replacement::Conditional,
        policy_action: None,
        causes: Vec::new(),
    });
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Failed {
        cause: Some(cause), ..
    }) = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(cause.logical_id, "Topic");
    assert!(
        cause.reason.starts_with("Action denied by stack policy"),
        "{cause:?}"
    );
}

#[tokio::test]
async fn a_failed_update_puts_the_policy_back() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.fail_resource("Topic", "no");
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Failed { .. }))
    ));
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), restored(false)]);
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn an_interrupted_update_puts_the_policy_back_at_once() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Started { .. }));
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Interrupted { going_on: Some(_) }))
    ));
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), restored(true)]);
    assert_eq!(kept_by_policy(&scene), ["Events", "Topic", "Url"]);
}

#[tokio::test]
async fn a_refused_execution_puts_the_policy_back() {
    let mut scene = protected().await;
    scene.forget();
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.fail_calls("ExecuteChangeSet", 1, &denied());
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Call(_)))
    ));
    assert_eq!(told_of_policy(&scene), [lifted("Topic"), restored(false)]);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_policy_that_cannot_be_put_back_is_told() {
    let mut scene = protected().await;
    topic_is_replaced(&mut scene);
    accept(&mut scene, &["replace:Topic"]);
    scene.cloud.fail_resource("Topic", "no");
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene
        .cloud
        .fail_calls("SetStackPolicy", 1, &CallErrorKind::Throttled);
    // The policy is set before the execution and put back after it; only the latter fails.
    scene.cloud.forget_calls();
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Failed { .. }))
    ));
    let left = |event: &Event| matches!(event, Event::CleanupFailed { what, .. } if what == "the lifted policy of stack orders");
    assert!(
        scene.reporter.events.iter().any(left),
        "{:?}",
        scene.reporter.events
    );
}
