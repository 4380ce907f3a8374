//! `drill`: a log is restored beside its stack, verified there, and nothing is left of it, whatever happens on the way.

use std::cell::RefCell;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::CallErrorKind;
use crate::fake::Loss;
use crate::tests::interrupted::standing::standing;
use crate::tests::smoking::TOPIC;
use crate::{
    BoxError, Drill, DrillError, DrillStep, Drilled, ErrorKind, OutputNames, Refusal, SmokeTarget, StepError,
    Verified, Verifier, drill, find_source,
};

use super::*;

const DONE: &str = r#"{"reconcile":{"commits":42,"streams":2,"fed":42}}"#;

/// A store that is found to be as it is said, in turn; whole, when nothing more is said.
#[derive(Default)]
pub(super) struct RestoredStore(RefCell<Vec<Result<Verified, Refusal>>>);

impl RestoredStore {
    fn found(answers: impl IntoIterator<Item = Result<Verified, Refusal>>) -> Self {
        Self(RefCell::new(answers.into_iter().collect()))
    }
}

impl Verifier for RestoredStore {
    async fn verify(&self, target: &SmokeTarget) -> Result<Verified, Refusal> {
        assert_eq!(target.url, "https://orders-drill.example/");
        let mut answers = self.0.borrow_mut();
        if answers.is_empty() {
            Ok(whole())
        } else {
            answers.remove(0)
        }
    }
}

fn whole() -> Verified {
    Verified {
        streams: 2,
        events: 42,
        in_feed: 42,
        ..Verified::default()
    }
}

/// A store whose log can be restored, with items in it.
pub(super) async fn with_a_log() -> Scene {
    let mut template = template();
    template["Outputs"]["EsSnsTopic"] = json!({"Value": TOPIC});
    let mut scene = Scene::deployed_as(template).await;
    scene.cloud.with(|world| log(world).items = 42);
    scene.cloud.pass(60);
    scene.forget();
    scene
}

fn log(world: &mut crate::fake::World) -> &mut crate::fake::FakeTable {
    world.tables.get_mut("orders-events").unwrap()
}

/// The store of a drill: the same template for another stack, whose tables go with it.
fn beside(scene: &Scene, code: Vec<CodeArtifact>) -> Deployment {
    let text = scene.deployment.template.text().replace("orders", "orders-drill");
    let mut template: Value = serde_json::from_str(&text).unwrap();
    template["Resources"]["Events"]["DeletionPolicy"] = json!("Delete");
    template["Resources"]["Events"]["Properties"]["PointInTimeRecoverySpecification"] = json!({});
    Deployment {
        stack: "orders-drill".into(),
        template: wanted(&template),
        artifacts: code,
        ..scene.deployment.clone()
    }
}

/// Runs a drill on the log of `orders`.
pub(super) async fn drilled(
    scene: &mut Scene,
    at: Option<Timestamp>,
    store: &RestoredStore,
) -> Result<Drilled, DrillError> {
    let template = scene.deployment.template.text().to_owned();
    let source = {
        let session = scene.session().await;
        find_source(&session, "orders", &template, BUCKET).await?
    };
    let deployment = beside(scene, source.code.clone());
    let outputs = OutputNames {
        url: "EsUrl",
        topic: "EsSnsTopic",
    };
    let planned = Drill::new(source, at, deployment, "RelayLive", outputs)?;
    let mut session = scene.session().await;
    drill(&mut session, &planned, store).await
}

async fn well(scene: &mut Scene) -> Drilled {
    scene.cloud.answer_invocations([DONE]);
    drilled(scene, None, &RestoredStore::default()).await.unwrap()
}

fn steps(drilled: &Drilled) -> Vec<DrillStep> {
    drilled.steps.iter().map(|taken| taken.step).collect()
}

fn restored(scene: &Scene) -> Vec<(String, Option<Timestamp>)> {
    scene.cloud.with(|world| world.restored.clone())
}

#[tokio::test]
async fn a_log_is_restored_beside_verified_and_nothing_is_left_of_it() {
    let mut scene = with_a_log().await;
    let before = standing(&scene);
    let drilled = well(&mut scene).await;
    assert_eq!(
        steps(&drilled),
        [
            DrillStep::Restore,
            DrillStep::Deploy,
            DrillStep::Reconcile,
            DrillStep::Verify,
            DrillStep::TakeDown
        ]
    );
    // The scripted restore takes twenty minutes.
    assert!(
        drilled.steps[0].took >= std::time::Duration::from_mins(20),
        "{drilled:?}"
    );
    assert_eq!((drilled.verified, drilled.reconciled.commits), (whole(), 42));
    assert_eq!(restored(&scene), [("orders-events".to_owned(), None)]);
    assert_eq!(
        scene.reporter.asked,
        ["drill: orders-events (42) into orders-drill-events of orders-drill, after []"]
    );
    assert!(scene.reporter.events.contains(&Event::Adopting {
        table: "orders-drill-events".into(),
        items: 42
    }));
    scene.cloud.pass(60);
    assert_eq!(standing(&scene).replace("1 invocations", "0 invocations"), before);
}

