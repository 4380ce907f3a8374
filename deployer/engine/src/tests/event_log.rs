//! The guard of the log of record, between templates and in change sets.

use crate::ErrorKind;
use crate::stack::guard::{Danger, Objection};
use crate::stack::{Action, Replacement, ResourceChange};

use super::*;

fn accepting(scene: &mut Scene, acceptances: &[&str]) {
    scene.deployment.accepted = acceptances.iter().map(|text| text.parse().unwrap()).collect();
}

/// What was refused, as it can be accepted.
fn refused(outcome: Result<Deployed, DeployError>) -> Vec<String> {
    match outcome.unwrap_err() {
        error @ DeployError::Guarded { .. } => {
            assert_eq!(error.kind(), ErrorKind::Refused);
            let DeployError::Guarded { objections, .. } = error else {
                unreachable!()
            };
            objections.iter().map(Objection::acceptance).collect()
        }
        other => panic!("{other}"),
    }
}

fn without_protection(template: &mut Value) {
    template["Resources"]["Events"]["Properties"]["PointInTimeRecoverySpecification"] = Value::Null;
    template["Resources"]["Events"]["DeletionPolicy"] = json!("Delete");
}

#[tokio::test]
async fn a_guarded_change_is_refused_before_anything_is_sent() {
    let mut scene = Scene::deployed().await;
    scene.change(without_protection);
    assert_eq!(refused(scene.up().await), ["weaken:Events", "weaken:Events"]);
    assert_eq!(scene.reporter.asked, [""; 0]);
    let calls = scene.cloud.calls();
    let mutates = |call: &&String| {
        !["Get", "Describe", "List", "Head"]
            .iter()
            .any(|verb| call.starts_with(verb))
    };
    assert_eq!(calls.iter().find(mutates), None, "{calls:?}");
}

#[tokio::test]
async fn what_is_accepted_by_name_is_told_and_done() {
    let mut scene = Scene::deployed().await;
    scene.change(without_protection);
    accepting(&mut scene, &["replace:Events", "weaken:Topic"]);
    assert_eq!(refused(scene.up().await), ["weaken:Events", "weaken:Events"]);
    accepting(&mut scene, &["weaken:Events"]);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let told: Vec<Danger> = scene
        .reporter
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Accepted { objection } => Some(objection.danger),
            _ => None,
        })
        .collect();
    assert_eq!(told, [Danger::PolicyWeakened, Danger::ProtectionWeakened]);
}

#[tokio::test]
async fn what_only_the_change_set_knows_is_refused_and_nothing_is_left_behind() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Description"] = json!("another"));
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Events".into(),
        physical_id: Some("orders-events".into()),
        resource_type: "AWS::DynamoDB::Table".into(),
        action: Action::Modify,
        replacement: Replacement::Conditional,
        policy_action: Some("ReplaceAndRetain".into()),
        causes: Vec::new(),
    });
    assert_eq!(refused(scene.up().await), ["replace:Events"]);
    assert_eq!(scene.reporter.asked, [""; 0]);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_template_of_another_tool_is_guarded_by_the_change_set_alone() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| "Resources:\n  Events: {}\n".clone_into(&mut world.stack_mut("orders").template));
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("Topic");
    });
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Remove,
        replacement: Replacement::Never,
        policy_action: Some("Delete".into()),
        causes: Vec::new(),
    });
    assert_eq!(refused(scene.up().await), ["remove:Topic"]);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_first_deployment_has_nothing_to_guard() {
    let mut scene = Scene::new();
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
}
