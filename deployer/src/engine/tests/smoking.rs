//! `smoke`: a deployed store is tried, and nothing is left of the trial.

use std::cell::Cell;
use std::time::Duration;

use jiff::SignedDuration;

use crate::aws::CallErrorKind;
use crate::aws::fake::FakeQueue;
use crate::engine::{BoxError, ErrorKind, OutputNames, SmokeError, SmokeStep, SmokeTarget, Store, smoke};

use super::*;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:orders-updates";
const TIMEOUT: Duration = Duration::from_mins(1);

/// A store whose relay announces what is appended after some time, or never.
struct TriedStore<'scene> {
    cloud: &'scene FakeCloud,
    announces_after: Option<SignedDuration>,
    status_of_unsigned: u16,
    appends: bool,
    asked_unsigned: Cell<bool>,
}

impl Store for TriedStore<'_> {
    async fn append(&self) -> Result<u64, BoxError> {
        if !self.appends {
            return Err("the table is gone".into());
        }
        if let Some(later) = self.announces_after {
            self.cloud.announce("stream at 7", later);
        }
        Ok(7)
    }

    async fn read_back(&self, revision: u64) -> Result<(), BoxError> {
        assert_eq!(revision, 7);
        Ok(())
    }

    async fn call_unsigned(&self) -> Result<u16, BoxError> {
        self.asked_unsigned.set(true);
        Ok(self.status_of_unsigned)
    }

    fn filter(&self) -> String {
        r#"{"StreamType":["smoke"]}"#.into()
    }

    fn announces(&self, message: &str, revision: u64) -> bool {
        message == format!("stream at {revision}")
    }
}

async fn deployed(auth: &str) -> Scene {
    let mut template = template();
    template["Resources"]["Url"] = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": auth}});
    template["Outputs"]["EsSnsTopic"] = json!({"Value": TOPIC});
    Scene::deployed_as(template).await
}

