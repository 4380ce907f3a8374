//! Runs beside each other, on one stack.

use tokio::sync::Notify;

use crate::cloud::CallErrorKind;
use crate::stack::StackStatus;
use crate::stack::plan::Target;
use crate::{ErrorKind, Unready};

use futures::future::LocalBoxFuture;

use super::*;

/// Somebody who takes time over every question: until the test has done something else.
struct Hesitant<'a> {
    asked: &'a Notify,
    goes_on: &'a Notify,
    told: Vec<Event>,
    questions: usize,
}

impl Reporter for Hesitant<'_> {
    fn tell(&mut self, event: Event) {
        self.told.push(event);
    }

    fn confirm<'a>(&'a mut self, _: Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(async move {
            self.questions += 1;
            if self.questions == 1 {
                self.asked.notify_one();
                self.goes_on.notified().await;
            }
            Answer::Yes
        })
    }
}

struct Outcome {
    deployed: Result<Deployed, DeployError>,
    told: Vec<Event>,
    questions: usize,
}

/// Deploys; while that waits for an answer, does `meanwhile`.
async fn deploy_while(scene: &Scene, waits: bool, meanwhile: impl AsyncFnOnce(&FakeCloud)) -> Outcome {
    let (asked, goes_on) = (Notify::new(), Notify::new());
    let mut reporter = Hesitant {
        asked: &asked,
        goes_on: &goes_on,
        told: Vec::new(),
        questions: 0,
    };
    let first = async {
        let mut session = Session::open(&scene.cloud, &mut reporter, scene.interrupt.clone(), ACCOUNT)
            .await
            .unwrap();
        if waits {
            session.wait_for_others();
        }
        deploy(&mut session, &scene.deployment).await
    };
    let second = async {
        asked.notified().await;
        meanwhile(&scene.cloud).await;
        goes_on.notify_one();
    };
    let (deployed, ()) = tokio::join!(first, second);
    Outcome {
        deployed,
        told: reporter.told,
        questions: reporter.questions,
    }
}

/// Somebody else's run of `up`, which answers at once.
async fn up(cloud: &FakeCloud, deployment: &Deployment, answer: Answer) -> Result<Deployed, DeployError> {
    let mut reporter = ScriptedReporter::silent();
    reporter.answer = answer;
    let (_interrupter, interrupt) = interruptible();
    let mut session = Session::open(cloud, &mut reporter, interrupt, ACCOUNT)
        .await
        .unwrap();
    deploy(&mut session, deployment).await
}

/// The same, but gone as soon as the operation has begun, which goes on.
async fn begin(cloud: &FakeCloud, deployment: &Deployment) {
    let (interrupter, interrupt) = interruptible();
    let mut reporter = ScriptedReporter::with(interrupter);
    reporter.interrupts_at = Some(|event| matches!(event, Event::Started { .. }));
    let mut session = Session::open(cloud, &mut reporter, interrupt, ACCOUNT)
        .await
        .unwrap();
    let error = deploy(&mut session, deployment).await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: Some(_) })
        ),
        "{error:?}"
    );
}

fn looked_again(outcome: &Outcome) -> usize {
    let told = outcome.told.iter();
    told.filter(|event| matches!(event, Event::Overtaken { .. }))
        .count()
}

