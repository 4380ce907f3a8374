//! `up`, `down` and `recover` from each of the 23 states, and waiting for others.

use crate::stack::guard::Acceptance;
use crate::stack::{Diagnosis, Move, NextMove, StackStatus, situation};
use crate::{ErrorKind, RecoverError, Recovery, Standing, recover, standing};

use super::*;

/// A stack in a state, in which `Topic` can neither be undone nor deleted.
async fn stuck_in(status: &StackStatus) -> Scene {
    let mut scene = in_state(status).await;
    scene.cloud.fail_resource("Topic", "Rate exceeded");
    scene.forget();
    scene
}

async fn in_state(status: &StackStatus) -> Scene {
    match status {
        StackStatus::DeleteComplete => Scene::new(),
        StackStatus::ReviewInProgress => {
            let scene = Scene::new();
            scene.cloud.with(|world| world.add_shell("orders"));
            scene
        }
        _ => {
            let scene = Scene::deployed().await;
            scene.cloud.set_status("orders", status.clone());
            scene
        }
    }
}

pub(super) fn recovery(way: Move) -> Recovery {
    Recovery {
        stack: "orders".into(),
        way,
        leave: if way.leaves_resources() {
            vec!["Topic".into()]
        } else {
            Vec::new()
        },
        template: wanted(&template()),
        protected: false,
        execution_role: None,
        accepted: Accepted::default(),
    }
}

async fn take(scene: &mut Scene, recovery: &Recovery) -> Result<StackStatus, RecoverError> {
    let mut session = scene.session().await;
    recover(&mut session, recovery).await
}

async fn look(scene: &Scene) -> Standing {
    let mut reporter = ScriptedReporter::silent();
    let session = Session::open(&scene.cloud, &mut reporter, scene.interrupt.clone(), ACCOUNT)
        .await
        .unwrap();
    let found = standing(&session, "orders", |failure| Diagnosis::of(failure, None)).await;
    found.unwrap().unwrap()
}

