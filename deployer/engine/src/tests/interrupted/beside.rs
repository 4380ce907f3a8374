//! What somebody else finds who comes beside or after a run that was killed.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::SignedDuration;

use crate::cloud::{Caller, Clock};
use crate::fake::Killed;
use crate::stack::Task;
use crate::tests::releases::{called, releases};
use crate::tests::*;
use crate::{Finished, Life, RunFate, unfinished};

use super::commands::{Command, Set};

/// From now on somebody else deploys.
fn as_somebody_else(scene: &Scene) {
    scene.cloud.with(|world| {
        world.caller = Some(Caller {
            account: ACCOUNT.into(),
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/admin/max"),
        });
    });
}

#[tokio::test]
async fn another_deployment_beside_one_that_is_killed_comes_to_its_end_and_leaves_nothing_to_do() {
    let mut number = 0;
    loop {
        let mut set = Command::Change.set().await;
        set.scene.cloud.kill_after(number);
        let first = AssertUnwindSafe(Command::Change.run(&mut set, false))
            .catch_unwind()
            .await;
        if first.is_ok() {
            break;
        }
        let scene = &mut set.scene;
        scene.cloud.let_live();
        as_somebody_else(scene);
        called(scene, "three");
        let began = scene.cloud.now();
        let mut session = Session::open(
            &scene.cloud,
            &mut scene.reporter,
            scene.interrupt.clone(),
            ACCOUNT,
        )
        .await
        .unwrap();
        session.wait_for_others();
        let deployed = deploy(&mut session, &scene.deployment).await;
        assert!(
            matches!(deployed, Ok(Deployed::Updated(_))),
            "after call {number}: {deployed:?}"
        );
        let waited = scene.cloud.now().duration_since(began);
        assert!(
            waited < SignedDuration::from_mins(5),
            "after call {number}: {waited}"
        );

        let names: Vec<bool> = {
            let executed = scene.cloud.called("ExecuteChangeSet") == 2;
            let made = releases(scene).await.len();
            vec![executed, made == 3]
        };
        assert_eq!(
            names[0], names[1],
            "after call {number}: what was live is in the history"
        );
        scene.forget();
        assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
        assert_eq!(
            scene.cloud.calls().len(),
            6,
            "after call {number}: {:?}",
            scene.cloud.calls()
        );
        number += 1;
    }
    assert!(number > 30, "only {number} places");
}

/// Kills a command just before it calls an operation for the first time.
pub(super) async fn killed_before(command: Command, operation: &str) -> Set {
    let mut set = command.set().await;
    command.run(&mut set, false).await.unwrap();
    let calls = set.scene.cloud.calls();
    let number = calls.iter().position(|call| call == operation).unwrap();
    let mut set = command.set().await;
    set.scene.cloud.kill_after(number);
    let killed = AssertUnwindSafe(command.run(&mut set, false))
        .catch_unwind()
        .await;
    assert!(killed.is_err_and(|end| end.is::<Killed>()));
    set.scene.cloud.let_live();
    set
}

/// A replacement that was killed when it had lifted the policy, and a stack that is to stay as it is.
async fn killed_with_the_policy_lifted() -> Set {
    let mut set = killed_before(Command::Replace, "ExecuteChangeSet").await;
    let scene = &mut set.scene;
    let deployed = scene
        .cloud
        .with(|world| world.stack_mut("orders").template.clone());
    scene.deployment.template = WantedTemplate::read(deployed).unwrap();
    scene.deployment.accepted = Accepted::default();
    scene.forget();
    set
}

fn policy(scene: &Scene) -> Option<String> {
    scene.cloud.with(|world| world.stack_mut("orders").policy.clone())
}

/// The runs that were told of, each with whether it has left a policy lifted.
fn told(scene: &Scene) -> Vec<(Life, bool)> {
    let events = scene.reporter.events.iter();
    let told = events.filter_map(|event| match event {
        Event::EarlierRun { life, run, .. } => Some((*life, run.policy_lifted)),
        _ => None,
    });
    told.collect()
}

#[tokio::test]
async fn a_run_that_may_still_be_at_work_is_left_alone_and_one_that_cannot_be_is_undone() {
    let mut set = killed_with_the_policy_lifted().await;
    let scene = &mut set.scene;
    let lifted = policy(scene);
    assert!(unfinished(&scene.session().await, BUCKET, "orders").await[0].policy_lifted);
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(told(scene), [(Life::AtWork, true)]);
    assert_eq!(policy(scene), lifted);

    scene.cloud.pass(11 * 60);
    scene.forget();
    let second = scene.up().await;
    assert!(matches!(second, Ok(Deployed::Settled(_))), "{second:?}");
    assert_eq!(told(scene), [(Life::Unknown, false)]);
    assert_ne!(policy(scene), lifted);
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    assert_eq!(scene.cloud.calls().len(), 6);
}

