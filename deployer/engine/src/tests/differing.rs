//! What a diff tells, and that it leaves nothing behind.

use crate::cloud::CallErrorKind;
use crate::stack::comparison::shown;
use crate::stack::guard::Objection;
use crate::stack::{Action, Replacement, ResourceChange};

use super::*;

pub(super) async fn diff_of(scene: &mut Scene, asking: Asking) -> Result<Diff, DeployError> {
    let deployment = scene.deployment.clone();
    let mut session = scene.session().await;
    diff(&mut session, &deployment, asking).await
}

fn paths(diff: &Diff) -> Vec<String> {
    let templates = diff.templates.as_ref().unwrap();
    let changes = templates.resources.iter().flat_map(|resource| {
        resource.changes.iter().map(|change| {
            let side = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shown);
            format!(
                "{} {}: {} -> {}",
                resource.logical_id,
                change.path,
                side(&change.before),
                side(&change.after)
            )
        })
    });
    changes.collect()
}

fn display_name(template: &mut Value) {
    template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders");
}

#[tokio::test]
async fn a_stack_that_is_as_asked_has_no_difference_and_makes_no_change_set() {
    let mut scene = Scene::deployed().await;
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    assert!(diff.is_empty(), "{diff:?}");
    assert!(!scene.cloud.calls().contains(&"CreateChangeSet".to_owned()));
}

#[tokio::test]
async fn a_change_is_told_by_its_property_and_the_change_set_is_gone() {
    let mut scene = Scene::deployed().await;
    scene.change(display_name);
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    assert_eq!(
        paths(&diff),
        ["Topic Properties.DisplayName: nothing -> \"orders\""]
    );
    assert_eq!(diff.changes.unwrap().changes.len(), 1);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn offline_cloudformation_is_not_asked() {
    let mut scene = Scene::deployed().await;
    scene.change(display_name);
    let diff = diff_of(&mut scene, Asking::Templates).await.unwrap();
    assert_eq!((paths(&diff).len(), diff.changes), (1, None));
    assert_eq!(
        scene.cloud.calls(),
        [
            "GetCallerIdentity",
            "DescribeStacks",
            "ListObjectsV2",
            "ListQueues",
            "GetTemplate",
            "ListStackResources",
            "GetFunctionConfiguration",
            "GetFunctionConfiguration",
            "GetFunctionConfiguration",
            "GetFunctionConfiguration"
        ]
    );
}

#[tokio::test]
async fn tags_protection_and_pushed_code_are_differences_too() {
    let mut scene = Scene::deployed().await;
    scene.deployment.tags = BTreeMap::from([("team".into(), "a".into())]);
    scene.deployment.protected = true;
    let told = diff_of(&mut scene, Asking::Templates).await.unwrap();
    let settings = told.outline.beside.settings.iter();
    let settings: Vec<_> = settings.map(|change| change.path.as_str()).collect();
    assert_eq!(settings, ["Tags[owner]", "Tags[team]", "TerminationProtection"]);

    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let api = world.functions.get_mut("orders-Api").unwrap();
        api.versions.push("sha256(pushed)".into());
        api.aliases.insert("live".into(), "2".into());
    });
    let told = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    assert!(!told.is_empty());
    assert_eq!(told.outline.beside.pushed, ["Api"]);
}

#[tokio::test]
async fn what_up_would_refuse_and_what_it_would_allow_are_set_apart() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        template["Resources"]["Events"]["DeletionPolicy"] = json!("Delete");
        template["Resources"]["Anyone"] = json!({"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "ApiLive"}, "Action": "lambda:InvokeFunctionUrl", "Principal": "*"}});
    });
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Modify,
        replacement: Replacement::Always,
        policy_action: Some("ReplaceAndDelete".into()),
        causes: Vec::new(),
    });
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    let objections: Vec<_> = diff.objections.iter().map(Objection::acceptance).collect();
    assert_eq!(objections, ["weaken:Events", "replace:Topic"]);
    let widenings: Vec<_> = diff
        .widenings
        .iter()
        .map(|widening| widening.grant.to_string())
        .collect();
    assert_eq!(
        widenings,
        ["everybody may lambda:InvokeFunctionUrl on !Ref ApiLive"]
    );
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_all_new_and_no_shell_is_made() {
    let mut scene = Scene::new();
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    assert_eq!((diff.status.clone(), diff.is_empty()), (None, false));
    assert_eq!(diff.templates.unwrap().resources.len(), 10);
    assert_eq!(diff.outline.others, [], "all is new, down to the format");
    assert_eq!(
        scene.cloud.calls(),
        [
            "GetCallerIdentity",
            "DescribeStacks",
            "ListObjectsV2",
            "ListQueues",
            "DescribeTable",
            "DescribeLogGroups",
            "GetTopicAttributes"
        ]
    );
}

/// A template of which a request cannot carry that many bytes goes through the bucket, and a diff stores none there.
#[tokio::test]
async fn a_diff_makes_no_bucket_and_stores_nothing_and_asks_cloudformation_only_where_it_can() {
    for is_long in [false, true] {
        for has_bucket in [false, true] {
            let mut scene = Scene::deployed().await;
            scene.change(display_name);
            if is_long {
                scene.change(|template| template["Metadata"]["Long"] = "x".repeat(60_000).into());
            }
            if !has_bucket {
                scene.cloud.with(|world| {
                    world.buckets.clear();
                    world.objects.clear();
                });
            }
            let objects = scene.cloud.with(|world| world.objects.clone());
            scene.forget();
            let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
            assert_eq!(
                paths(&diff),
                [r#"Topic Properties.DisplayName: nothing -> "orders""#]
            );
            assert_eq!(diff.changes.is_some(), !is_long, "{is_long} {has_bucket}");
            assert_eq!(scene.cloud.called("CreateChangeSet"), usize::from(!is_long));
            assert_eq!(
                scene.cloud.called("CreateStack") + scene.cloud.called("PutObject"),
                0
            );
            scene.cloud.with(|world| {
                assert_eq!(world.buckets.is_empty(), !has_bucket);
                assert_eq!(world.objects, objects);
            });
            scene.assert_nothing_is_left_behind();
        }
    }
}

#[tokio::test]
async fn a_template_of_another_tool_is_told_by_the_change_set_alone() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| "Resources: {}\n".clone_into(&mut world.stack_mut("orders").template));
    let diff = diff_of(&mut scene, Asking::ChangeSet).await.unwrap();
    assert!(diff.templates.is_none() && !diff.is_empty());
    assert!(diff.changes.is_some());
}

#[tokio::test]
async fn a_failed_or_interrupted_diff_leaves_nothing_behind() {
    let mut scene = Scene::deployed().await;
    scene.change(display_name);
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("DescribeChangeSet", 2, &denied);
    diff_of(&mut scene, Asking::ChangeSet).await.unwrap_err();
    scene.assert_nothing_is_left_behind();

    let mut scene = Scene::deployed().await;
    scene.change(display_name);
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::ChangeSetCreating { .. }));
    let error = diff_of(&mut scene, Asking::ChangeSet).await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error}"
    );
    scene.assert_nothing_is_left_behind();
}
