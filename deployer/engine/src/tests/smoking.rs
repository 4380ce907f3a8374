//! `smoke`: a deployed store is tried, and nothing is left of the trial.

use std::cell::Cell;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{CallErrorKind, Clock};
use crate::fake::FakeQueue;
use crate::{ErrorKind, OutputNames, Refusal, SmokeError, SmokeStep, SmokeTarget, Store, smoke};

use super::*;

pub(super) const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:orders-updates";

/// A store with its own faults, behind an AWS that is late with some things.
pub(super) struct TriedStore<'scene> {
    cloud: &'scene FakeCloud,
    /// How long the relay takes to announce; for ever, if nothing.
    announces_after: Option<SignedDuration>,
    /// How long the listing takes; for ever, if nothing.
    lists_after: Option<SignedDuration>,
    status_of_unsigned: u16,
    /// Until when AWS lets nobody through.
    closed_until: Timestamp,
    /// Until when the store answers with an error.
    broken_until: Timestamp,
    asked_unsigned: Cell<bool>,
    appended: Cell<usize>,
    appended_at: Cell<Timestamp>,
    /// Whether the table of the listing is gone: the store says so itself.
    has_no_listing: bool,
}

impl<'scene> TriedStore<'scene> {
    /// A store that works.
    pub(super) fn of(cloud: &'scene FakeCloud) -> Self {
        Self {
            cloud,
            announces_after: Some(SignedDuration::from_secs(2)),
            lists_after: Some(SignedDuration::from_secs(3)),
            status_of_unsigned: 403,
            closed_until: Timestamp::UNIX_EPOCH,
            broken_until: Timestamp::UNIX_EPOCH,
            asked_unsigned: Cell::new(false),
            appended: Cell::new(0),
            appended_at: Cell::new(Timestamp::UNIX_EPOCH),
            has_no_listing: false,
        }
    }

    fn is_reached(&self) -> Result<(), Refusal> {
        let now = self.cloud.now();
        if now < self.closed_until {
            return Err(Refusal::NotReached("403 Forbidden".into()));
        }
        if now < self.broken_until {
            return Err(Refusal::Wrong("the table is gone".into()));
        }
        Ok(())
    }

    fn is_closed_for(&mut self, seconds: i64) {
        self.closed_until = self.cloud.now() + SignedDuration::from_secs(seconds);
    }

    pub(super) fn is_broken_for(&mut self, seconds: i64) {
        self.broken_until = self.cloud.now() + SignedDuration::from_secs(seconds);
    }
}

impl Store for TriedStore<'_> {
    async fn append(&self) -> Result<u64, Refusal> {
        self.is_reached()?;
        self.appended.set(self.appended.get() + 1);
        self.appended_at.set(self.cloud.now());
        if let Some(later) = self.announces_after {
            self.cloud.announce("stream at 7", later);
        }
        Ok(7)
    }

    async fn read_back(&self, revision: u64) -> Result<(), Refusal> {
        assert_eq!(revision, 7);
        self.is_reached()
    }

    async fn lists(&self, revision: u64) -> Result<bool, Refusal> {
        assert_eq!(revision, 7);
        if self.has_no_listing {
            return Err(Refusal::Wrong("500 Internal Server Error".into()));
        }
        let waited = self.cloud.now().duration_since(self.appended_at.get());
        Ok(self.lists_after.is_some_and(|after| waited >= after))
    }

    async fn call_unsigned(&self) -> Result<u16, Refusal> {
        self.asked_unsigned.set(true);
        Ok(self.status_of_unsigned)
    }

    fn announces(&self, message: &str, revision: u64) -> bool {
        message == format!("stream at {revision}")
    }
}

pub(super) async fn deployed(auth: &str) -> Scene {
    let mut template = template();
    template["Resources"]["Url"] = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": auth}});
    template["Outputs"]["EsSnsTopic"] = json!({"Value": TOPIC});
    Scene::deployed_as(template).await
}

