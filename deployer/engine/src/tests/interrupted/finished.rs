//! What the command that comes next does for a run that did not come to its end, and what it tells of that.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::SignedDuration;

use crate::cloud::Clock;
use crate::fake::Killed;
use crate::stack::ReleaseId;
use crate::tests::releases::{called, releases};
use crate::tests::*;
use crate::{Finished, Life, RunFate, unfinished};

use super::beside::killed_before;
use super::commands::{Command, Set};
use super::told::{changed_and_not_recorded, killed_after_execution};

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
    let killed = AssertUnwindSafe(run).catch_unwind().await;
    assert!(killed.is_err_and(|end| end.is::<Killed>()));
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
