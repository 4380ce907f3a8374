//! What is deleted from the artifact bucket, and the proof that it may be.

use jiff::SignedDuration;

use crate::cloud::CallErrorKind;
use crate::stack::{StackStatus, sha256_hex};

use super::releases::called;
use super::*;

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn collected(scene: &mut Scene, keep: usize, dry_run: bool) -> Result<Collected, GcError> {
    let collection = GarbageCollection {
        bucket: BUCKET.into(),
        keep,
        young_for: DAY,
        dry_run,
    };
    let mut session = scene.session().await;
    collect_garbage(&mut session, &collection).await
}

/// The key of code with this content.
fn code_key(content: &str) -> String {
    format!("code/api/arm64/{}.zip", sha256_hex(content))
}

/// A stack with one release for each content of the API's code, two days ago.
async fn with_code(contents: &[&str]) -> Scene {
    let mut scene = Scene::new();
    for content in contents {
        let key = code_key(content);
        scene.deployment.artifacts[0] = CodeArtifact {
            key: key.clone(),
            body: Some((*content).into()),
            code_sha256: code_sha256(content.as_bytes()),
        };
        scene.change(|template| {
            template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!(key);
            template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!(content);
        });
        scene.up().await.unwrap();
    }
    scene.cloud.with(|world| world.now += DAY * 2);
    scene.forget();
    scene
}

fn deleted(outcome: &Collected) -> Vec<&str> {
    let Collected::Deleted(garbage) = outcome else {
        panic!("{outcome:?}")
    };
    garbage.objects.iter().map(|object| object.key.as_str()).collect()
}

fn is_there(scene: &Scene, key: &str) -> bool {
    scene.cloud.with(|world| world.objects.contains_key(key))
}

#[tokio::test]
async fn what_only_old_releases_were_made_of_goes_and_their_records_stay() {
    let mut scene = with_code(&["one", "two", "three"]).await;
    let outcome = collected(&mut scene, 2, false).await.unwrap();
    let gone = deleted(&outcome);
    assert_eq!(gone.len(), 2, "code and template of the first release: {gone:?}");
    assert_eq!(gone[0], code_key("one"));
    assert!(gone[1].starts_with("templates/orders/"), "{gone:?}");
    assert_eq!(
        scene.reporter.asked,
        [format!("delete: {}, {}", gone[0], gone[1])]
    );
    for key in gone {
        assert!(!is_there(&scene, key), "{key}");
    }
    for content in ["two", "three"] {
        assert!(is_there(&scene, &code_key(content)), "{content}");
    }
    assert_eq!(super::releases::releases(&mut scene).await.len(), 3);
    let again = collected(&mut scene, 2, false).await.unwrap();
    assert!(matches!(again, Collected::Nothing(_)), "{again:?}");
}

#[tokio::test]
async fn what_is_deployed_stays_however_few_releases_are_kept() {
    let mut scene = with_code(&["one", "two"]).await;
    collected(&mut scene, 0, false).await.unwrap();
    assert!(is_there(&scene, &code_key("two")));
    assert!(!is_there(&scene, &code_key("one")));
}

#[tokio::test]
async fn a_template_that_somebody_else_deployed_keeps_what_it_names_also_by_a_parameter() {
    let mut scene = with_code(&["one", "two"]).await;
    scene.cloud.with(|world| {
        let named = world.add_standing_stack("others");
        world.stack_mut(&named).template = format!("Resources: {{ Code: {} }}", code_key("one"));
    });
    collected(&mut scene, 0, false).await.unwrap();
    assert!(is_there(&scene, &code_key("one")));
    scene.cloud.with(|world| {
        world.stack_mut("others").template = "Resources: {}".into();
        world.stack_mut("others").parameters = vec![code_key("one")];
    });
    collected(&mut scene, 0, false).await.unwrap();
    assert!(is_there(&scene, &code_key("one")));
    scene
        .cloud
        .with(|world| world.stack_mut("others").parameters.clear());
    collected(&mut scene, 0, false).await.unwrap();
    assert!(!is_there(&scene, &code_key("one")), "nothing keeps it any more");
}

#[tokio::test]
async fn the_releases_of_every_stack_count_on_all_pages() {
    let mut scene = with_code(&["one", "two"]).await;
    scene.cloud.with(|world| {
        let first = world
            .objects
            .iter()
            .find(|(key, _)| key.starts_with("releases/orders/"))
            .map(|(key, record)| (key.replace("/orders/", "/preview/"), record.clone()));
        let (key, record) = first.unwrap();
        world.objects.insert(key, record);
    });
    scene.cloud.pages_of(1);
    let outcome = collected(&mut scene, 1, true).await.unwrap();
    assert!(matches!(outcome, Collected::Nothing(_)), "{outcome:?}");
}

