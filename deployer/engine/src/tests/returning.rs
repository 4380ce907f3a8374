//! Going back to a release.

use crate::stack::Release;
use crate::stack::guard::Objection;
use crate::stack::release::SourceRevision;

use super::releases::{called, releases};
use super::*;

async fn back(scene: &mut Scene, to: Option<&str>) -> Result<RolledBack, RollbackError> {
    let asked = Rollback {
        to: to.map(|text| text.parse().unwrap()),
        deployment: Deployment {
            template: WantedTemplate::of_nothing(),
            tags: BTreeMap::new(),
            artifacts: Vec::new(),
            ..scene.deployment.clone()
        },
    };
    let mut session = scene.session().await;
    rollback(&mut session, &asked).await
}

/// A stack with releases of these names, the last one deployed.
async fn with_releases(names: &[&str]) -> Scene {
    let mut scene = Scene::new();
    for name in names {
        called(&mut scene, name);
        scene.deployment.tags.insert("name".into(), (*name).into());
        scene.deployment.provenance.revision = Some(SourceRevision {
            commit: format!("c{name}"),
            dirty: false,
        });
        scene.up().await.unwrap();
    }
    scene.forget();
    scene
}

/// The name of the release that is deployed, by its template and its tag.
fn deployed_name(scene: &Scene) -> String {
    scene.cloud.with(|world| {
        let stack = world.stack_mut("orders");
        let template: Value = serde_json::from_str(&stack.template).unwrap();
        let name = template["Resources"]["Topic"]["Properties"]["DisplayName"].clone();
        assert_eq!(name.as_str(), stack.tags.get("name").map(String::as_str));
        name.as_str().unwrap().to_owned()
    })
}

#[tokio::test]
async fn the_previous_release_comes_back_with_its_template_and_tags_and_is_recorded() {
    let mut scene = with_releases(&["one", "two"]).await;
    let first = releases(&mut scene).await.pop().unwrap();
    let back = back(&mut scene, None).await.unwrap();
    assert!(matches!(back.deployed, Deployed::Updated(_)), "{back:?}");
    assert_eq!(deployed_name(&scene), "one");
    assert_eq!(scene.reporter.asked, ["update: modify Topic"]);
    let newest: Release = releases(&mut scene).await.remove(0);
    assert_eq!(newest.rolled_back_to, Some(first.id));
    assert_eq!(newest.revision.unwrap().commit, "cone");
    assert_eq!((newest.template, newest.tags), (first.template, first.tags));
}

