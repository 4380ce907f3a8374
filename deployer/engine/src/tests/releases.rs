//! The ledger of releases.

use crate::Live;
use crate::cloud::CallErrorKind;
use crate::stack::release::{ReleaseOutcome, SourceRevision, Span};
use crate::stack::{Release, ReleaseId, sha256_hex};

use super::*;

pub(super) async fn history_of(scene: &mut Scene, limit: usize) -> Result<History, LedgerError> {
    let session = scene.session().await;
    history(&session, BUCKET, "orders", limit).await
}

pub(super) async fn releases(scene: &mut Scene) -> Vec<Release> {
    let history = history_of(scene, 100).await.unwrap();
    assert!(history.unreadable.is_empty(), "{history:?}");
    history.releases
}

/// Asks for a topic with another name to be shown, as a release that others can be told from.
pub(super) fn called(scene: &mut Scene, name: &str) {
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!(name));
}

async fn live(scene: &mut Scene) -> Live {
    history_of(scene, 100).await.unwrap().live
}

#[tokio::test]
async fn the_release_that_is_live_is_known_and_none_is_once_the_stack_is_gone() {
    let mut scene = Scene::new();
    assert_eq!(live(&mut scene).await, Live::None);
    for name in ["first", "second"] {
        called(&mut scene, name);
        scene.up().await.unwrap();
    }
    let newest = releases(&mut scene).await.remove(0).id;
    assert_eq!(live(&mut scene).await, Live::Release(newest.clone()));
    laid_out_anew(&scene);
    assert_eq!(live(&mut scene).await, Live::Release(newest));
    let template = r#"{"Resources": {}}"#.to_owned();
    scene
        .cloud
        .with(|world| world.stack_mut("orders").template = template);
    assert_eq!(live(&mut scene).await, Live::Other);
    scene.down(Purge::KeepTables).await.unwrap();
    assert_eq!(live(&mut scene).await, Live::None);
    assert_eq!(releases(&mut scene).await.len(), 2);
}

#[tokio::test]
async fn a_creation_is_recorded_with_everything_that_it_was_made_of() {
    let mut scene = Scene::new();
    scene.deployment.provenance.revision = Some(SourceRevision {
        commit: "0123456789abcdef0123456789abcdef01234567".into(),
        dirty: true,
    });
    scene.up().await.unwrap();
    let [release] = releases(&mut scene).await.try_into().unwrap();
    let told = scene.reporter.events.iter().any(|event| {
        *event
            == Event::Recorded {
                release: release.id.clone(),
            }
    });
    assert!(told, "{:?}", scene.reporter.events);
    assert_eq!(release.outcome, ReleaseOutcome::Created);
    assert_eq!(release.stack, "orders");
    assert_eq!(release.revision, scene.deployment.provenance.revision);
    assert_eq!(
        release.caller,
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/jo")
    );
    assert_eq!(release.tags, scene.deployment.tags);
    assert_eq!(
        release.template.sha256,
        sha256_hex(scene.deployment.template.text())
    );
    let code: Vec<_> = release
        .artifacts
        .iter()
        .map(|artifact| (&*artifact.key, &*artifact.code_sha256))
        .collect();
    assert_eq!(
        code,
        [
            ("code/api.zip", "sha256(api code)"),
            ("code/relay.zip", "sha256(relay code)")
        ]
    );
    scene.cloud.with(|world| {
        let template = world.objects[&release.template.key].clone();
        assert_eq!(
            String::from_utf8(template).unwrap(),
            scene.deployment.template.text()
        );
        assert_eq!(release.stack_id, world.stack_mut("orders").id);
    });
}

#[tokio::test]
async fn a_record_tells_how_long_each_resource_took() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    scene.up().await.unwrap();
    let newest = releases(&mut scene).await.remove(0);
    assert_eq!(newest.outcome, ReleaseOutcome::Updated);
    // In the fake, a resource takes a second, and nothing happens between a call and the next.
    let span = Span {
        began_ms: 0,
        took_ms: 1_000,
    };
    assert_eq!(
        newest.durations.resources,
        BTreeMap::from([("Topic".to_owned(), span)])
    );
    assert!(newest.durations.total_ms >= 1_000, "{:?}", newest.durations);
}

/// What was said of the time that the deployment would take, by the release that it was known from.
fn told_to_last(scene: &Scene) -> Option<(ReleaseId, u64)> {
    let told = scene.reporter.events.iter().find_map(|event| match event {
        Event::Started { estimate, .. } => Some(estimate.as_ref()),
        _ => None,
    });
    told.expect("it began")
        .map(|estimate| (estimate.release().clone(), estimate.whole().as_secs()))
}

#[tokio::test]
async fn a_deployment_is_told_how_long_the_last_one_like_it_took() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    scene.up().await.unwrap();
    assert_eq!(told_to_last(&scene), None, "a creation says nothing of an update");
    let first = releases(&mut scene).await.remove(0);

    scene.reporter.events.clear();
    called(&mut scene, "two");
    scene.up().await.unwrap();
    let seconds = first.durations.total_ms / 1_000;
    assert!(seconds > 0, "{first:?}");
    assert_eq!(told_to_last(&scene), Some((first.id, seconds)));
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_holds_up_no_deployment() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    scene.up().await.unwrap();
    scene.reporter.events.clear();
    called(&mut scene, "two");
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("GetObject", 1, &denied);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    assert_eq!(told_to_last(&scene), None);
}