#[tokio::test]
async fn what_is_young_stays() {
    let mut scene = with_code(&["one", "two"]).await;
    scene.cloud.with(|world| {
        let key = code_key("planned");
        let now = world.now;
        world.objects.insert(key.clone(), Vec::new());
        world.stored.insert(key, now);
    });
    collected(&mut scene, 1, false).await.unwrap();
    assert!(is_there(&scene, &code_key("planned")));
    scene.cloud.with(|world| world.now += DAY * 2);
    collected(&mut scene, 1, false).await.unwrap();
    assert!(!is_there(&scene, &code_key("planned")));
}

#[tokio::test]
async fn where_anything_cannot_be_read_nothing_is_deleted() {
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    for (operation, what) in [
        ("GetObject", "release `"),
        ("DescribeStacks", "the list of stacks"),
        ("GetTemplate", "the template of stack `event-store-artifacts`"),
        ("ListFunctions", "the functions' code"),
    ] {
        let mut scene = with_code(&["one", "two"]).await;
        scene.cloud.fail_calls(operation, 1, &denied);
        let error = collected(&mut scene, 1, false).await.unwrap_err();
        let told = format!("nothing was deleted: it is not known what refers to artifacts without {what}");
        assert!(error.to_string().starts_with(&told), "{operation}: {error}");
        assert_eq!(scene.cloud.called("DeleteObject"), 0);
        assert_eq!(scene.reporter.asked, [""; 0]);
    }
}

#[tokio::test]
async fn a_record_of_a_later_deployer_may_name_anything() {
    let mut scene = with_code(&["one", "two"]).await;
    scene.cloud.with(|world| {
        let key = "releases/orders/29991231T000000.000Z.json".to_owned();
        world.objects.insert(key, br#"{"version": 2}"#.to_vec());
    });
    let error = collected(&mut scene, 1, false).await.unwrap_err();
    assert!(matches!(error, GcError::Unproven { .. }), "{error:?}");
}

#[tokio::test]
async fn a_stack_between_two_templates_keeps_everything() {
    for status in [StackStatus::UpdateInProgress, StackStatus::UpdateRollbackFailed] {
        let mut scene = with_code(&["one", "two"]).await;
        scene.cloud.set_status("orders", status);
        let error = collected(&mut scene, 1, false).await.unwrap_err();
        assert!(matches!(error, GcError::Unsettled { .. }), "{error:?}");
        assert_eq!(scene.cloud.called("DeleteObject"), 0);
    }
}

#[tokio::test]
async fn without_approval_nothing_is_deleted() {
    for (answer, dry_run) in [
        (Answer::No, false),
        (Answer::NobodyToAsk, false),
        (Answer::Yes, true),
    ] {
        let mut scene = with_code(&["one", "two"]).await;
        scene.reporter.answer = answer;
        match collected(&mut scene, 1, dry_run).await {
            Ok(outcome) => assert!(matches!(outcome, Collected::WouldDelete(_)), "{outcome:?}"),
            Err(error) => assert_eq!(error.kind(), crate::ErrorKind::NeedsApproval),
        }
        assert_eq!(scene.cloud.called("DeleteObject"), 0);
    }
}

#[tokio::test]
async fn what_is_not_the_deployers_is_left_alone() {
    let mut scene = with_code(&["one"]).await;
    scene.cloud.with(|world| {
        for key in ["code/notes.txt", "backup/old.zip"] {
            world.objects.insert(key.into(), Vec::new());
        }
    });
    collected(&mut scene, 0, false).await.unwrap();
    assert!(is_there(&scene, "code/notes.txt") && is_there(&scene, "backup/old.zip"));
}

#[tokio::test]
async fn without_a_bucket_there_is_nothing_to_delete() {
    let mut scene = Scene::new();
    let outcome = collected(&mut scene, 10, false).await.unwrap();
    assert!(matches!(outcome, Collected::Nothing(_)), "{outcome:?}");
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity", "ListObjectsV2"]);
}

#[tokio::test]
async fn a_release_that_is_kept_can_be_returned_to_afterwards() {
    let mut scene = with_code(&["one", "two", "three"]).await;
    called(&mut scene, "four");
    scene.up().await.unwrap();
    collected(&mut scene, 2, false).await.unwrap();
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    let mut session = scene.session().await;
    let back = rollback(&mut session, &asked).await.unwrap();
    assert!(matches!(back.deployed, Deployed::Updated(_)), "{back:?}");
}

#[tokio::test]
async fn a_stack_that_is_deleted_while_it_is_read_refers_to_nothing() {
    let mut scene = with_code(&["one", "two"]).await;
    scene.cloud.fail_calls(
        "GetTemplate",
        1,
        &CallErrorKind::NotFound {
            message: "does not exist".into(),
        },
    );
    let outcome = collected(&mut scene, 1, false).await.unwrap();
    assert_eq!(deleted(&outcome).len(), 2, "{outcome:?}");
}
