//! Code that goes past CloudFormation, and the deployment that puts it right.

use crate::cloud::CallErrorKind;
use crate::stack::StackStatus;

use super::planning::{Patience, applied_with, planned};
use super::releases::releases;
use super::*;

pub(super) async fn pushed(scene: &mut Scene) -> Result<Pushed, PushError> {
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    push(&mut session, &scene.deployment).await
}

/// Builds the API anew: another key in the template, another revision in the version.
pub(super) fn new_code(scene: &mut Scene) {
    scene.deployment.artifacts[0] = CodeArtifact {
        key: "code/api-2.zip".into(),
        body: Some("new api code".into()),
        code_sha256: code_sha256(b"new api code"),
    };
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!("code/api-2.zip");
        template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!("r2");
    });
}

/// The code behind the alias of the API.
fn live(scene: &Scene) -> String {
    scene.cloud.with(|world| {
        let api = &world.functions["orders-Api"];
        let version: usize = api.aliases["live"].parse().unwrap();
        api.versions[version - 1].clone()
    })
}

#[tokio::test]
async fn only_functions_with_other_code_get_a_version_and_no_stack_is_touched() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    let done = pushed(&mut scene).await.unwrap();
    assert_eq!(done.unchanged, ["Relay"]);
    let [api] = done.functions.as_slice() else {
        panic!("{done:?}")
    };
    assert_eq!((&*api.function, &*api.from, &*api.to), ("Api", "1", "2"));
    assert_eq!(live(&scene), "sha256(new api code)");
    assert_eq!(scene.cloud.called("UpdateFunctionCode"), 1);
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
    assert_eq!(releases(&mut scene).await.len(), 1, "a push is no release");
}

/// Else it would be told that the code runs, and it would not.
#[tokio::test]
async fn code_of_a_function_without_an_alias_is_not_pushed_and_none_is() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    scene.change(|template| {
        template["Resources"].as_object_mut().unwrap().remove("ApiLive");
    });
    let calls = scene.cloud.calls().len();
    let error = pushed(&mut scene).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no alias leads to `Api`, and only what one leads to can be pushed"
    );
    let made = scene.cloud.calls().split_off(calls);
    assert_eq!(made, ["GetCallerIdentity"]);
}

#[tokio::test]
async fn code_that_is_live_already_is_left_alone() {
    let mut scene = Scene::deployed().await;
    let done = pushed(&mut scene).await.unwrap();
    assert_eq!((done.functions.len(), done.unchanged.len()), (0, 2));
    assert_eq!(
        scene.cloud.called("UpdateFunctionCode") + scene.cloud.called("PutObject"),
        0
    );
}

#[tokio::test]
async fn code_that_is_published_already_and_not_live_is_no_error() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    scene.cloud.fail_calls(
        "UpdateAlias",
        1,
        &CallErrorKind::AccessDenied { message: "no".into() },
    );
    pushed(&mut scene).await.unwrap_err();
    assert_eq!(live(&scene), "sha256(api code)");
    let done = pushed(&mut scene).await.unwrap();
    assert_eq!(done.functions[0].to, "2", "no third version");
    assert_eq!(live(&scene), "sha256(new api code)");
}

#[tokio::test]
async fn a_deployment_of_the_old_code_takes_a_push_back() {
    let mut scene = Scene::deployed().await;
    let as_deployed = scene.deployment.clone();
    new_code(&mut scene);
    pushed(&mut scene).await.unwrap();
    scene.deployment = as_deployed;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(live(&scene), "sha256(api code)");
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

#[tokio::test]
async fn a_deployment_of_the_pushed_code_makes_it_the_stacks_own() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    pushed(&mut scene).await.unwrap();
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(live(&scene), "sha256(new api code)");
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

#[tokio::test]
async fn who_pushes_what_is_deployed_leads_back_to_the_stacks_own_version() {
    let mut scene = Scene::deployed().await;
    let as_deployed = scene.deployment.clone();
    new_code(&mut scene);
    assert!(!pushed(&mut scene).await.unwrap().as_deployed);
    // What is live is pushed once more: the stack knows of it as little as before.
    assert!(!pushed(&mut scene).await.unwrap().as_deployed);
    scene.deployment = as_deployed;
    let back = pushed(&mut scene).await.unwrap();
    assert_eq!((&*back.functions[0].from, &*back.functions[0].to), ("2", "1"));
    assert!(back.as_deployed);
    assert_eq!(scene.cloud.called("PublishVersion"), 1);
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

/// Another setting of both functions, whose versions are made anew with the code that the stack has.
pub(super) fn other_settings(scene: &mut Scene) {
    scene.change(|template| {
        for function in ["Api", "Relay"] {
            template["Resources"][function]["Properties"]["MemorySize"] = json!(512);
            template["Resources"][format!("{function}Version")]["Properties"]["Description"] = json!("r3");
        }
    });
}

/// The functions that were told to have been pushed to.
fn told_returned(scene: &Scene) -> Vec<&str> {
    let told = scene.reporter.events.iter().filter_map(|event| match event {
        Event::TrafficReturned { function, .. } => Some(function.as_str()),
        _ => None,
    });
    told.collect()
}

/// A stack with other code pushed to the API, which is to be changed in its settings alone.
pub(super) async fn pushed_and_changed() -> Scene {
    let mut scene = Scene::deployed().await;
    let as_deployed = scene.deployment.clone();
    new_code(&mut scene);
    pushed(&mut scene).await.unwrap();
    scene.deployment = as_deployed;
    other_settings(&mut scene);
    scene.forget();
    scene
}

#[tokio::test]
async fn a_changed_setting_publishes_the_artifact_and_not_what_was_pushed() {
    let mut scene = pushed_and_changed().await;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(live(&scene), "sha256(api code)");
    assert_eq!(told_returned(&scene), ["Api"]);
    assert_eq!(
        scene.cloud.called("UpdateFunctionCode"),
        1,
        "of one of two functions"
    );
    let history = releases(&mut scene).await;
    assert_eq!(history[0].pushes_undone, ["Api"]);
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.calls().len(), 6);
}

#[tokio::test]
async fn a_push_that_was_killed_before_it_published_is_published_by_nobody_else() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().code_sha256 = "pushed".into());
    other_settings(&mut scene);
    scene.up().await.unwrap();
    assert_eq!(live(&scene), "sha256(api code)");
    assert_eq!(told_returned(&scene), ["Api"]);
}