#[tokio::test]
async fn a_policy_does_not_stay_lifted_for_a_run_that_only_may_be_at_work() {
    for is_refused in [true, false] {
        let mut set = killed_with_the_policy_lifted().await;
        let scene = &mut set.scene;
        let lifted = policy(scene);
        scene.cloud.pass(2 * 60);
        if is_refused {
            called(scene, "three");
        }
        let came_to = scene.up().await;
        match &came_to {
            Ok(Deployed::Settled(_)) if !is_refused => {}
            Err(DeployError::Guarded { .. }) if is_refused => {}
            _ => panic!("{came_to:?}"),
        }
        assert_ne!(policy(scene), lifted);
        // Its intent is left to it.
        assert_eq!(told(scene), [(Life::AtWork, false)]);
        let left = unfinished(&scene.session().await, BUCKET, "orders").await;
        assert_eq!(left.len(), 1);
        assert!(!left[0].policy_lifted);
    }
}

#[tokio::test]
async fn a_creation_after_a_killed_deletion_is_not_in_the_way_of_a_log_group_that_came_back() {
    let mut set = killed_before(Command::DownWithLogGroups, "DeleteLogGroup").await;
    let scene = &mut set.scene;
    scene.cloud.pass(60);
    scene.forget();
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    let removed = |event: &Event| matches!(event, Event::EarlierRun { run, fate: RunFate::Finished { done, .. }, .. } if run.task == Task::Delete && matches!(done.as_slice(), [Finished::LogGroup(_)]));
    assert!(
        scene.reporter.events.iter().any(removed),
        "{:?}",
        scene.reporter.events
    );
}

#[tokio::test]
async fn garbage_is_nothing_that_an_interrupted_run_may_return_to() {
    let mut set = Command::TryBroken.set().await;
    set.scene.cloud.kill_after(45);
    let killed = AssertUnwindSafe(Command::TryBroken.run(&mut set, false))
        .catch_unwind()
        .await;
    assert!(killed.is_err_and(|end| end.is::<Killed>()));
    let scene = &mut set.scene;
    scene.cloud.let_live();
    scene.cloud.pass(3 * 24 * 60 * 60);
    // No release keeps anything.
    let collection = GarbageCollection {
        bucket: BUCKET.into(),
        keep: 0,
        young_for: SignedDuration::from_hours(24),
        dry_run: false,
    };
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    let collected = collect_garbage(&mut session, &collection).await.unwrap();
    assert!(matches!(collected, Collected::Nothing(_)), "{collected:?}");
}

#[tokio::test]
async fn a_release_that_failed_its_smoke_test_is_no_target_and_one_that_restores_says_what() {
    let mut set = Command::TryBroken.set().await;
    Command::TryBroken.run(&mut set, false).await.unwrap_err();
    let scene = &mut set.scene;
    // Who takes back what they brought themselves have not been interrupted.
    let tells = |event: &Event| matches!(event, Event::EarlierRun { .. });
    assert!(!scene.reporter.events.iter().any(tells));
    let history = releases(scene).await;
    let [restored, broken, first] = history.as_slice() else {
        panic!("{history:?}")
    };
    assert_eq!(
        (restored.failed_smoke, broken.failed_smoke, first.failed_smoke),
        (false, true, false)
    );
    assert_eq!(restored.rolled_back_to, Some(first.id.clone()));

    // The release before the next one is the one that was restored, and not the one that failed.
    called(scene, "three");
    scene.up().await.unwrap();
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    let back = rollback(&mut session, &asked).await.unwrap();
    assert_eq!(back.release.id, restored.id);
    // From there, too, nothing leads to the one that failed.
    let again = rollback(&mut session, &asked).await.unwrap_err();
    assert!(matches!(again, RollbackError::NoEarlierRelease { .. }), "{again}");
}

#[tokio::test]
async fn a_release_whose_smoke_test_was_wanted_and_never_made_is_no_target() {
    let mut set = Command::TryBroken.set().await;
    // Killed when the release is live, before it is tried.
    let scene = &mut set.scene;
    let first = releases(scene).await;
    let [first] = first.as_slice() else {
        panic!("{first:?}")
    };
    let first = first.id.clone();
    called(scene, "broken");
    scene.deployment.sequel.trial = true;
    scene.up().await.unwrap();
    called(scene, "three");
    scene.deployment.sequel.trial = false;
    scene.up().await.unwrap();
    let history = releases(scene).await;
    assert!(history[1].untried, "{history:?}");
    let asked = Rollback {
        to: None,
        deployment: scene.deployment.clone(),
    };
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    assert_eq!(rollback(&mut session, &asked).await.unwrap().release.id, first);
}