#[tokio::test]
async fn going_back_again_goes_further_back() {
    let mut scene = with_releases(&["one", "two", "three"]).await;
    back(&mut scene, None).await.unwrap();
    assert_eq!(deployed_name(&scene), "two");
    back(&mut scene, None).await.unwrap();
    assert_eq!(deployed_name(&scene), "one");
    let error = back(&mut scene, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` has no release before the one that is deployed"
    );
}

#[tokio::test]
async fn a_release_that_only_changed_settings_is_not_the_one_before() {
    let mut scene = with_releases(&["one", "two"]).await;
    scene.deployment.protected = true;
    scene.up().await.unwrap();
    back(&mut scene, None).await.unwrap();
    assert_eq!(deployed_name(&scene), "one");
}

#[tokio::test]
async fn when_what_is_deployed_is_in_no_record_the_newest_release_is_the_one_before() {
    let mut scene = with_releases(&["one", "two", "three"]).await;
    let newest = releases(&mut scene).await.remove(0);
    scene.cloud.with(|world| {
        let key = crate::stack::release_key("orders", &newest.id);
        world.objects.remove(&key).unwrap();
    });
    back(&mut scene, None).await.unwrap();
    assert_eq!(deployed_name(&scene), "two");
}

#[tokio::test]
async fn a_release_is_chosen_by_name_or_by_time() {
    let mut scene = with_releases(&["one", "two", "three"]).await;
    let first = releases(&mut scene).await.pop().unwrap();
    back(&mut scene, Some(first.id.as_str())).await.unwrap();
    assert_eq!(deployed_name(&scene), "one");
    back(&mut scene, Some("2999-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(deployed_name(&scene), "one", "the newest release is that return");
    let error = back(&mut scene, Some("2028")).await.unwrap_err();
    assert_eq!(error.to_string(), "stack `orders`: no release is called `2028`");
    assert_eq!(error.kind(), crate::ErrorKind::Configuration);
}

#[tokio::test]
async fn code_comes_back_with_its_release() {
    let mut scene = with_releases(&["one"]).await;
    scene.deployment.artifacts[0] = CodeArtifact {
        key: "code/api-2.zip".into(),
        body: Some("new api code".into()),
        code_sha256: code_sha256(b"new api code"),
    };
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!("code/api-2.zip");
        template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!("r2");
    });
    scene.up().await.unwrap();
    back(&mut scene, None).await.unwrap();
    scene.cloud.with(|world| {
        let api = &world.functions["orders-Api"];
        let live: usize = api.aliases["live"].parse().unwrap();
        assert_eq!(api.versions[live - 1], "sha256(api code)");
    });
}

#[tokio::test]
async fn a_return_is_asked_for_like_any_deployment() {
    let mut scene = with_releases(&["one", "two"]).await;
    scene.reporter.answer = Answer::NobodyToAsk;
    let error = back(&mut scene, None).await.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::NeedsApproval);
    assert_eq!(deployed_name(&scene), "two");
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_return_that_would_cost_events_is_held_by_the_guard() {
    let mut scene = with_releases(&["one"]).await;
    let name = |template: &mut Value, name: &str| {
        template["Resources"]["Events"]["Properties"]["TableName"] = json!(name);
    };
    scene.deployment.accepted = ["replace:Events".parse().unwrap()].into_iter().collect();
    scene.change(|template| name(template, "orders-events-2"));
    scene.up().await.unwrap();
    scene.deployment.accepted = Accepted::default();
    let error = back(&mut scene, None).await.unwrap_err();
    let RollbackError::Deploy(DeployError::Guarded { objections, .. }) = error else {
        panic!("{error:?}")
    };
    let refused: Vec<String> = objections.iter().map(Objection::acceptance).collect();
    assert_eq!(refused, ["replace:Events"]);
}

#[tokio::test]
async fn everything_that_is_gone_is_named_and_nothing_is_changed() {
    let mut scene = with_releases(&["one", "two"]).await;
    let first = releases(&mut scene).await.pop().unwrap();
    scene.cloud.with(|world| {
        world.objects.remove(&first.template.key);
        world.objects.remove("code/relay.zip");
    });
    let error = back(&mut scene, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "release `{}` cannot be deployed again: gone from bucket `{BUCKET}` are `{}`, `code/relay.zip`",
            first.id, first.template.key
        )
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn a_template_that_was_altered_is_not_deployed() {
    let mut scene = with_releases(&["one", "two"]).await;
    let first = releases(&mut scene).await.pop().unwrap();
    scene
        .cloud
        .with(|world| world.objects.insert(first.template.key.clone(), b"{}".to_vec()));
    let error = back(&mut scene, None).await.unwrap_err();
    assert!(matches!(error, RollbackError::Altered { .. }), "{error:?}");
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn a_stack_that_was_taken_down_comes_back_as_it_was_last() {
    let mut scene = with_releases(&["one", "two"]).await;
    scene.down(Purge::KeepTables).await.unwrap();
    let back = back(&mut scene, None).await.unwrap();
    assert!(matches!(back.deployed, Deployed::Created(_)), "{back:?}");
    assert_eq!(deployed_name(&scene), "two");
}

#[tokio::test]
async fn without_a_record_there_is_nothing_to_go_back_to() {
    let mut scene = Scene::new();
    let error = back(&mut scene, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no stack `orders`, and no release of it"
    );
    scene.up().await.unwrap();
    let error = back(&mut scene, None).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` has no release before the one that is deployed"
    );
}

#[tokio::test]
async fn a_deployed_template_that_was_laid_out_anew_is_the_release_that_it_was() {
    let mut scene = with_releases(&["one", "two"]).await;
    laid_out_anew(&scene);
    back(&mut scene, None).await.unwrap();
    assert_eq!(deployed_name(&scene), "one");
}
