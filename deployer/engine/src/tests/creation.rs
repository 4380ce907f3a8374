//! What there may be under a stack's name before its creation.

use crate::stack::StackStatus;

use super::*;
use crate::Uploads;

#[tokio::test]
async fn a_first_deployment_makes_the_stack_and_gives_its_outputs() {
    let mut scene = Scene::new();
    let outcome = scene.up().await.unwrap();
    assert_eq!(
        outcome,
        Deployed::Created(BTreeMap::from([(
            "EsUrl".into(),
            "https://orders.example/".into()
        )]))
    );
    assert_eq!(
        scene.reporter.asked,
        [
            "create: add Api, add ApiLive, add ApiVersion, add Events, add Logs, add Mapping, add Relay, \
          add RelayLive, add RelayVersion, add Topic"
        ]
    );
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn the_shell_of_an_unexecuted_change_set_is_created_in() {
    let mut scene = Scene::new();
    scene.reporter.answer = Answer::No;
    // The shell stays when its removal fails, as it would if the process were killed.
    let denied = crate::cloud::CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("DeleteChangeSet", 1, &denied);
    scene.up().await.unwrap_err();
    assert_eq!(
        scene.cloud.status_of("orders"),
        Some(StackStatus::ReviewInProgress)
    );
    assert!(
        scene
            .reporter
            .events
            .iter()
            .any(|event| matches!(event, Event::CleanupFailed { .. }))
    );

    scene.reporter.answer = Answer::Yes;
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    assert_eq!(
        scene
            .cloud
            .with(|world| world.stacks.iter().filter(|stack| stack.name == "orders").count()),
        1
    );
}

#[tokio::test]
async fn a_declined_creation_leaves_neither_change_set_nor_shell() {
    let mut scene = Scene::new();
    scene.reporter.answer = Answer::No;
    let error = scene.up().await.unwrap_err();
    assert!(matches!(error, DeployError::Declined { .. }), "{error:?}");
    let stays = Event::Stays {
        bucket: BUCKET.into(),
        uploads: Uploads {
            bucket_is_new: true,
            objects: 3,
        },
    };
    assert_eq!(scene.reporter.events.last(), Some(&stays));
    // Who declines again has uploaded nothing more, and is told nothing more.
    scene.forget();
    scene.up().await.unwrap_err();
    assert!(
        !scene
            .reporter
            .events
            .iter()
            .any(|event| matches!(event, Event::Stays { .. }))
    );
    assert_eq!(error.kind(), crate::ErrorKind::NeedsApproval);
    assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn without_anybody_to_ask_the_changes_need_approval() {
    let mut scene = Scene::new();
    scene.reporter.answer = Answer::NobodyToAsk;
    let error = scene.up().await.unwrap_err();
    assert!(matches!(error, DeployError::NeedsApproval { .. }), "{error:?}");
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_rolled_back_creation_is_deleted_and_then_created() {
    let mut scene = Scene::new();
    scene.cloud.fail_resource("Topic", "TopicName is not allowed");
    scene.up().await.unwrap_err();
    assert_eq!(
        scene.cloud.status_of("orders"),
        Some(StackStatus::RollbackComplete)
    );

    scene.cloud.mend_resource("Topic");
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    let removal = Event::RemovingFailedCreation {
        stack: "orders".into(),
        status: StackStatus::RollbackComplete,
    };
    assert!(scene.reporter.events.contains(&removal));
}

#[tokio::test]
async fn a_creation_that_could_not_be_rolled_back_is_deleted_too() {
    for status in [StackStatus::RollbackFailed, StackStatus::CreateFailed] {
        let mut scene = Scene::deployed().await;
        scene.cloud.set_status("orders", status);
        assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    }
}

#[tokio::test]
async fn a_failed_creation_that_cannot_be_deleted_is_the_error() {
    let mut scene = Scene::deployed().await;
    scene.cloud.set_status("orders", StackStatus::RollbackFailed);
    scene.cloud.fail_resource("Topic", "somebody holds it");
    let error = scene.up().await.unwrap_err();
    let DeployError::NotRemoved { status, cause, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (status, &*cause.unwrap().reason),
        (StackStatus::DeleteFailed, "somebody holds it")
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn termination_protection_is_set_after_the_creation() {
    let mut scene = Scene::new();
    scene.deployment.protected = true;
    scene.up().await.unwrap();
    assert!(
        scene
            .cloud
            .with(|world| world.stack_mut("orders").termination_protection)
    );
}
