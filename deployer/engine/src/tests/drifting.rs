//! `drift`: what CloudFormation finds, and what it cannot see.

use crate::fake::code_sha256;
use crate::stack::{PropertyDrift, ResourceDrift, StackStatus, UnseenDrift};
use crate::{Drift, DriftError, ErrorKind, drift};

use super::*;

const KEY: &str = "code/api/arm64/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip";
const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

async fn drifting(scene: &mut Scene) -> Result<Drift, DriftError> {
    let protected = scene.deployment.protected;
    let mut session = scene.session().await;
    drift(&mut session, "orders", protected, BUCKET).await
}

async fn unseen(scene: &mut Scene) -> Vec<UnseenDrift> {
    drifting(scene).await.unwrap().unseen
}

/// A stack whose functions have variables, and whose mapping reads the table's stream.
async fn deployed() -> Scene {
    let mut template = template();
    template["Resources"]["Api"]["Properties"]["Environment"] =
        json!({"Variables": {"LOG_LEVEL": "info", "TABLE": {"Ref": "Events"}}});
    template["Resources"]["Mapping"]["Properties"]["EventSourceArn"] =
        json!({"Fn::GetAtt": ["Events", "StreamArn"]});
    Scene::deployed_as(template).await
}

#[tokio::test]
async fn a_stack_as_it_was_deployed_has_no_drift() {
    let mut scene = deployed().await;
    let drift = drifting(&mut scene).await.unwrap();
    assert!(drift.is_empty(), "{drift:?}");
    assert!(
        scene.cloud.called("DescribeStackDriftDetectionStatus") > 1,
        "it is waited for"
    );
}

#[tokio::test]
async fn what_cloudformation_finds_is_told_page_by_page() {
    let mut scene = deployed().await;
    scene.cloud.pages_of(1);
    let found: Vec<ResourceDrift> = ["Api", "Topic"]
        .map(|logical_id| ResourceDrift {
            logical_id: logical_id.into(),
            resource_type: "AWS::SNS::Topic".into(),
            deleted: logical_id == "Topic",
            differences: vec![PropertyDrift {
                path: "/MemorySize".into(),
                expected: Some("256".into()),
                actual: Some("512".into()),
            }],
        })
        .into();
    scene.cloud.with(|world| {
        world.drifts = found.clone();
        world.drift_incomplete = Some("Failed to detect drift on resources [Url]".into());
    });
    let drift = drifting(&mut scene).await.unwrap();
    assert_eq!(drift.resources, found);
    assert_eq!(
        drift.incomplete.as_deref(),
        Some("Failed to detect drift on resources [Url]")
    );
}

#[tokio::test]
async fn a_version_that_was_pushed_is_drift_and_so_is_its_code() {
    let mut scene = deployed().await;
    scene.change(|template| template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!(KEY));
    scene.cloud.with(|world| {
        world
            .stack_mut("orders")
            .template
            .replace_range(.., scene.deployment.template.text());
        world.functions.get_mut("orders-Api").unwrap().versions[0] = HASH.into();
    });
    assert_eq!(unseen(&mut scene).await, []);
    scene.cloud.with(|world| {
        let api = world.functions.get_mut("orders-Api").unwrap();
        api.versions.push(code_sha256(b"pushed"));
        api.aliases.insert("live".into(), "2".into());
    });
    let logical_id = || "Api".to_owned();
    assert_eq!(
        unseen(&mut scene).await,
        [
            UnseenDrift::Version {
                logical_id: logical_id(),
                expected: "1".into(),
                actual: "2".into()
            },
            UnseenDrift::Code {
                logical_id: logical_id(),
                expected: HASH.into(),
                actual: code_sha256(b"pushed")
            }
        ]
    );
}

#[tokio::test]
async fn a_variable_of_the_live_version_that_the_template_does_not_say_is_drift() {
    let mut scene = deployed().await;
    scene.cloud.with(|world| {
        let api = world.functions.get_mut("orders-Api").unwrap();
        api.variables.insert("LOG_LEVEL".into(), "debug".into());
    });
    assert_eq!(
        unseen(&mut scene).await,
        [UnseenDrift::Variable {
            logical_id: "Api".into(),
            name: "LOG_LEVEL".into(),
            expected: Some("info".into()),
            actual: Some("debug".into())
        }]
    );
}

#[tokio::test]
async fn a_mapping_that_is_off_or_left_on_a_dead_stream_is_drift() {
    let mut scene = deployed().await;
    scene
        .cloud
        .with(|world| world.mapping_state = Some("Disabled".into()));
    assert_eq!(
        unseen(&mut scene).await,
        [UnseenDrift::Mapping {
            logical_id: "Mapping".into(),
            expected: "Enabled".into(),
            actual: "Disabled".into()
        }]
    );
    scene.cloud.with(|world| {
        world.mapping_state = None;
        world.tables.get_mut("orders-events").unwrap().stream_view = None;
    });
    let drifts = unseen(&mut scene).await;
    assert!(
        matches!(&drifts[..], [UnseenDrift::DeadStream { latest: None, .. }]),
        "{drifts:?}"
    );
}

#[tokio::test]
async fn an_alias_that_is_gone_is_drift() {
    let mut scene = deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().aliases.clear());
    assert_eq!(
        unseen(&mut scene).await,
        [UnseenDrift::Missing {
            logical_id: "ApiLive".into()
        }]
    );
}

#[tokio::test]
async fn protection_that_somebody_took_away_is_drift() {
    let mut scene = deployed().await;
    scene.deployment.protected = true;
    scene.up().await.unwrap();
    assert_eq!(unseen(&mut scene).await, []);
    scene.cloud.with(|world| {
        let stack = world.stack_mut("orders");
        stack.policy = None;
        stack.termination_protection = false;
    });
    assert_eq!(
        unseen(&mut scene).await,
        [
            UnseenDrift::TerminationProtection { expected: true },
            UnseenDrift::StackPolicy
        ]
    );
}

#[tokio::test]
async fn a_stack_that_is_not_there_or_busy_has_no_drift_to_tell() {
    let mut scene = Scene::new();
    let error = drifting(&mut scene).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no stack `orders`");
    let mut scene = deployed().await;
    scene.cloud.set_status("orders", StackStatus::UpdateInProgress);
    let error = drifting(&mut scene).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        error.to_string(),
        "stack `orders` is `UPDATE_IN_PROGRESS`: drift is looked for when that is over"
    );
}

#[tokio::test]
async fn a_search_can_be_interrupted() {
    let mut scene = deployed().await;
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::DriftSearching { .. }));
    let error = drifting(&mut scene).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}

#[tokio::test]
async fn of_a_template_that_is_no_json_the_drift_is_told_that_can_be_seen() {
    let mut scene = deployed().await;
    scene.deployment.protected = true;
    scene.cloud.with(|world| {
        world.stack_mut("orders").template = "Resources: {}".into();
        world.drift_incomplete = Some("Failed to detect drift on resources [Url]".into());
    });
    let drift = drifting(&mut scene).await.unwrap();
    assert_eq!(
        drift.unseen,
        [UnseenDrift::TerminationProtection { expected: true }]
    );
    assert_eq!(
        drift.incomplete.as_deref(),
        Some(
            "Failed to detect drift on resources [Url]; functions and the stack policy were not compared: the template is not a JSON object \
             with `Resources`"
        )
    );
}
