//! No environment touches what another one has made.

use crate::cloud::CallErrorKind;
use crate::stack::guard::Objection;
use crate::stack::{Move, OWNER_TAG, StackStatus};
use crate::{
    ErrorKind, Foreign, ReconcileError, RecoverError, Recovery, SmokeError, Unready, reconcile, recover,
};

use super::*;

/// A scene in which `staging` has made the stack, and `copy` has a file that names the same one.
async fn copied() -> Scene {
    let mut scene = Scene::new();
    scene.work_for("staging");
    scene.up().await.unwrap();
    scene.work_for("copy");
    scene.forget();
    scene
}

fn not_ours(error: &Unready) -> (&str, Option<&str>) {
    let Unready::NotOurs { stack, owner } = error else {
        panic!("{error:?}")
    };
    (stack, owner.as_deref())
}

fn assert_nothing_was_changed(scene: &Scene) {
    let changing = [
        "CreateChangeSet",
        "DeleteStack",
        "UpdateTerminationProtection",
        "UpdateFunctionCode",
        "ContinueUpdateRollback",
        "SetStackPolicy",
        "PutObject",
        "CreateStack",
    ];
    for operation in changing {
        assert_eq!(scene.cloud.called(operation), 0, "{operation}");
    }
}

async fn recovered(scene: &mut Scene, way: Move) -> Result<StackStatus, RecoverError> {
    let recovery = Recovery {
        stack: "orders".into(),
        way,
        leave: Vec::new(),
        template: scene.deployment.template.clone(),
        protected: false,
        execution_role: None,
        accepted: scene.deployment.accepted.clone(),
    };
    recover(&mut scene.session().await, &recovery).await
}

#[tokio::test]
async fn an_environment_says_by_a_tag_that_a_stack_is_its_and_finds_it_again() {
    let mut scene = Scene::new();
    scene.work_for("staging");
    scene.up().await.unwrap();
    let tags = scene.cloud.with(|world| world.stack_mut("orders").tags.clone());
    assert_eq!(tags[OWNER_TAG], "staging");
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    scene.down(Purge::KeepTables).await.unwrap();
}

