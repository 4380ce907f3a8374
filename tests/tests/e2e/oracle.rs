//! `CloudFormation`'s own opinion of a rendering.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, EvaluationType, Parameter, ResourceAttribute,
    ResourceChange, ResourceChangeDetail, StackStatus, TemplateStage,
};
use event_store_e2e::Environment;
use serde_json::{Value, json};

use crate::deployment;

const ORIGIN: &str = "https://app.example";
const TEMPLATE: &str = include_str!("../../../templates/event-store.yaml");

#[tokio::test]
async fn a_template_deployed_with_its_parameters_equals_its_rendering() {
    let deployment = deployment(environment()).await;
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

    let mut rendering: Value = serde_json::from_str(&rendering).unwrap();
    write_numbers_as_texts(&mut rendering);
    // With an endpoint the address is an expression, and the emulator compares expressions with attributes by their text. So this test
    // uses the address that AWS would give; other tests look up the real one and reach the store with it.
    let address = &mut rendering["Resources"]["UrlParameter"]["Properties"]["Value"];
    *address = json!({"Fn::GetAtt": ["ApiUrl", "FunctionUrl"]});
    let none: [String; 0] = [];
    assert_eq!(
        changes(&cloudformation, &stack, "rendering", &rendering.to_string()).await,
        none
    );
    // The oracle works: it notices one changed number.
    let mut altered = rendering;
    altered["Resources"]["ApiLogGroup"]["Properties"]["RetentionInDays"] = 7.into();
    let seen = changes(&cloudformation, &stack, "altered", &altered.to_string()).await;
    assert_eq!(seen, ["`ApiLogGroup` Properties RetentionInDays"]);

    cloudformation
        .delete_stack()
        .stack_name(&stack)
        .send()
        .await
        .unwrap();
    wait_until_gone(&cloudformation, &stack).await;
    let purged = deployment.purge().await.succeeded();
    assert!(
        purged.stderr.contains(&format!("{stack}-events")),
        "the table had stayed: {purged}"
    );
}

/// Writes numbers as text, like parameters. CloudFormation reads a number or its text by the resource's schema; the emulator compares
/// them literally.
fn write_numbers_as_texts(value: &mut Value) {
    const OF_PARAMETERS: [&str; 4] = [
        "MaxReadRequestUnits",
        "MaxWriteRequestUnits",
        "MemorySize",
        "RetentionInDays",
    ];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if OF_PARAMETERS.contains(&name.as_str()) => {
                        *member = number.to_string().into();
                    }
                    member => write_numbers_as_texts(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_numbers_as_texts),
        _ => {}
    }
}

/// With an origin, because the emulator's conditions do not support `Fn::Join`: it would take an empty list of origins for a non-empty one.
fn environment() -> Environment {
    Environment::staging_like("oracle").with("AllowedOrigins", &format!("[{ORIGIN:?}]"))
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
        ("AllowedOrigins", ORIGIN.to_owned()),
        ("RequireTls", "false".to_owned()),
        ("AlarmWhenRelayIsIdle", "false".to_owned()),
        ("MaxWriteUnits", "10000".to_owned()),
        ("MaxReadUnits", "10000".to_owned()),
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

pub(crate) fn parameter((name, value): (&str, &str)) -> Parameter {
    Parameter::builder()
        .parameter_key(name)
        .parameter_value(value)
        .build()
}

/// The changes that a deployment of `template` would make, one per line.
pub(crate) async fn changes(cloudformation: &Client, stack: &str, name: &str, template: &str) -> Vec<String> {
    cloudformation
        .create_change_set()
        .stack_name(stack)
        .change_set_name(name)
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
            .change_set_name(name);
        let described = described.send().await.unwrap();
        let reason = described.status_reason().unwrap_or_default();
        match described.status().unwrap() {
            ChangeSetStatus::CreateComplete => {
                let changes = described
                    .changes()
                    .iter()
                    .filter_map(|change| change.resource_change());
                return changes.flat_map(real_changes).collect();
            }
            ChangeSetStatus::Failed if NO_CHANGES.iter().any(|words| reason.starts_with(words)) => {
                return Vec::new();
            }
            ChangeSetStatus::Failed => panic!("the change set failed: {reason}"),
            status => assert!(
                began.elapsed() < Duration::from_mins(1),
                "the change set is still {status}"
            ),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The beginning of the reason if there is nothing to change.
const NO_CHANGES: [&str; 2] = [
    "The submitted information didn't contain changes",
    "No updates are to be performed",
];

/// Whether AWS would report this change, too. The emulator reports more.
fn real_changes(change: &ResourceChange) -> Vec<String> {
    let name = change.logical_resource_id().unwrap_or_default();
    match change.action() {
        // The emulator reports a resource with a false condition as removed, though it never existed.
        Some(ChangeAction::Remove) if change.physical_resource_id().is_none() => Vec::new(),
        Some(ChangeAction::Modify) => change
            .details()
            .iter()
            .filter_map(|detail| real_detail(name, detail))
            .collect(),
        action => vec![format!("`{name}` {action:?}")],
    }
}

fn real_detail(name: &str, detail: &ResourceChangeDetail) -> Option<String> {
    // A dynamic value changes only if another resource does, which is reported itself.
    if detail.evaluation() != Some(&EvaluationType::Static) {
        return None;
    }
    let target = detail.target()?;
    let attribute = target.attribute()?;
    // Policies are compared literally: a condition with its result.
    if [
        ResourceAttribute::DeletionPolicy,
        ResourceAttribute::UpdateReplacePolicy,
    ]
    .contains(attribute)
    {
        return None;
    }
    Some(format!(
        "`{name}` {attribute} {}",
        target.name().unwrap_or_default()
    ))
}

pub(crate) async fn wait_until_gone(cloudformation: &Client, stack: &str) {
    let began = Instant::now();
    while let Ok(described) = cloudformation.describe_stacks().stack_name(stack).send().await {
        let status = described.stacks()[0].stack_status().unwrap();
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "`{stack}` is still {status}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub(crate) async fn wait_until(cloudformation: &Client, stack: &str, expected: &StackStatus) {
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
