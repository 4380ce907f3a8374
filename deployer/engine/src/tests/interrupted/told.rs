//! What commands tell that leave a stack as it is, or find what another run has done, of a run that did not come to its end.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

use crate::cloud::CallErrorKind;
use crate::fake::Killed;
use crate::stack::{Task, Unfinished};
use crate::tests::*;
use crate::{ErrorKind, Live, RunFate, describe, drift, unfinished};

use super::beside::killed_before;
use super::commands::{Command, Set};

/// A change that was killed once CloudFormation had made it and before it was recorded.
pub(super) async fn changed_and_not_recorded() -> Set {
    let mut set = killed_after_execution(Command::Change).await;
    set.scene.cloud.pass(60);
    set.scene.forget();
    set
}

pub(super) async fn killed_after_execution(command: Command) -> Set {
    let set = Box::pin(killed_before(command, "ExecuteChangeSet")).await;
    let before = set.scene.cloud.calls().len();
    let mut set = command.set().await;
    set.scene.cloud.kill_after(before + 1);
    let run = Box::pin(command.run(&mut set, false));
    let killed = AssertUnwindSafe(run).catch_unwind().await;
    assert!(killed.is_err_and(|end| end.is::<Killed>()));
    set.scene.cloud.let_live();
    set
}

/// What each command that only looks has told of it, by its name.
async fn looked(scene: &mut Scene) -> Vec<(&'static str, Vec<Unfinished>)> {
    let deployment = scene.deployment.clone();
    let mut session = scene.session().await;
    let difference = diff(&mut session, &deployment, Asking::ChangeSet).await.unwrap();
    let described = describe(&session, "orders", BUCKET).await.unwrap();
    let drifted = drift(&mut session, "orders", false, BUCKET).await.unwrap();
    let others = unfinished(&session, BUCKET, "orders").await;
    vec![
        ("diff", difference.unfinished),
        ("describe", described.unfinished),
        ("drift", drifted.unfinished),
        ("recover, smoke and reconcile", others),
    ]
}

#[tokio::test]
async fn every_command_that_only_looks_tells_of_a_run_that_did_not_come_to_its_end() {
    let mut set = changed_and_not_recorded().await;
    let scene = &mut set.scene;
    for (command, told) in looked(scene).await {
        let [run] = told.as_slice() else {
            panic!("{command}: {told:?}")
        };
        assert_eq!(run.task, Task::Deploy, "{command}");
        assert!(run.by.ends_with("/jo"), "{command}: {run:?}");
    }
    // Once it has come to its end there is nothing to tell.
    scene.up().await.unwrap();
    for (command, told) in looked(scene).await {
        assert!(told.is_empty(), "{command}: {told:?}");
    }
}

#[tokio::test]
async fn history_tells_of_what_is_live_and_not_recorded_yet() {
    let mut set = changed_and_not_recorded().await;
    let scene = &mut set.scene;
    let before = history(&scene.session().await, BUCKET, "orders", 20)
        .await
        .unwrap();
    let [run] = before.unfinished.as_slice() else {
        panic!("{before:?}")
    };
    assert_eq!(
        Some(&before.live),
        run.release.clone().map(Live::Unrecorded).as_ref()
    );
    assert_eq!(before.releases.len(), 1);
    // To list what lies there is to find both. The others are of the code and of the templates.
    assert_eq!(scene.cloud.called("ListObjectsV2"), 3);

    scene.up().await.unwrap();
    let after = history(&scene.session().await, BUCKET, "orders", 20)
        .await
        .unwrap();
    assert!(after.unfinished.is_empty());
    assert_eq!(Some(&after.live), run.release.clone().map(Live::Release).as_ref());
}

#[tokio::test]
async fn who_may_not_read_the_bucket_or_has_none_looks_all_the_same() {
    let mut set = changed_and_not_recorded().await;
    let scene = &mut set.scene;
    for operation in ["ListObjectsV2", "GetObject"] {
        let denied = CallErrorKind::AccessDenied { message: "no".into() };
        scene.cloud.fail_calls(operation, 4, &denied);
        for (command, told) in looked(scene).await {
            assert!(told.is_empty(), "{command}: {told:?}");
        }
    }
    scene.cloud.with(|world| world.buckets.clear());
    for (command, told) in looked(scene).await {
        assert!(told.is_empty(), "{command}: {told:?}");
    }
}

#[tokio::test]
async fn code_is_not_pushed_into_a_run_that_did_not_come_to_its_end() {
    let mut set = changed_and_not_recorded().await;
    let scene = &mut set.scene;
    let deployment = scene.deployment.clone();
    let refused = push(&mut scene.session().await, &deployment).await.unwrap_err();
    assert!(matches!(&refused, PushError::Unfinished { run, .. } if run.task == Task::Deploy));
    assert_eq!(refused.kind(), ErrorKind::Refused);
    assert_eq!(scene.cloud.called("UpdateFunctionCode"), 0);

    scene.up().await.unwrap();
    push(&mut scene.session().await, &deployment).await.unwrap();
}