/// Tries the stack's store, which works but for what `change` changes; and tells whether it was called unsigned.
pub(super) async fn tried(
    scene: &mut Scene,
    change: impl FnOnce(&mut TriedStore<'_>),
) -> (Result<(), SmokeError>, bool) {
    let mut store = TriedStore::of(&scene.cloud);
    change(&mut store);
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    if let Some(environment) = &scene.environment {
        session = session.of(environment.clone(), BUCKET.to_owned());
    }
    let outputs = OutputNames {
        url: "EsUrl",
        topic: "EsSnsTopic",
    };
    let outcome = match SmokeTarget::find(&session, "orders", outputs).await {
        Ok(target) => smoke(&mut session, &target, &store, None).await,
        Err(error) => Err(error),
    };
    (outcome, store.asked_unsigned.get())
}

fn steps(scene: &Scene) -> Vec<SmokeStep> {
    let steps = scene.reporter.events.iter().filter_map(|event| match event {
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
            SmokeStep::Announce,
            SmokeStep::List
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
    let outcome = outcome.inspect_err(|error| assert!(error.is_wrong_behaviour()));
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "the smoke test failed at `refuse-unsigned`: a call without a signature was answered with 200, not with 403"
    );
    assert_nothing_listens(&scene);
}

/// The stack is no longer new, and nothing of it is said to be late.
fn is_old(scene: &Scene) {
    scene.cloud.pass(60 * 60);
}

fn assert_not_seen(outcome: Result<(), SmokeError>, step: SmokeStep, seconds: u64) {
    let error = outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the smoke test has not seen `{step}` within {seconds} seconds")
    );
    assert_eq!(
        (error.kind(), error.is_wrong_behaviour()),
        (ErrorKind::Failed, false)
    );
}

#[tokio::test]
async fn an_announcement_that_does_not_come_is_waited_for_and_no_wrong_behaviour() {
    for (is_new, seconds) in [(false, 60), (true, 300)] {
        let mut scene = deployed("NONE").await;
        if !is_new {
            is_old(&scene);
        }
        let began = scene.cloud.now();
        let (outcome, _) = tried(&mut scene, |store| store.announces_after = None).await;
        assert_not_seen(outcome, SmokeStep::Announce, seconds);
        let waited = scene.cloud.now().duration_since(began);
        assert_eq!(u64::try_from(waited.as_secs()).unwrap(), seconds);
        assert_nothing_listens(&scene);
    }
}

#[tokio::test]
async fn a_listing_that_is_late_is_waited_for_and_no_wrong_behaviour() {
    let mut scene = deployed("NONE").await;
    let late = SignedDuration::from_secs(280);
    let (outcome, _) = tried(&mut scene, |store| store.lists_after = Some(late)).await;
    outcome.unwrap();

    is_old(&scene);
    let (outcome, _) = tried(&mut scene, |store| store.lists_after = None).await;
    assert_not_seen(outcome, SmokeStep::List, 60);
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_store_that_says_that_it_cannot_list_is_wrong() {
    let mut scene = deployed("NONE").await;
    is_old(&scene);
    let (outcome, _) = tried(&mut scene, |store| store.has_no_listing = true).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.step(), error.is_wrong_behaviour()),
        (Some(SmokeStep::List), true)
    );
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_new_mapping_may_take_minutes_to_read_its_stream() {
    let mut scene = deployed("NONE").await;
    let held = SignedDuration::from_secs(280);
    let (outcome, _) = tried(&mut scene, |store| store.announces_after = Some(held)).await;
    outcome.unwrap();
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn what_a_new_subscription_does_not_hear_is_no_wrong_behaviour() {
    let mut scene = deployed("NONE").await;
    is_old(&scene);
    scene.cloud.lose_announcements_for(4 * 60);
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    assert_not_seen(outcome, SmokeStep::Announce, 60);
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn permissions_may_take_their_time_to_spread() {
    let mut scene = deployed("NONE").await;
    let (outcome, _) = tried(&mut scene, |store| store.is_closed_for(240)).await;
    outcome.unwrap();

    let (outcome, _) = tried(&mut scene, |store| store.is_closed_for(301)).await;
    let error = outcome.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "403 Forbidden");
    assert_not_seen(Err(error), SmokeStep::Append, 300);
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn a_step_that_goes_wrong_is_tried_again_for_a_while_and_then_named_with_what_the_store_said() {
    let mut scene = deployed("NONE").await;
    let (outcome, _) = tried(&mut scene, |store| store.is_broken_for(15)).await;
    outcome.unwrap();

    let began = scene.cloud.now();
    let (outcome, _) = tried(&mut scene, |store| store.is_broken_for(600)).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.step(), error.is_wrong_behaviour()),
        (Some(SmokeStep::Append), true)
    );
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the table is gone");
    let waited = scene.cloud.now().duration_since(began);
    assert!((20..30).contains(&waited.as_secs()), "{waited}");
    assert_nothing_listens(&scene);
}

#[tokio::test]
async fn that_the_trial_cannot_be_made_says_nothing_of_the_store() {
    let mut scene = deployed("NONE").await;
    let denied = CallErrorKind::AccessDenied { message: "no".into() };
    scene.cloud.fail_calls("CreateQueue", 1, &denied);
    let (outcome, _) = tried(&mut scene, |_| {}).await;
    assert!(!outcome.unwrap_err().is_wrong_behaviour());
}

#[tokio::test]
async fn an_interrupted_trial_tidies_up() {
    let mut scene = deployed("NONE").await;
    scene.reporter.interrupts_at =
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
            world.subscriptions.push(crate::cloud::TopicSubscription {
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
    assert!(scene.reporter.events.iter().any(is_left));
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
        "stack `orders` is no event store: it has no output `EsSnsTopic`"
    );
}