#[tokio::test]
async fn a_moment_is_restored_as_of_that_moment_where_it_can_be() {
    let mut scene = with_a_log().await;
    let now = scene.cloud.with(|world| world.now);
    let hour_ago = now - SignedDuration::from_hours(1);
    scene.cloud.answer_invocations([DONE]);
    drilled(&mut scene, Some(hour_ago), &RestoredStore::default())
        .await
        .unwrap();
    assert_eq!(restored(&scene), [("orders-events".to_owned(), Some(hour_ago))]);
    let too_early = now - SignedDuration::from_hours(36 * 24);
    for out_of_reach in [too_early, now + SignedDuration::from_hours(1)] {
        let error = drilled(&mut scene, Some(out_of_reach), &RestoredStore::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(": it can be from "), "{error}");
    }
    assert_eq!(restored(&scene).len(), 1);
}

type Change = fn(&mut crate::fake::World);

#[tokio::test]
async fn what_cannot_be_restored_is_refused_before_anything_is_made() {
    let no_recovery = |world: &mut crate::fake::World| log(world).point_in_time_recovery = false;
    let no_release =
        |world: &mut crate::fake::World| world.objects.retain(|key, _| !key.starts_with("releases/"));
    let refusals: [(Change, &str); 2] = [
        (no_recovery, "table `orders-events` has no point-in-time recovery"),
        (
            no_release,
            "stack `orders` has no recorded release, which would tell the code that a restored log is read with",
        ),
    ];
    for (change, says) in refusals {
        let mut scene = with_a_log().await;
        scene.cloud.with(change);
        let error = drilled(&mut scene, None, &RestoredStore::default())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), says);
        assert_eq!(scene.cloud.called("RestoreTableToPointInTime"), 0);
        assert!(scene.reporter.asked.is_empty());
    }
    let mut scene = Scene::new();
    let error = drilled(&mut scene, None, &RestoredStore::default())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "there is no stack `orders`");
}

#[tokio::test]
async fn who_does_not_agree_gets_nothing_made() {
    for (answer, says) in [
        (Answer::No, "the drill of stack `orders` was declined"),
        (Answer::NobodyToAsk, "the drill of stack `orders` needs approval"),
    ] {
        let mut scene = with_a_log().await;
        scene.reporter.answer = answer;
        let error = drilled(&mut scene, None, &RestoredStore::default())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::NeedsApproval, says.to_owned())
        );
        assert_eq!(scene.cloud.called("RestoreTableToPointInTime"), 0);
    }
}

