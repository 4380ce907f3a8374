//! `describe`: what a stack is and how it does.

use crate::stack::StackStatus;
use crate::{DescribeError, Described, describe};

use super::*;

async fn described(scene: &mut Scene) -> Result<Described, DescribeError> {
    let session = scene.session().await;
    describe(&session, "orders", BUCKET).await
}

#[tokio::test]
async fn a_healthy_stack_is_described_whole() {
    let mut scene = Scene::deployed().await;
    scene.cloud.pages_of(3);
    let described = described(&mut scene).await.unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&described).unwrap());
}

#[tokio::test]
async fn a_function_on_another_version_than_the_stacks_is_not_healthy() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let api = world.functions.get_mut("orders-Api").unwrap();
        api.versions.push("sha256(pushed)".into());
        api.aliases.insert("live".into(), "2".into());
    });
    let described = described(&mut scene).await.unwrap();
    assert!(!described.healthy);
    let api = described
        .functions
        .iter()
        .find(|function| function.logical_id == "Api")
        .unwrap();
    assert_eq!(
        (api.version.as_deref(), api.stack_version.as_deref(), api.healthy),
        (Some("2"), Some("1"), false)
    );
}

#[tokio::test]
async fn a_function_that_no_alias_leads_to_is_described_by_its_newest_code() {
    let mut scene = Scene::new();
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("ApiLive");
    });
    scene.up().await.unwrap();
    let of_api = |described: Described| {
        let mut functions = described.functions.into_iter();
        let api = functions.find(|function| function.logical_id == "Api").unwrap();
        (api.alias, api.version, api.healthy, described.healthy)
    };
    let newest = Some("$LATEST".to_owned());
    let expected = ("$LATEST".to_owned(), newest, true, true);
    assert_eq!(of_api(described(&mut scene).await.unwrap()), expected);
    scene.cloud.with(|world| world.functions.remove("orders-Api"));
    let expected = ("$LATEST".to_owned(), None, false, false);
    assert_eq!(of_api(described(&mut scene).await.unwrap()), expected);
}

#[tokio::test]
async fn other_code_than_the_artifact_under_the_stacks_own_version_is_not_healthy() {
    const KEY: &str = "code/api/arm64/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824.zip";
    let mut scene = Scene::new();
    scene.change(|template| template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!(KEY));
    scene.deployment.artifacts[0] = CodeArtifact {
        key: KEY.into(),
        body: Some(KEY.as_bytes().to_vec()),
        code_sha256: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".into(),
    };
    scene.up().await.unwrap();
    let of_api = |described: Described| {
        let mut functions = described.functions.into_iter();
        let api = functions.find(|function| function.logical_id == "Api").unwrap();
        (api.healthy, api.runs_foreign_code(), described.healthy)
    };
    // The fake's code has another hash than the key names, as planted code would.
    assert_eq!(of_api(described(&mut scene).await.unwrap()), (false, true, false));
    scene.cloud.with(|world| {
        let versions = &mut world.functions.get_mut("orders-Api").unwrap().versions;
        versions[0] = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".into();
    });
    assert_eq!(of_api(described(&mut scene).await.unwrap()), (true, false, true));
}

#[tokio::test]
async fn a_mapping_on_an_old_stream_is_not_healthy() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.tables.get_mut("orders-events").unwrap().stream_view = None);
    let described = described(&mut scene).await.unwrap();
    assert!(!described.healthy);
    assert!(!described.mappings[0].reads_latest_stream);
}

#[tokio::test]
async fn a_missing_table_is_not_healthy() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| world.tables.clear());
    let described = described(&mut scene).await.unwrap();
    assert_eq!(
        (described.healthy, &*described.tables[0].status),
        (false, "MISSING")
    );
}

fn fill(scene: &mut Scene, url: &str, messages: u64) {
    scene
        .cloud
        .with(|world| world.queues.get_mut(url).unwrap().messages = messages);
}

#[tokio::test]
async fn a_message_that_nothing_in_the_stack_reads_is_not_healthy() {
    let mut with_queues = template();
    for queue in ["Failures", "Work"] {
        with_queues["Resources"][queue] = json!({"Type": "AWS::SQS::Queue", "Properties": {}});
    }
    with_queues["Resources"]["WorkMapping"] = json!({"Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]}}});
    let mut scene = Scene::deployed_as(with_queues).await;
    let url = |name: &str| format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/orders-{name}");
    let health = |described: &Described| {
        let queues = described.queues.iter();
        queues
            .map(|queue| (queue.logical_id.clone(), queue.messages, queue.healthy))
            .collect::<Vec<_>>()
    };
    fill(&mut scene, &url("Work"), 7);
    let described_well = described(&mut scene).await.unwrap();
    assert_eq!(
        health(&described_well),
        [("Failures".into(), Some(0), true), ("Work".into(), Some(7), true)]
    );
    fill(&mut scene, &url("Failures"), 1);
    let described_ill = described(&mut scene).await.unwrap();
    assert_eq!(health(&described_ill)[0], ("Failures".into(), Some(1), false));
    assert!(!described_ill.healthy);
    scene.cloud.with(|world| world.queues.remove(&url("Failures")));
    assert_eq!(
        health(&described(&mut scene).await.unwrap())[0],
        ("Failures".into(), None, false)
    );
}

#[tokio::test]
async fn a_rolled_back_stack_is_not_healthy() {
    let mut scene = Scene::deployed().await;
    scene.cloud.set_status("orders", StackStatus::RollbackComplete);
    assert!(!described(&mut scene).await.unwrap().healthy);
}

#[tokio::test]
async fn a_shell_is_no_stack() {
    let mut scene = Scene::new();
    assert!(matches!(
        described(&mut scene).await,
        Err(DescribeError::NoStack { .. })
    ));
    scene.cloud.with(|world| world.add_shell("orders"));
    assert!(matches!(
        described(&mut scene).await,
        Err(DescribeError::Empty { .. })
    ));
}

#[tokio::test]
async fn of_a_template_that_is_no_json_outputs_and_health_are_told_and_what_is_not() {
    let mut scene = Scene::deployed().await;
    let yaml = "Resources: {Topic: {Type: AWS::SNS::Topic}}";
    scene
        .cloud
        .with(|world| world.stack_mut("orders").template = yaml.into());
    let described = described(&mut scene).await.unwrap();
    assert!(described.healthy);
    assert_eq!(described.tables.len(), 1);
    assert_eq!((described.functions.len(), described.queues.len()), (0, 0));
    assert_eq!(
        described.left_out.as_deref(),
        Some("functions and queues were not looked at: the template is not a JSON object with `Resources`")
    );
}