#[tokio::test]
async fn the_command_that_finishes_a_run_is_the_one_that_began_it() {
    for (command, task) in [
        (Command::Change, "Deploy"),
        (Command::Rollback, "RollBack"),
        (Command::RollbackTo, "RollBackTo"),
    ] {
        let mut set = killed_after_execution(command).await;
        let told = unfinished(&set.scene.session().await, BUCKET, "orders").await;
        let [run] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert!(format!("{:?}", run.task).starts_with(task), "{run:?}");
    }
    for (command, operation, task) in [
        (Command::Down, "DeleteStack", Task::Delete),
        (Command::DownWithLogGroups, "DeleteLogGroup", Task::Delete),
        (Command::Purge, "DeleteStack", Task::Purge),
        (Command::Purge, "DeleteTable", Task::Purge),
        (Command::PurgeTables, "DeleteTable", Task::Purge),
    ] {
        let mut set = killed_before(command, operation).await;
        let told = unfinished(&set.scene.session().await, BUCKET, "orders").await;
        let [run] = told.as_slice() else {
            panic!("{command:?} before {operation}: {told:?}")
        };
        assert_eq!(run.task, task, "{command:?} before {operation}");
    }
}

/// What a deletion has told of runs before it.
async fn told_by_a_deletion(set: &mut Set, purge: Purge) -> Vec<(Task, RunFate)> {
    set.scene.cloud.pass(60);
    set.scene.forget();
    set.scene.down(purge).await.unwrap();
    let events = set.scene.reporter.events.iter();
    events
        .filter_map(|event| match event {
            Event::EarlierRun { run, fate, .. } => Some((run.task.clone(), fate.clone())),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn a_deletion_tells_of_the_run_before_it_and_leaves_none() {
    let deleted = |stay: &[&str]| RunFate::Deleted {
        stay: stay.iter().map(|table| (*table).to_owned()).collect(),
    };
    for (command, operation, purge, task) in [
        (Command::Down, "DeleteStack", Purge::KeepTables, Task::Delete),
        (
            Command::DownWithLogGroups,
            "DeleteLogGroup",
            Purge::KeepTables,
            Task::Delete,
        ),
        (Command::Purge, "DeleteTable", Purge::DeleteTables, Task::Purge),
        (
            Command::PurgeTables,
            "DeleteTable",
            Purge::DeleteTables,
            Task::Purge,
        ),
    ] {
        let mut set = killed_before(command, operation).await;
        let told = told_by_a_deletion(&mut set, purge).await;
        assert_eq!(told, [(task, deleted(&[]))], "{command:?} before {operation}");
        let left = unfinished(&set.scene.session().await, BUCKET, "orders").await;
        assert!(left.is_empty(), "{command:?} before {operation}: {left:?}");
    }
    // Who has killed a deletion with its data may think better of it, before or after the stack is gone; where the data is gone, nothing stays.
    for (command, operation, stay) in [
        (Command::Purge, "DeleteStack", &["orders-events"][..]),
        (Command::Purge, "DeleteTable", &["orders-events"]),
        (Command::PurgeTables, "DeleteTable", &["orders-events"]),
        (Command::Purge, "DeleteObject", &[]),
    ] {
        let mut set = killed_before(command, operation).await;
        let told = told_by_a_deletion(&mut set, Purge::KeepTables).await;
        assert_eq!(
            told,
            [(Task::Purge, deleted(stay))],
            "{command:?} before {operation}"
        );
        let left = unfinished(&set.scene.session().await, BUCKET, "orders").await;
        assert!(left.is_empty(), "{command:?} before {operation}: {left:?}");
    }
    let mut set = changed_and_not_recorded().await;
    let told = told_by_a_deletion(&mut set, Purge::KeepTables).await;
    assert_eq!(told, [(Task::Deploy, deleted(&[]))]);
    // One that has come to its end is no earlier run.
    let again = told_by_a_deletion(&mut set, Purge::KeepTables).await;
    assert!(again.is_empty(), "{again:?}");
}

#[tokio::test]
async fn a_deletion_that_was_stopped_before_it_began_leaves_no_run() {
    let mut set = Command::Down.set().await;
    let scene = &mut set.scene;
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Started { .. }));
    let stopped = scene.down(Purge::KeepTables).await.unwrap_err();
    assert!(
        matches!(
            stopped,
            DestroyError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{stopped:?}"
    );
    assert_eq!(scene.cloud.called("DeleteStack"), 0);
    let left = unfinished(&scene.session().await, BUCKET, "orders").await;
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_rollback_after_a_killed_deployment_tells_of_it_once() {
    let mut set = changed_and_not_recorded().await;
    let scene = &mut set.scene;
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    rollback(&mut scene.session().await, &asked).await.unwrap();
    let told = scene
        .reporter
        .events
        .iter()
        .filter(|event| matches!(event, Event::EarlierRun { .. }));
    assert_eq!(told.count(), 1, "{:?}", scene.reporter.events);
}

#[tokio::test]
async fn a_smoke_test_that_was_killed_is_told_of_by_its_queue() {
    let mut set = killed_before(Command::Smoke, "DeleteQueue").await;
    let scene = &mut set.scene;
    for (command, told) in looked(scene).await {
        let [run] = told.as_slice() else {
            panic!("{command}: {told:?}")
        };
        assert_eq!(run.task, Task::Try, "{command}");
        assert!(run.by.ends_with("/jo"), "{command}: {run:?}");
    }
    // What it has left holds up nobody.
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.calls().len(), 6);
    Command::Smoke.run(&mut set, false).await.unwrap();
    for (command, told) in looked(&mut set.scene).await {
        assert!(told.is_empty(), "{command}: {told:?}");
    }
}