#[tokio::test]
async fn a_step_that_fails_is_named_and_leaves_nothing() {
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    let wrong = || Verified {
        wrong: 1,
        examples: vec!["order/1: ends at revision 1".to_owned()],
        ..whole()
    };
    let steps = [
        DrillStep::Restore,
        DrillStep::Deploy,
        DrillStep::Reconcile,
        DrillStep::Verify,
    ];
    for step in steps {
        let mut scene = with_a_log().await;
        let before = standing(&scene);
        let mut store = RestoredStore::default();
        match step {
            DrillStep::Restore => scene.cloud.fail_calls("RestoreTableToPointInTime", 1, &denied),
            DrillStep::Deploy => scene.cloud.fail_resource("Topic", "no"),
            DrillStep::Reconcile => scene
                .cloud
                .answer_invocations([r#"{"errorMessage":"exit status 1"}"#]),
            _ => {
                scene.cloud.answer_invocations([DONE]);
                store = RestoredStore::found([Ok(wrong())]);
            }
        }
        let error = drilled(&mut scene, None, &store).await.unwrap_err();
        let DrillError::Failed {
            step: failed,
            cause,
            left,
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!((*failed, error.kind()), (step, ErrorKind::Failed), "{cause:?}");
        assert!(left.is_none(), "{left:?}");
        scene.cloud.pass(60);
        let after = standing(&scene).replace("1 invocations", "0 invocations");
        assert_eq!(after, before, "{step}");
    }
}

#[tokio::test]
async fn ctrl_c_takes_down_what_was_made_and_begins_nothing_more() {
    let moments: [fn(&Event) -> bool; 5] = [
        |event| matches!(event, Event::Restoring { .. }),
        |event| matches!(event, Event::Started { .. }),
        |event| matches!(event, Event::Reconciling { .. }),
        |event| matches!(event, Event::Verifying { .. }),
        |event| {
            matches!(
                event,
                Event::Drilled {
                    step: DrillStep::Restore,
                    ..
                }
            )
        },
    ];
    for (number, moment) in moments.into_iter().enumerate() {
        let mut scene = with_a_log().await;
        let before = standing(&scene);
        scene.cloud.answer_invocations([DONE]);
        scene.reporter.interrupts_at = Some(moment);
        let error = drilled(&mut scene, None, &RestoredStore::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{number}: {error:?}");
        let taking_down = Event::TakingDown {
            stack: "orders-drill".into(),
            table: "orders-drill-events".into(),
            interrupted: true,
        };
        assert!(scene.reporter.events.contains(&taking_down), "{number}");
        scene.cloud.pass(60);
        let after = standing(&scene).replace("1 invocations", "0 invocations");
        assert_eq!(after, before, "{number}");
    }
}

#[tokio::test]
async fn what_could_not_be_taken_down_is_named_and_goes_with_the_next_drill() {
    let mut scene = with_a_log().await;
    let before = standing(&scene);
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("DeleteTable", 1, &denied);
    scene.cloud.answer_invocations([DONE]);
    let error = drilled(&mut scene, None, &RestoredStore::default())
        .await
        .unwrap_err();
    let DrillError::NotTakenDown(left) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        left.to_string(),
        "stack `orders-drill` or table `orders-drill-events` is left"
    );
    assert!(
        scene
            .cloud
            .with(|world| world.tables.contains_key("orders-drill-events"))
    );
    scene.forget();
    let drilled = well(&mut scene).await;
    assert_eq!(steps(&drilled)[0], DrillStep::Sweep);
    assert_eq!(
        scene.reporter.asked,
        [
            "drill: orders-events (42) into orders-drill-events of orders-drill, after [table orders-drill-events]"
        ]
    );
    scene.cloud.pass(60);
    assert_eq!(standing(&scene).replace("1 invocations", "0 invocations"), before);
}

#[tokio::test]
async fn a_table_of_the_drills_name_that_is_another_environments_is_left_alone() {
    let mut scene = with_a_log().await;
    scene.cloud.with(|world| {
        let mut foreign = log(world).clone();
        foreign.tags = BTreeMap::from([(OWNER_TAG.to_owned(), "staging".to_owned())]);
        world.tables.insert("orders-drill-events".into(), foreign);
    });
    let error = drilled(&mut scene, None, &RestoredStore::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            ErrorKind::Refused,
            "table `orders-drill-events` is of environment `staging`".to_owned()
        )
    );
    assert!(
        scene
            .cloud
            .with(|world| world.tables.contains_key("orders-drill-events"))
    );
}

#[tokio::test]
async fn a_store_that_is_not_reached_yet_is_asked_again_and_one_that_answers_wrongly_is_not() {
    let mut scene = with_a_log().await;
    scene.cloud.answer_invocations([DONE]);
    let late = || Err(Refusal::NotReached(BoxError::from("403 Forbidden")));
    let store = RestoredStore::found([late(), late()]);
    drilled(&mut scene, None, &store).await.unwrap();
    scene.cloud.answer_invocations([DONE]);
    let store = RestoredStore::found([Err(Refusal::Wrong(BoxError::from("500")))]);
    let error = drilled(&mut scene, None, &store).await.unwrap_err();
    let DrillError::Failed { cause, .. } = error else {
        panic!("{error:?}")
    };
    assert!(matches!(*cause, StepError::Unverified(_)), "{cause:?}");
    scene.cloud.answer_invocations([DONE]);
    let never = std::iter::repeat_with(late).take(1_000);
    let error = drilled(&mut scene, None, &RestoredStore::found(never))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the drill failed at `verify`");
}

#[tokio::test]
async fn a_restore_whose_answer_was_lost_is_waited_for_all_the_same() {
    for loss in [Loss::SentAgain, Loss::Silence] {
        let mut scene = with_a_log().await;
        scene.cloud.lose_answer(1, loss);
        let drilled = well(&mut scene).await;
        assert_eq!(steps(&drilled)[0], DrillStep::Restore);
        assert_eq!(restored(&scene).len(), 1);
    }
}
