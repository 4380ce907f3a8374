//! What a no-op is, and what it costs.

use super::*;

#[tokio::test]
async fn a_second_deployment_of_the_same_is_six_calls() {
    let mut scene = Scene::deployed().await;
    let outcome = scene.up().await.unwrap();
    assert!(matches!(outcome, Deployed::Unchanged(_)), "{outcome:?}");
    assert_eq!(
        scene.cloud.calls(),
        [
            "GetCallerIdentity",
            "DescribeStacks",
            "ListObjectsV2",
            "ListStackResources",
            "GetFunctionConfiguration",
            "GetFunctionConfiguration"
        ]
    );
}

#[tokio::test]
async fn other_tags_are_a_change() {
    let mut scene = Scene::deployed().await;
    scene.deployment.tags.insert("service".into(), "orders".into());
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(scene.cloud.with(|world| world.stack_mut("orders").tags.len()), 2);
}

#[tokio::test]
async fn termination_protection_is_made_equal_without_a_change_set() {
    let mut scene = Scene::deployed().await;
    for protected in [true, false] {
        scene.deployment.protected = protected;
        assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
        assert_eq!(
            scene
                .cloud
                .with(|world| world.stack_mut("orders").termination_protection),
            protected
        );
    }
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn pushed_code_is_brought_back_to_the_stacks_version() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let api = world.functions.get_mut("orders-Api").unwrap();
        api.versions.push("sha256(pushed)".into());
        api.code_sha256 = "sha256(pushed)".into();
        api.aliases.insert("live".into(), "2".into());
    });
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let returned = Event::TrafficReturned {
        function: "Api".into(),
        from: "2".into(),
        to: "1".into(),
    };
    assert!(scene.reporter.events.contains(&returned));
    scene.cloud.with(|world| {
        assert_eq!(world.functions["orders-Api"].aliases["live"], "1");
        assert_eq!(world.functions["orders-Api"].code_sha256, "sha256(api code)");
    });
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

#[tokio::test]
async fn pushed_code_is_brought_back_by_an_update_of_something_else_too() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let relay = world.functions.get_mut("orders-Relay").unwrap();
        relay.versions.push("sha256(pushed)".into());
        relay.aliases.insert("live".into(), "2".into());
        world.aliases_stay = true;
    });
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(
        scene
            .cloud
            .with(|world| world.functions["orders-Relay"].aliases["live"].clone()),
        "1"
    );
}

#[tokio::test]
async fn other_code_under_the_stacks_own_version_is_an_error() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().versions[0] = "sha256(x)".into());
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the live code of `Api` is `sha256(x)`, the artifact is `sha256(api code)`"
    );
}

#[tokio::test]
async fn a_deleted_alias_is_an_error() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.functions.get_mut("orders-Api").unwrap().aliases.clear());
    let error = scene.up().await.unwrap_err();
    assert!(matches!(error, DeployError::NotReachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_changed_setting_moves_the_alias_to_a_new_version() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Environment"] =
            json!({"Variables": {"LOG_LEVEL": "debug"}});
        template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!("r2");
    });
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(
        scene
            .cloud
            .with(|world| world.functions["orders-Api"].aliases["live"].clone()),
        "2"
    );
}