#[tokio::test]
async fn a_plan_made_or_applied_after_a_push_publishes_the_artifact() {
    for is_planned_first in [true, false] {
        let mut scene = pushed_and_changed().await;
        if is_planned_first {
            scene = Scene::deployed().await;
            other_settings(&mut scene);
        }
        let plan = planned(&mut scene).await.unwrap();
        if is_planned_first {
            let as_planned = scene.deployment.clone();
            new_code(&mut scene);
            pushed(&mut scene).await.unwrap();
            scene.deployment = as_planned;
        }
        let applied = applied_with(&mut scene, &plan, Patience::None).await;
        assert!(matches!(applied, Ok(Deployed::Updated(_))), "{applied:?}");
        assert_eq!(
            live(&scene),
            "sha256(api code)",
            "planned first: {is_planned_first}"
        );
    }
}

#[tokio::test]
async fn an_update_that_fails_after_a_push_leaves_the_stacks_own_code() {
    let mut scene = pushed_and_changed().await;
    scene.cloud.fail_resource("Relay", "no");
    assert!(matches!(
        scene.up().await,
        Err(DeployError::Stopped(Stopped::Failed { .. }))
    ));
    assert_eq!(live(&scene), "sha256(api code)");
    assert_eq!(releases(&mut scene).await.len(), 1);
}

#[tokio::test]
async fn nothing_is_taken_back_before_anybody_has_agreed() {
    let mut scene = pushed_and_changed().await;
    scene.reporter.answer = Answer::No;
    assert!(matches!(scene.up().await, Err(DeployError::Declined { .. })));
    assert_eq!(live(&scene), "sha256(new api code)");
    assert_eq!(scene.cloud.called("UpdateFunctionCode"), 0);
}

#[tokio::test]
async fn what_takes_a_push_back_without_a_change_set_is_recorded_so() {
    let mut scene = Scene::deployed().await;
    let as_deployed = scene.deployment.clone();
    new_code(&mut scene);
    pushed(&mut scene).await.unwrap();
    scene.deployment = as_deployed;
    scene.up().await.unwrap();
    assert_eq!(releases(&mut scene).await[0].pushes_undone, ["Api"]);
}

#[tokio::test]
async fn a_protected_environment_is_refused_before_anything_is_asked_of_aws() {
    let mut scene = Scene::deployed().await;
    scene.deployment.protected = true;
    let error = pushed(&mut scene).await.unwrap_err();
    assert!(matches!(error, PushError::Protected { .. }), "{error:?}");
    assert_eq!(error.kind(), crate::ErrorKind::Refused);
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_pushed_to() {
    let mut scene = Scene::new();
    let error = pushed(&mut scene).await.unwrap_err();
    assert!(matches!(error, PushError::NoStack { .. }), "{error:?}");
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        for (id, resource) in [
            ("Third", function("code/relay.zip")),
            ("ThirdVersion", version("Third")),
            ("ThirdLive", alias("Third")),
        ] {
            template["Resources"][id] = resource;
        }
    });
    let error = pushed(&mut scene).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` has no function `Third` that is reached through its alias"
    );
}

#[tokio::test]
async fn a_stack_that_somebody_is_changing_is_left_alone() {
    let mut scene = Scene::deployed().await;
    new_code(&mut scene);
    let busy = StackStatus::UpdateInProgress;
    scene.cloud.begin_elsewhere("orders", &busy, "Console-1");
    let error = pushed(&mut scene).await.unwrap_err();
    assert!(
        matches!(error, PushError::Stopped(Stopped::Unready(_))),
        "{error:?}"
    );
    assert_eq!(scene.cloud.called("UpdateFunctionCode"), 0);
}
