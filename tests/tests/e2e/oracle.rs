//! `CloudFormation`'s own opinion of a rendering.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Capability, ChangeSetType, Parameter, StackStatus, TemplateStage};
use event_store_e2e::Environment;
use serde_json::Value;

use crate::deployment;

const TEMPLATE: &str = include_str!("../../../templates/event-store.yaml");

#[tokio::test]
async fn a_template_deployed_with_its_parameters_equals_its_rendering() {
    let deployment = deployment(Environment::staging_like("oracle")).await;
    deployment.up(&[]).await.succeeded();
    let cloudformation = deployment.cloud().cloudformation();
    let stack = deployment.environment().stack();
    let rendering = deployed_template(&cloudformation, &stack).await;
    deployment.purge().await.succeeded();

    let parameters = parameters(&rendering, deployment.environment().name());
    let names: BTreeMap<_, _> = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    cloudformation
        .create_stack()
        .stack_name(&stack)
        .template_body(TEMPLATE)
        .set_parameters(Some(names.into_iter().map(parameter).collect()))
        .capabilities(Capability::CapabilityIam)
        .capabilities(Capability::CapabilityAutoExpand)
        .send()
        .await
        .unwrap();
    wait_until(&cloudformation, &stack, &StackStatus::CreateComplete).await;

    let (status, reason) = changes(&cloudformation, &stack, &rendering).await;
    assert_eq!(status, "FAILED", "the rendering would change something: {reason}");
    assert!(
        reason.starts_with("The submitted information didn't contain changes")
            || reason.starts_with("No updates are to be performed"),
        "{reason}"
    );
    cloudformation
        .delete_stack()
        .stack_name(&stack)
        .send()
        .await
        .unwrap();
    deployment.purge().await.succeeded();
}

async fn deployed_template(cloudformation: &Client, stack: &str) -> String {
    let template = cloudformation
        .get_template()
        .stack_name(stack)
        .template_stage(TemplateStage::Original);
    template.send().await.unwrap().template_body.unwrap()
}

/// The template's parameters with the values that the deployer used, read back from the rendering.
fn parameters(rendering: &str, environment: &str) -> BTreeMap<&'static str, String> {
    let template: Value = serde_json::from_str(rendering).unwrap();
    let properties = |resource: &str| template["Resources"][resource]["Properties"].clone();
    let text = |value: &Value| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{value} is not text"))
            .to_owned()
    };
    let (api, relay) = (properties("ApiFunction"), properties("RelayFunction"));
    BTreeMap::from([
        ("Access", "public".to_owned()),
        ("RequireTls", "false".to_owned()),
        ("Environment", environment.to_owned()),
        ("Instance", String::new()),
        ("Protected", "false".to_owned()),
        ("Architecture", text(&api["Architectures"][0])),
        ("ArtifactBucket", text(&api["Code"]["S3Bucket"])),
        ("ApiArtifact", text(&api["Code"]["S3Key"])),
        ("RelayArtifact", text(&relay["Code"]["S3Key"])),
        ("ApiRevision", text(&properties("ApiVersion")["Description"])),
        ("RelayRevision", text(&properties("RelayVersion")["Description"])),
    ])
}

fn parameter((name, value): (&str, &str)) -> Parameter {
    Parameter::builder()
        .parameter_key(name)
        .parameter_value(value)
        .build()
}

/// What a change set to `template` comes to: its status, and the reason or the changes.
async fn changes(cloudformation: &Client, stack: &str, template: &str) -> (String, String) {
    cloudformation
        .create_change_set()
        .stack_name(stack)
        .change_set_name("oracle")
        .change_set_type(ChangeSetType::Update)
        .template_body(template)
        .capabilities(Capability::CapabilityIam)
        .send()
        .await
        .unwrap();
    let began = Instant::now();
    loop {
        let described = cloudformation
            .describe_change_set()
            .stack_name(stack)
            .change_set_name("oracle");
        let described = described.send().await.unwrap();
        let status = described.status().unwrap().as_str().to_owned();
        if !["CREATE_PENDING", "CREATE_IN_PROGRESS"].contains(&status.as_str()) {
            let changes = described
                .changes()
                .iter()
                .map(|change| format!("{change:?}"))
                .collect::<Vec<_>>();
            let reason = described.status_reason().unwrap_or_default();
            return (status, format!("{reason}{}", changes.join("\n")));
        }
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "the change set is still {status}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn wait_until(cloudformation: &Client, stack: &str, expected: &StackStatus) {
    let began = Instant::now();
    loop {
        let described = cloudformation
            .describe_stacks()
            .stack_name(stack)
            .send()
            .await
            .unwrap();
        let found = &described.stacks()[0];
        let status = found.stack_status().unwrap();
        if status == expected {
            return;
        }
        let reason = found.stack_status_reason().unwrap_or_default();
        assert!(
            status.as_str().ends_with("_IN_PROGRESS"),
            "`{stack}` is {status}: {reason}"
        );
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "`{stack}` is still {status}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