/// An outcome by its name, an error by its words without the time.
fn told<T: std::fmt::Debug, E: std::fmt::Display>(outcome: &Result<T, E>) -> String {
    match outcome {
        Ok(done) => format!("{done:?}").split(['(', ' ']).next().unwrap().to_owned(),
        Err(error) => {
            let words = error.to_string();
            let is_time = |word: &&str| word.starts_with("2027-");
            words
                .split(' ')
                .filter(|word| !is_time(word))
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}

#[tokio::test]
async fn up_and_down_from_every_state_do_what_it_allows() {
    let mut rows = Vec::new();
    for status in StackStatus::KNOWN {
        let mut scene = in_state(&status).await;
        let up = scene.up().await;
        let mut other = in_state(&status).await;
        let down = other.down(Purge::KeepTables).await;
        rows.push(format!(
            "{status}\n  up:   {}\n  down: {}",
            told(&up),
            told(&down)
        ));
        let may_begin = !matches!(status.next_move(), NextMove::Wait | NextMove::Recover);
        assert_eq!(up.is_ok(), may_begin, "{status}: {up:?}");
        assert_eq!(
            down.is_ok(),
            status.next_move() != NextMove::Wait,
            "{status}: {down:?}"
        );
        scene.assert_nothing_is_left_behind();
    }
    insta::assert_snapshot!(rows.join("\n"));
}

#[tokio::test]
async fn every_possible_move_out_of_every_state_is_taken() {
    let mut rows = Vec::new();
    for status in StackStatus::KNOWN {
        let moves = situation(&status).moves;
        if moves.is_empty() {
            rows.push(format!("{status}: nothing to recover"));
        }
        for possible in moves {
            let mut scene = stuck_in(&status).await;
            if possible.way == Move::Wait {
                scene
                    .cloud
                    .end_elsewhere("orders", 30, &StackStatus::UpdateComplete);
            }
            let outcome = take(&mut scene, &recovery(possible.way)).await;
            let begun: Vec<String> = scene
                .cloud
                .calls()
                .into_iter()
                .filter(|call| {
                    !call.starts_with("Describe") && !call.starts_with("Get") && !call.starts_with("List")
                })
                .collect();
            let outcome = match outcome {
                Ok(status) => status.to_string(),
                Err(error) => format!("failed, {error}"),
            };
            rows.push(format!(
                "{status}: {} [{}] → {outcome}",
                possible.way,
                begun.join(", ")
            ));
        }
    }
    insta::assert_snapshot!(rows.join("\n"));
}

#[tokio::test]
async fn a_move_that_the_state_does_not_allow_is_not_tried() {
    let mut scene = stuck_in(&StackStatus::UpdateFailed).await;
    let error = take(&mut scene, &recovery(Move::Force)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.to_string(), "`force` is no move out of `UPDATE_FAILED`");
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity", "DescribeStacks"]);
}

#[tokio::test]
async fn a_deletion_that_would_take_the_events_along_is_refused_unless_accepted() {
    let mut unkept = template();
    unkept["Resources"]["Events"]
        .as_object_mut()
        .unwrap()
        .remove("DeletionPolicy");
    let mut scene = Scene::deployed_as(unkept).await;
    scene
        .cloud
        .set_status("orders", StackStatus::UpdateRollbackFailed);
    let mut delete = recovery(Move::Delete);
    let error = take(&mut scene, &delete).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().ends_with("remove:Events"), "{error}");
    assert_eq!(scene.cloud.called("DeleteStack"), 0);

    let acceptance: Acceptance = "remove:Events".parse().unwrap();
    delete.accepted = [acceptance].into_iter().collect();
    assert_eq!(
        take(&mut scene, &delete).await.unwrap(),
        StackStatus::DeleteComplete
    );
    assert!(scene.cloud.with(|world| world.tables.is_empty()));
}

#[tokio::test]
async fn what_is_retained_by_name_needs_no_acceptance() {
    let mut unkept = template();
    unkept["Resources"]["Events"]
        .as_object_mut()
        .unwrap()
        .remove("DeletionPolicy");
    let mut scene = Scene::deployed_as(unkept).await;
    scene.cloud.set_status("orders", StackStatus::DeleteFailed);
    let mut retain = recovery(Move::Retain);
    retain.leave = vec!["Events".into()];
    assert_eq!(
        take(&mut scene, &retain).await.unwrap(),
        StackStatus::DeleteComplete
    );
    assert_eq!(scene.cloud.with(|world| world.tables.len()), 1);
}

#[tokio::test]
async fn a_protected_stack_is_not_deleted_by_a_recovery() {
    let mut scene = stuck_in(&StackStatus::DeleteFailed).await;
    let mut delete = recovery(Move::Delete);
    delete.protected = true;
    let error = take(&mut scene, &delete).await.unwrap_err();
    assert!(matches!(error, RecoverError::Protected { .. }), "{error:?}");
    assert_eq!(scene.cloud.called("DeleteStack"), 0);
}

#[tokio::test]
async fn where_a_stack_stands_is_told_with_who_brought_it_there_and_what_was_not_done() {
    let mut scene = stuck_in(&StackStatus::UpdateRollbackFailed).await;
    take(&mut scene, &recovery(Move::Continue)).await.unwrap_err();
    let found = look(&scene).await;
    assert_eq!(found.status, StackStatus::UpdateRollbackFailed);
    assert_eq!(
        (found.by.as_deref(), &*found.failed),
        (Some("jo"), &["Topic".to_owned()][..])
    );
    assert_eq!(found.cause.unwrap().failure.reason, "Rate exceeded");

    let mut scene = stuck_in(&StackStatus::CreateComplete).await;
    scene.down(Purge::KeepTables).await.unwrap_err();
    let found = look(&scene).await;
    assert_eq!(
        (found.status, found.failed),
        (StackStatus::DeleteFailed, vec!["Topic".to_owned()])
    );
    assert!(found.since < scene.cloud.with(|world| world.now));
}

#[tokio::test]
async fn an_operation_of_somebody_else_is_waited_for_if_that_is_asked_for() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .begin_elsewhere("orders", &StackStatus::UpdateInProgress, "Console-Update-1");
    scene
        .cloud
        .end_elsewhere("orders", 90, &StackStatus::UpdateComplete);
    let deployment = scene.deployment.clone();
    let mut session = scene.session().await;
    session.wait_for_others();
    let outcome = deploy(&mut session, &deployment).await.unwrap();
    assert!(matches!(outcome, Deployed::Unchanged(_)), "{outcome:?}");
    let awaited = scene.reporter.events.iter().filter_map(|event| match event {
        Event::Awaiting { status, by, .. } => Some((status.clone(), by.as_deref())),
        _ => None,
    });
    assert_eq!(
        awaited.collect::<Vec<_>>(),
        [(StackStatus::UpdateInProgress, Some("the AWS console"))]
    );
}

#[tokio::test]
async fn waiting_for_somebody_else_can_be_interrupted() {
    let mut scene = Scene::deployed().await;
    scene
        .cloud
        .begin_elsewhere("orders", &StackStatus::UpdateInProgress, "t");
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Awaiting { .. }));
    let deployment = scene.deployment.clone();
    let mut session = scene.session().await;
    session.wait_for_others();
    let error = deploy(&mut session, &deployment).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error:?}"
    );
}