#[tokio::test]
async fn a_stack_that_waits_for_its_creation_is_left_to_the_environment_that_asks() {
    let mut scene = copied().await;
    scene.cloud.set_status("orders", StackStatus::ReviewInProgress);
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert!(
        matches!(&error, DestroyError::Stopped(Stopped::Unready(unready)) if not_ours(unready).1 == Some("staging"))
    );
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.to_string(), "stack `orders` is of environment `staging`");
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn a_takeover_accepts_the_owner_and_no_loss_of_what_is_there() {
    let mut scene = Scene::new();
    scene.change(|template| {
        template["Resources"]["Theirs"] = json!({
            "Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "theirs"},
        });
    });
    scene.work_for("staging");
    scene.up().await.unwrap();
    scene.work_for("copy");
    scene.forget();
    scene.change(|template| drop(template["Resources"].as_object_mut().unwrap().remove("Theirs")));
    scene.accept("adopt:orders");
    let error = scene.up().await.unwrap_err();
    let DeployError::Guarded { objections, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(
        objections.iter().map(Objection::acceptance).collect::<Vec<_>>(),
        ["remove:Theirs"]
    );
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn no_command_touches_the_stack_of_another_environment() {
    let mut scene = copied().await;
    scene.change(|template| template["Outputs"]["More"] = json!({"Value": "more"}));
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.to_string(), "stack `orders` is of environment `staging`");
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert!(
        matches!(&error, DestroyError::Stopped(Stopped::Unready(unready)) if not_ours(unready).1 == Some("staging"))
    );
    let deployment = scene.deployment.clone();
    let error = push(&mut scene.session().await, &deployment).await.unwrap_err();
    assert!(
        matches!(&error, PushError::Stopped(Stopped::Unready(unready)) if not_ours(unready).0 == "orders")
    );
    scene
        .cloud
        .set_status("orders", StackStatus::UpdateRollbackFailed);
    let error = recovered(&mut scene, Move::Continue).await.unwrap_err();
    assert!(
        matches!(&error, RecoverError::Stopped(Stopped::Unready(unready)) if not_ours(unready).0 == "orders")
    );
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn neither_a_trial_nor_a_reconciliation_works_in_the_store_of_another_environment() {
    let mut scene = smoking::deployed("NONE").await;
    scene.cloud.with(|world| {
        let tags = &mut world.stack_mut("orders").tags;
        tags.insert(OWNER_TAG.into(), "staging".into());
    });
    scene.work_for("copy");
    let (outcome, _) = smoking::tried(&mut scene, |_| {}).await;
    let error = outcome.unwrap_err();
    assert!(matches!(&error, SmokeError::Unready(unready) if not_ours(unready).1 == Some("staging")));
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(!error.is_wrong_behaviour());
    let reconciled = reconcile(&mut scene.session().await, "orders", "RelayLive", None).await;
    let error = reconciled.unwrap_err();
    assert!(matches!(&error, ReconcileError::Unready(unready) if not_ours(unready).1 == Some("staging")));
    assert_eq!(error.kind(), ErrorKind::Refused);
    for operation in ["CreateQueue", "Subscribe", "Invoke"] {
        assert_eq!(scene.cloud.called(operation), 0, "{operation}");
    }
}

#[tokio::test]
async fn a_difference_says_whose_the_stack_is_and_makes_no_change_set() {
    let mut scene = copied().await;
    scene.change(|template| template["Outputs"]["More"] = json!({"Value": "more"}));
    let deployment = scene.deployment.clone();
    let told = diff(&mut scene.session().await, &deployment, Asking::ChangeSet).await;
    let told = told.unwrap();
    let owner = Some("staging".to_owned());
    assert_eq!(told.foreign, Some(Foreign { owner }));
    assert!(!told.is_empty());
    assert_nothing_was_changed(&scene);
}

/// Somebody takes the tag off, in the console or by another tool.
fn take_the_tag_off(scene: &Scene) {
    let removed = scene
        .cloud
        .with(|world| world.stack_mut("orders").tags.remove(OWNER_TAG));
    assert!(removed.is_some());
}

#[tokio::test]
async fn of_a_stack_without_a_tag_the_record_of_its_releases_says_whose_it_is() {
    let mut scene = copied().await;
    take_the_tag_off(&scene);
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.to_string(), "stack `orders` is of environment `staging`");
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert!(
        matches!(&error, DestroyError::Stopped(Stopped::Unready(unready)) if not_ours(unready).1 == Some("staging"))
    );
    assert_nothing_was_changed(&scene);

    scene.work_for("staging");
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let tags = scene.cloud.with(|world| world.stack_mut("orders").tags.clone());
    assert_eq!(tags[OWNER_TAG], "staging");
}

#[tokio::test]
async fn the_record_of_a_stack_of_that_name_that_is_gone_says_nothing_of_the_one_that_stands() {
    let mut scene = copied().await;
    take_the_tag_off(&scene);
    scene
        .cloud
        .with(|world| world.stack_mut("orders").id = "arn:another".to_owned());
    scene.work_for("staging");
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` does not say which environment it is of"
    );
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn a_record_that_cannot_or_may_not_be_read_says_nothing_and_a_failed_call_is_an_error() {
    let mut scene = copied().await;
    take_the_tag_off(&scene);
    scene.work_for("staging");
    scene
        .cloud
        .fail_calls("ListObjectsV2", 1, &CallErrorKind::Throttled);
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("GetObject", 1, &denied);
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    scene.cloud.with(|world| {
        for (key, body) in &mut world.objects {
            if key.starts_with("releases/") {
                *body = b"{}".to_vec();
            }
        }
    });
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` does not say which environment it is of"
    );
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn a_rollback_asks_whose_the_stack_is_before_it_looks_for_a_release() {
    for (releases, to) in [(1, None), (2, None), (2, Some("2000"))] {
        let mut scene = Scene::new();
        scene.work_for("staging");
        for release in 0..releases {
            scene.change(|template| template["Outputs"]["More"] = json!({"Value": release.to_string()}));
            scene.up().await.unwrap();
        }
        scene.forget();
        scene.work_for("copy");
        let asked = Rollback {
            to: to.map(|to| to.parse().unwrap()),
            deployment: scene.deployment.clone(),
        };
        let error = rollback(&mut scene.session().await, &asked).await.unwrap_err();
        assert_eq!(error.to_string(), "stack `orders` is of environment `staging`");
        assert!(
            !scene
                .reporter
                .events
                .iter()
                .any(|event| matches!(event, Event::RollingBack { .. }))
        );
        assert_nothing_was_changed(&scene);
    }
}

#[tokio::test]
async fn a_takeover_is_told_once() {
    let mut scene = Scene::new();
    scene.work_for("staging");
    for name in ["one", "two"] {
        scene.change(|template| template["Outputs"]["More"] = json!({"Value": name}));
        scene.up().await.unwrap();
    }
    scene.forget();
    scene.work_for("copy");
    scene.accept("adopt:orders");
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    rollback(&mut scene.session().await, &asked).await.unwrap();
    let told = scene
        .reporter
        .events
        .iter()
        .filter(|event| matches!(event, Event::TakingOver { .. }));
    assert_eq!(told.count(), 1);
}

#[tokio::test]
async fn a_stack_that_says_nothing_is_taken_over_only_when_it_is_named() {
    // A deployer of before, or somebody by hand.
    let mut scene = Scene::deployed().await;
    scene.work_for("staging");
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stack `orders` does not say which environment it is of"
    );
    scene.accept("adopt:payments");
    scene.up().await.unwrap_err();
    assert_nothing_was_changed(&scene);

    scene.accept("adopt:orders");
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let taken_over =
        |event: &Event| matches!(event, Event::TakingOver { stack, owner: None } if stack == "orders");
    assert!(scene.reporter.events.iter().any(taken_over));
    // Once is enough.
    scene.deployment.accepted = Accepted::default();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
}