#[tokio::test]
async fn of_two_creations_one_comes_first_and_the_other_finds_it_done() {
    let scene = Scene::new();
    let outcome = deploy_while(&scene, false, async |cloud| {
        let other = up(cloud, &scene.deployment, Answer::Yes).await;
        assert!(matches!(other, Ok(Deployed::Created(_))), "{other:?}");
    })
    .await;
    assert!(
        matches!(outcome.deployed, Ok(Deployed::Unchanged(_))),
        "{:?}",
        outcome.deployed
    );
    assert_eq!((looked_again(&outcome), outcome.questions), (1, 1));
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn a_shell_that_another_run_takes_away_is_made_anew() {
    let scene = Scene::new();
    let gone = CallErrorKind::NotFound {
        message: "Stack [arn:orders] does not exist".into(),
    };
    let outcome = deploy_while(&scene, false, async |cloud| {
        cloud.fail_calls("DescribeStackEvents", 1, &gone);
    })
    .await;
    assert!(
        matches!(outcome.deployed, Ok(Deployed::Created(_))),
        "{:?}",
        outcome.deployed
    );
    assert_eq!((looked_again(&outcome), outcome.questions), (1, 2));
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn of_two_updates_the_later_one_is_asked_about_anew() {
    let mut scene = Scene::deployed().await;
    let mut theirs = scene.deployment.clone();
    theirs.tags.insert("by".into(), "them".into());
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    let outcome = deploy_while(&scene, false, async |cloud| {
        up(cloud, &theirs, Answer::Yes).await.unwrap();
    })
    .await;
    assert!(
        matches!(outcome.deployed, Ok(Deployed::Updated(_))),
        "{:?}",
        outcome.deployed
    );
    assert_eq!((looked_again(&outcome), outcome.questions), (1, 2));
}

#[tokio::test]
async fn what_is_still_going_on_is_told_with_who_began_it_or_waited_for() {
    for waits in [false, true] {
        let scene = Scene::new();
        let outcome = deploy_while(&scene, waits, async |cloud| begin(cloud, &scene.deployment).await).await;
        if waits {
            assert!(
                // Who began it does not come to its end, and this run does what that has left to do.
                matches!(
                    outcome.deployed,
                    Ok(Deployed::Completed(
                        _,
                        crate::stack::release::ReleaseOutcome::Created
                    ))
                ),
                "{:?}",
                outcome.deployed
            );
            let is_told = |event: &Event| matches!(event, Event::Awaiting { by: Some(by), .. } if by == "jo");
            assert!(outcome.told.iter().any(is_told));
        } else {
            let error = outcome.deployed.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            let DeployError::Stopped(Stopped::Unready(Unready::Busy { by, .. })) = error else {
                panic!("{error:?}")
            };
            assert_eq!(by.as_deref(), Some("jo"));
        }
    }
}

#[tokio::test]
async fn a_plan_and_a_declined_deployment_take_nothing_from_one_that_waits_for_its_answer() {
    let scene = Scene::new();
    let outcome = deploy_while(&scene, false, async |cloud| {
        let mut reporter = ScriptedReporter::silent();
        let (_interrupter, interrupt) = interruptible();
        let mut session = Session::open(cloud, &mut reporter, interrupt, ACCOUNT)
            .await
            .unwrap();
        let place = Target {
            environment: "staging".into(),
            protected: false,
            account: ACCOUNT.into(),
            region: "eu-central-1".into(),
            stack: "orders".into(),
        };
        plan(&mut session, &scene.deployment, place).await.unwrap();
        let declined = up(cloud, &scene.deployment, Answer::No).await;
        assert!(
            matches!(declined, Err(DeployError::Declined { .. })),
            "{declined:?}"
        );
    })
    .await;
    assert!(
        matches!(outcome.deployed, Ok(Deployed::Created(_))),
        "{:?}",
        outcome.deployed
    );
    assert_eq!((looked_again(&outcome), outcome.questions), (0, 1));
}

#[tokio::test]
async fn an_answer_that_comes_half_a_day_later_changes_nothing() {
    let scene = Scene::new();
    let outcome = deploy_while(&scene, false, async |cloud| cloud.pass(13 * 60 * 60)).await;
    let error = outcome.deployed.unwrap_err();
    assert!(matches!(error, DeployError::Stale { .. }), "{error:?}");
    assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn what_a_killed_run_left_goes_once_nobody_can_be_about_to_execute_it() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.reporter.answer = Answer::No;
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("DeleteChangeSet", 1, &denied);
    scene.up().await.unwrap_err();
    let left = |scene: &Scene| {
        scene.cloud.with(|world| {
            let change_sets = &world.stack_mut("orders").change_sets;
            change_sets.iter().filter(|known| known.is_left()).count()
        })
    };
    assert_eq!(left(&scene), 1);
    scene.cloud.pass(23 * 60 * 60);
    scene.up().await.unwrap_err();
    assert_eq!(left(&scene), 1);
    scene.cloud.pass(2 * 60 * 60);
    scene.up().await.unwrap_err();
    assert_eq!(left(&scene), 0);
}

#[tokio::test]
async fn that_nothing_can_be_swept_stops_nobody() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("ListChangeSets", 1, &denied);
    assert!(matches!(scene.up().await, Ok(Deployed::Updated(_))));
    let is_told =
        |event: &Event| matches!(event, Event::CleanupFailed { what, .. } if what.contains("orders"));
    assert!(scene.reporter.events.iter().any(is_told));
}

#[tokio::test]
async fn a_refusal_that_nobody_else_has_caused_is_told_as_it_is() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    let refused = CallErrorKind::Other {
        code: "ValidationError".into(),
        message: "Template format error: no".into(),
    };
    scene.cloud.fail_calls("CreateChangeSet", 1, &refused);
    let error = scene.up().await.unwrap_err();
    assert!(error.to_string().contains("Template format error"), "{error}");
    assert_eq!(scene.cloud.called("CreateChangeSet"), 1);
    assert_eq!(scene.cloud.status_of("orders"), Some(StackStatus::CreateComplete));
}