#[tokio::test]
async fn who_cannot_see_what_earlier_runs_have_left_or_write_what_it_is_about_to_do_changes_nothing() {
    for (operation, calls) in [("ListObjectsV2", 1), ("PutObject", 1)] {
        let mut scene = Scene::deployed().await;
        scene.deployment.tags.insert("service".into(), "orders".into());
        let denied = CallErrorKind::AccessDenied { message: "no".into() };
        scene.cloud.fail_calls(operation, calls, &denied);
        let error = scene.up().await.unwrap_err();
        assert!(
            matches!(error, DeployError::Stopped(Stopped::Call(_))),
            "{operation}: {error:?}"
        );
        assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0, "{operation}");
        scene.assert_nothing_is_left_behind();
    }
}

#[tokio::test]
async fn what_changes_nothing_is_no_release() {
    let mut scene = Scene::deployed().await;
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.called("PutObject"), 0);
    assert_eq!(releases(&mut scene).await.len(), 1);
}

#[tokio::test]
async fn what_needed_no_change_set_is_a_release_too() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .with(|world| world.objects.retain(|key, _| !key.starts_with("templates/")));
    scene.deployment.protected = true;
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let newest = releases(&mut scene).await.remove(0);
    assert_eq!(newest.durations.total_ms, 0);
    assert!(
        scene
            .cloud
            .with(|world| world.objects.contains_key(&newest.template.key))
    );
}

#[tokio::test]
async fn a_deployment_that_failed_or_was_declined_is_no_release() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    scene.reporter.answer = Answer::No;
    scene.up().await.unwrap_err();
    scene.reporter.answer = Answer::Yes;
    scene.cloud.fail_resource("Topic", "no");
    scene.up().await.unwrap_err();
    assert_eq!(releases(&mut scene).await.len(), 1);
}

#[tokio::test]
async fn a_record_that_cannot_be_written_is_a_warning() {
    let mut scene = Scene::deployed().await;
    called(&mut scene, "one");
    // The template, then the record.
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.reporter.interrupts_at = None;
    scene.cloud.with(|world| world.throttle_after_execution = true);
    scene.cloud.fail_calls("PutObject", 1, &denied);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let warned = scene.reporter.events.iter().any(|event| {
        matches!(event, Event::NotRecorded { reason } if reason == "`PutObject` failed: access denied: no")
    });
    assert!(warned, "{:?}", scene.reporter.events);
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

#[tokio::test]
async fn history_is_the_newest_first_and_says_how_many_are_older() {
    let mut scene = Scene::deployed().await;
    for name in ["one", "two", "three"] {
        called(&mut scene, name);
        scene.up().await.unwrap();
    }
    scene.cloud.pages_of(2);
    let history = history_of(&mut scene, 3).await.unwrap();
    assert_eq!(history.older, 1);
    let ids: Vec<_> = history.releases.iter().map(|release| &release.id).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
}

#[tokio::test]
async fn a_record_of_a_later_deployer_does_not_hide_the_others() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let key = "releases/orders/29991231T000000.000Z.json".to_owned();
        world.objects.insert(key, br#"{"version": 2}"#.to_vec());
        world
            .objects
            .insert("releases/orders/notes.txt".into(), Vec::new());
    });
    let history = history_of(&mut scene, 100).await.unwrap();
    assert_eq!((history.releases.len(), history.unreadable.len()), (1, 1));
}

#[tokio::test]
async fn without_a_bucket_there_is_no_release() {
    let mut scene = Scene::new();
    assert!(releases(&mut scene).await.is_empty());
}

#[tokio::test]
async fn a_stack_whose_name_begins_alike_has_a_ledger_of_its_own() {
    let mut scene = Scene::deployed().await;
    scene.cloud.with(|world| {
        let (key, record) = world
            .objects
            .iter()
            .find(|(key, _)| key.starts_with("releases/orders/"))
            .map(|(key, record)| (key.replace("/orders/", "/orders-pr-42/"), record.clone()))
            .unwrap();
        world.objects.insert(key, record);
    });
    assert_eq!(releases(&mut scene).await.len(), 1);
}

#[tokio::test]
async fn a_release_that_can_no_longer_be_gone_back_to_is_marked() {
    let mut scene = Scene::deployed().await;
    let keyed = |content: &str| format!("code/Api/arm64/{}.zip", sha256_hex(content));
    for content in ["one", "two"] {
        scene.deployment.artifacts[0] = CodeArtifact {
            key: keyed(content),
            body: Some(content.into()),
            code_sha256: code_sha256(content.as_bytes()),
        };
        scene.change(|template| {
            template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!(keyed(content));
            template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!(content);
        });
        scene.up().await.unwrap();
    }
    let before = history_of(&mut scene, 20).await.unwrap();
    assert!(before.gone.is_empty(), "{:?}", before.gone);
    scene
        .cloud
        .with(|world| drop(world.objects.remove(&keyed("one"))));
    let after = history_of(&mut scene, 20).await.unwrap();
    assert_eq!(
        after.gone.into_iter().collect::<Vec<_>>(),
        [after.releases[1].id.clone()]
    );
}
