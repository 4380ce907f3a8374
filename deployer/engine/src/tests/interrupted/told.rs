//! What commands tell that leave a stack as it is, or find what another run has done, of a run that did not come to its end.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::SignedDuration;

use crate::cloud::{CallErrorKind, Clock};
use crate::fake::Killed;
use crate::stack::{ReleaseId, Task, Unfinished};
use crate::tests::releases::{called, releases};
use crate::tests::*;
use crate::{ErrorKind, Finished, Life, Live, RunFate, describe, drift, unfinished};

use super::beside::killed_before;
use super::commands::{Command, Set};

/// A change that was killed once CloudFormation had made it and before it was recorded.
async fn changed_and_not_recorded() -> Set {
    let mut set = killed_after_execution(Command::Change).await;
    set.scene.cloud.pass(60);
    set.scene.forget();
    set
}

async fn killed_after_execution(command: Command) -> Set {
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
        matches!(stopped, DestroyError::Interrupted { going_on: None }),
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
async fn only_the_run_that_creates_a_stack_says_so_and_no_living_run_is_called_dead() {
    let mut set = killed_after_execution(Command::Create).await;
    let scene = &mut set.scene;
    // Whether the first run is dead or only slow, nobody can tell: CloudFormation has made the stack, and nothing is recorded.
    scene.cloud.pass(60);
    scene.forget();
    let second = scene.up().await.unwrap();
    let Deployed::Completed(_, outcome) = &second else {
        panic!("{second:?}")
    };
    assert_eq!(format!("{outcome:?}"), "Created");
    let life = scene.reporter.events.iter().find_map(|event| match event {
        Event::EarlierRun { life, .. } => Some(*life),
        _ => None,
    });
    assert_eq!(life, Some(Life::Unknown));
    let third = scene.up().await.unwrap();
    assert!(matches!(third, Deployed::Unchanged(_)), "{third:?}");
}

/// What is told of earlier runs: the release of each, and what was done for it.
fn finished(scene: &Scene) -> Vec<(Option<ReleaseId>, Vec<Finished>)> {
    let events = scene.reporter.events.iter();
    let told = events.filter_map(|event| match event {
        Event::EarlierRun {
            fate: RunFate::Finished { release, done },
            ..
        } => Some((release.clone(), done.clone())),
        _ => None,
    });
    told.collect()
}

/// A change that was killed before it was executed, begun again twenty minutes later, and killed when CloudFormation was to make it.
async fn killed_twice() -> Set {
    let begun = async || {
        let mut set = killed_before(Command::Change, "ExecuteChangeSet").await;
        set.scene.cloud.pass(20 * 60);
        set.scene.forget();
        set
    };
    let mut set = begun().await;
    Command::Change.run(&mut set, false).await.unwrap();
    let calls = set.scene.cloud.calls();
    let executed = calls.iter().position(|call| call == "ExecuteChangeSet").unwrap();
    let mut set = begun().await;
    set.scene.cloud.kill_after(executed + 1);
    let run = Box::pin(Command::Change.run(&mut set, false));
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
    set.scene.cloud.let_live();
    set.scene.cloud.pass(60);
    set.scene.forget();
    set
}

#[tokio::test]
async fn of_two_runs_that_were_killed_the_one_that_took_up_the_other_is_told_of_with_its_own_release() {
    let mut set = Box::pin(killed_twice()).await;
    let scene = &mut set.scene;
    let left = unfinished(&scene.session().await, BUCKET, "orders").await;
    let [run] = left.as_slice() else {
        panic!("{left:?}")
    };
    let age = scene.cloud.now().duration_since(run.since);
    assert!(age < SignedDuration::from_mins(5), "the later one: {age}");

    scene.up().await.unwrap();
    assert_eq!(finished(scene), [(run.release.clone(), vec![Finished::Recorded])]);
    assert!(
        unfinished(&scene.session().await, BUCKET, "orders")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_run_that_was_finished_is_not_told_of_again_when_the_one_that_finished_it_is_killed_too() {
    let mut number = 0;
    loop {
        let mut set = changed_and_not_recorded().await;
        called(&mut set.scene, "three");
        set.scene.cloud.kill_after(number);
        let run = set.scene.up();
        let came_to = AssertUnwindSafe(Box::pin(run)).catch_unwind().await;
        set.scene.cloud.let_live();
        if came_to.is_ok() {
            break;
        }
        set.scene.cloud.pass(60);
        let left = unfinished(&set.scene.session().await, BUCKET, "orders").await;
        assert_eq!(left.len(), 1, "after call {number}: {left:?}");
        number += 1;
    }
    assert!(number > 30, "only {number} places");
}

#[tokio::test]
async fn what_was_done_for_an_earlier_run_is_told_once_and_when_it_is_done() {
    for (command, wanted) in [
        (Command::Create, vec![Finished::Recorded]),
        (Command::TryWorking, vec![Finished::Recorded, Finished::Trial]),
        (
            Command::Import,
            vec![Finished::ImportedTables, Finished::Recorded, Finished::Listing],
        ),
        (Command::Replace, vec![Finished::StackPolicy, Finished::Recorded]),
    ] {
        let mut set = killed_after_execution(command).await;
        set.scene.cloud.pass(60);
        set.scene.forget();
        command.run(&mut set, false).await.unwrap();
        let told = finished(&set.scene);
        let [(Some(_), done)] = told.as_slice() else {
            panic!("{command:?}: {told:?}")
        };
        assert_eq!(done, &wanted, "{command:?}");
        let last = set.scene.reporter.events.last();
        assert!(
            matches!(last, Some(Event::EarlierRun { .. })),
            "{command:?}: {last:?}"
        );
    }
}

#[tokio::test]
async fn who_changes_something_else_completes_the_tables_that_a_killed_import_has_left() {
    let mut set = killed_after_execution(Command::Import).await;
    set.scene.cloud.pass(60);
    called(&mut set.scene, "two");
    Command::Import.run(&mut set, false).await.unwrap();
    assert!(set.scene.cloud.with(|world| !world.invoked.is_empty()));
}

#[tokio::test]
async fn a_release_whose_smoke_test_was_killed_is_marked_before_anybody_comes_after() {
    let mut set = killed_before(Command::TryWorking, "CreateQueue").await;
    let scene = &mut set.scene;
    let history = history(&scene.session().await, BUCKET, "orders", 20)
        .await
        .unwrap();
    assert!(history.releases[0].untried, "{:?}", history.releases);
    // It is tried by whoever asks for it again.
    Command::TryWorking.run(&mut set, false).await.unwrap();
    assert!(!releases(&mut set.scene).await[0].untried);
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