/// Tries the stack's store, which works but for what `change` changes; and tells whether it was called unsigned.
async fn tried(
    scene: &mut Scene,
    change: impl FnOnce(&mut TriedStore<'_>),
) -> (Result<(), SmokeError>, bool) {
    let mut store = TriedStore {
        cloud: &scene.cloud,
        announces_after: Some(SignedDuration::from_secs(2)),
        status_of_unsigned: 403,
        appends: true,
        asked_unsigned: Cell::new(false),
    };
    change(&mut store);
    let mut session = Session::open(&scene.cloud, &mut scene.talk, scene.interrupt.clone(), ACCOUNT)
        .await
        .unwrap();
    let outputs = OutputNames {
        url: "EsUrl",
        topic: "EsSnsTopic",
    };
    let outcome = match SmokeTarget::find(&session, "orders", outputs).await {
        Ok(target) => smoke(&mut session, &target, &store, TIMEOUT).await,
        Err(error) => Err(error),
    };
    (outcome, store.asked_unsigned.get())
}

fn steps(scene: &Scene) -> Vec<SmokeStep> {
    let steps = scene.talk.events.iter().filter_map(|event| match event {
        Event::Tried { step, .. } => Some(*step),
        _ => None,
    });
    steps.collect()
}

fn assert_nothing_listens(scene: &Scene) {
    scene.cloud.with(|world| {
        assert_eq!(world.queues.keys().collect::<Vec<_>>(), Vec::<&String>::new());
        assert_eq!(world.subscriptions, []);
    });
}

#[tokio::test]
async fn a_store_that_works_is_told_step_by_step_and_nothing_is_left() {
    let mut scene = deployed("NONE").await;
    let (outcome, asked_unsigned) = tried(&mut scene, |_| {}).await;
    outcome.unwrap();
    assert!(!asked_unsigned, "a public store lets everybody in");
    assert_eq!(
        steps(&scene),
        [
            SmokeStep::Subscribe,
            SmokeStep::Append,
            SmokeStep::Read,
            SmokeStep::Announce
        ]
    );
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_store_for_its_callers_alone_has_to_refuse_an_unsigned_call() {
    let mut scene = deployed("AWS_IAM").await;
    let (outcome, asked_unsigned) = tried(&mut scene, |_| {}).await;
    outcome.unwrap();
    assert!(asked_unsigned);
    let (outcome, _) = tried(&mut scene, |store| store.status_of_unsigned = 200).await;
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "the smoke test failed at `refuse-unsigned`: a call without a signature was answered with 200, not with 403"
    );
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn an_announcement_that_does_not_come_is_waited_for_as_long_as_was_said() {
    let mut scene = deployed("NONE").await;
    let began = scene.cloud.with(|world| world.now);
    let (outcome, _) = tried(&mut scene, |store| store.announces_after = None).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the smoke test failed at `announce`: the 60 seconds that it may take are over"
    );
    assert_eq!(error.kind(), ErrorKind::Failed);
    let waited = scene.cloud.with(|world| world.now).duration_since(began);
    assert_eq!(waited, SignedDuration::from_secs(60));
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_step_that_fails_is_named_with_what_the_store_said() {
    let mut scene = deployed("NONE").await;
    let (outcome, _) = tried(&mut scene, |store| store.appends = false).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.step(), Some(SmokeStep::Append));
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the table is gone");
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn an_interrupted_trial_tidies_up() {
    let mut scene = deployed("NONE").await;
    scene.talk.interrupts_at =
        Some(|event| matches!(event, Event::Tried { step, .. } if *step == SmokeStep::Read));
    let (outcome, _) = tried(&mut scene, |store| store.announces_after = None).await;
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Interrupted);
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_queue_that_cannot_be_subscribed_does_not_stay() {
    let mut scene = deployed("NONE").await;
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("Subscribe", 1, &denied);
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    assert!(matches!(outcome, Err(SmokeError::Call(_))));
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn what_an_earlier_run_left_is_swept_and_what_is_young_or_of_others_is_not() {
    let mut scene = deployed("NONE").await;
    let url = |name: &str| format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/orders-smoke-{name}");
    scene.cloud.with(|world| {
        let queue = |age: i64, value: &str| FakeQueue {
            messages: 0,
            made: world.now - SignedDuration::from_mins(age),
            tags: BTreeMap::from([("deployer".to_owned(), value.to_owned())]),
            policy: String::new(),
        };
        let (left, young, theirs) = (queue(61, "smoke"), queue(59, "smoke"), queue(61, "no"));
        for (name, queue) in [("left", left), ("young", young), ("theirs", theirs)] {
            world.queues.insert(url(name), queue);
            world.subscriptions.push(crate::aws::TopicSubscription {
                arn: format!("{TOPIC}:{name}"),
                endpoint: format!("arn:aws:sqs:eu-central-1:123456789012:orders-smoke-{name}"),
            });
        }
    });
    scene.cloud.pages_of(1);
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    outcome.unwrap();
    scene.cloud.with(|world| {
        assert_eq!(
            world.queues.keys().cloned().collect::<Vec<_>>(),
            [url("theirs"), url("young")]
        );
        let left: Vec<_> = world
            .subscriptions
            .iter()
            .map(|known| known.arn.clone())
            .collect();
        assert_eq!(left, ["young", "theirs"].map(|name| format!("{TOPIC}:{name}")));
    });
}

#[tokio::test]
async fn what_cannot_be_removed_is_told_and_is_no_failure_of_the_store() {
    let mut scene = deployed("NONE").await;
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("Unsubscribe", 1, &denied);
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    outcome.unwrap();
    let is_left =
        |event: &Event| matches!(event, Event::CleanupFailed { what, .. } if what.contains("orders-smoke-"));
    assert!(scene.talk.events.iter().any(is_left));
    // With its queue the subscription is found by a later run.
    scene
        .cloud
        .with(|world| assert_eq!((world.queues.len(), world.subscriptions.len()), (1, 1)));
}

#[tokio::test]
async fn a_stack_that_is_no_store_cannot_be_tried() {
    let mut scene = Scene::new();
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    assert_eq!(outcome.unwrap_err().to_string(), "there is no stack `orders`");
    let mut scene = Scene::deployed().await;
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "stack `orders` has no output `EsSnsTopic`"
    );
}