#[tokio::test]
async fn another_environments_stack_is_taken_over_when_it_is_named_and_is_its_no_longer() {
    let mut scene = copied().await;
    scene.accept("adopt:orders");
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    scene.work_for("staging");
    scene.deployment.accepted = Accepted::default();
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.to_string(), "stack `orders` is of environment `copy`");
}

#[tokio::test]
async fn what_a_failed_creation_of_another_environment_left_stays() {
    let mut scene = Scene::new();
    scene.work_for("staging");
    scene.cloud.fail_resource("Topic", "TopicName is not allowed");
    scene.up().await.unwrap_err();
    scene.work_for("copy");
    scene.forget();
    scene.up().await.unwrap_err();
    assert_nothing_was_changed(&scene);
}

#[tokio::test]
async fn the_table_that_another_environment_left_is_not_imported() {
    let mut scene = copied().await;
    scene.work_for("staging");
    scene.down(Purge::KeepTables).await.unwrap();
    scene.cloud.with(|world| {
        let table = world.tables.get_mut("orders-events").unwrap();
        table.tags.insert(OWNER_TAG.into(), "staging".into());
    });
    scene.work_for("copy");
    scene.forget();
    let error = scene.down(Purge::DeleteTables).await.unwrap_err();
    assert_eq!(error.to_string(), "stack `orders` is of environment `staging`");
    assert_eq!(scene.cloud.called("DeleteTable"), 0);
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "table `orders-events` exists and cannot be imported: it is of environment `staging`"
    );
    scene.accept("adopt:orders");
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
}

#[tokio::test]
async fn an_update_by_a_rollback_keeps_the_owner_that_the_release_did_not_know() {
    let mut scene = Scene::deployed().await;
    scene.work_for("staging");
    scene.accept("adopt:orders");
    scene.change(|template| template["Outputs"]["More"] = json!({"Value": "more"}));
    scene.up().await.unwrap();
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    rollback(&mut scene.session().await, &asked).await.unwrap();
    let tags = scene.cloud.with(|world| world.stack_mut("orders").tags.clone());
    assert_eq!(tags[OWNER_TAG], "staging");
}

#[tokio::test]
async fn a_state_that_is_not_known_is_left_as_it_is_unless_it_is_accepted_by_name() {
    let mut scene = Scene::deployed().await;
    let status = StackStatus::from("PAUSED_BY_MOONLIGHT");
    scene.cloud.set_status("orders", status);
    let error = scene.down(Purge::KeepTables).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        error.to_string(),
        "stack `orders` is `PAUSED_BY_MOONLIGHT`, a state that is not known"
    );
    let error = recovered(&mut scene, Move::Delete).await.unwrap_err();
    assert!(matches!(error, RecoverError::NotPossible { .. }), "{error:?}");
    scene.accept("state:ANOTHER_STATE");
    scene.down(Purge::KeepTables).await.unwrap_err();
    assert_nothing_was_changed(&scene);

    scene.accept("state:PAUSED_BY_MOONLIGHT");
    scene.down(Purge::KeepTables).await.unwrap();
}
