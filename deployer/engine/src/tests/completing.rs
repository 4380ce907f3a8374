//! Tables that a deployment leaves without what the log has: they are completed after it, whatever becomes of the run.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

use crate::fake::Killed;
use crate::stack::{Action, Replacement, ResourceChange};
use crate::{Raised, ReconcileError, UpError, up};

use super::interrupted::commands::FakeStores;
use super::*;

const DONE: &str = r#"{"reconcile":{"commits":5,"streams":2,"fed":5}}"#;
const STUCK: &str = r#"{"reconcile":{"commits":0,"continueFrom":"a","failure":"throttled"}}"#;

/// A scene in which a stack stands that is older than its feed, and whose template says what completes tables.
async fn without_feed() -> Scene {
    let mut scene = Scene::new();
    scene.deployment.sequel.reconciler = Some("RelayLive".into());
    scene.up().await.unwrap();
    scene.forget();
    scene
}

/// Asks for a feed from now on.
pub(super) fn add_feed(scene: &mut Scene) {
    scene.change(|template| {
        let mut feed = template["Resources"]["Events"].clone();
        feed["Properties"]["TableName"] = json!("orders-feed");
        template["Resources"]["Feed"] = feed;
    });
}

/// Leaves the feed of a stack behind that went back to a template without one: the table stays.
pub(super) async fn leave_feed_table(scene: &mut Scene) {
    let without = scene.deployment.template.clone();
    add_feed(scene);
    scene.cloud.answer_invocations([DONE]);
    raised(scene).await.unwrap();
    scene.deployment.template = without;
    scene.accept("remove:Feed");
    raised(scene).await.unwrap();
    scene.deployment.accepted = Accepted::default();
    scene.cloud.with(|world| {
        assert!(world.tables.contains_key("orders-feed"));
        world.invoked.clear();
    });
}

/// Deploys, and does what follows.
async fn raised(scene: &mut Scene) -> Result<Raised, UpError> {
    let deployment = scene.deployment.clone();
    let cloud = &scene.cloud;
    let opened = Session::open(cloud, &mut scene.reporter, scene.interrupt.clone(), ACCOUNT);
    let mut session = opened.await.unwrap();
    up(&mut session, &deployment, None, &FakeStores { cloud }).await
}

fn asked(scene: &Scene) -> usize {
    scene.cloud.with(|world| world.invoked.len())
}

#[tokio::test]
async fn a_table_that_comes_new_into_a_standing_stack_is_completed() {
    let mut scene = without_feed().await;
    add_feed(&mut scene);
    scene.cloud.answer_invocations([DONE]);
    let raised = raised(&mut scene).await.unwrap();
    assert!(matches!(raised.deployed, Deployed::Updated(_)), "{raised:?}");
    let done = raised.reconciled.unwrap().unwrap();
    assert_eq!((done.commits, done.fed), (5, Some(5)));
    // By the code that the update brought, and thus behind it.
    let calls = scene.cloud.calls();
    let place = |operation: &str| calls.iter().position(|call| call == operation).unwrap();
    assert!(place("ExecuteChangeSet") < place("InvokeFunction"), "{calls:?}");
    assert_eq!(asked(&scene), 1);
}

#[tokio::test]
async fn a_table_that_is_imported_into_a_standing_stack_is_completed() {
    let mut scene = without_feed().await;
    leave_feed_table(&mut scene).await;
    scene
        .cloud
        .with(|world| world.tables.get_mut("orders-feed").unwrap().items = 7);
    add_feed(&mut scene);
    scene.forget();
    scene.cloud.answer_invocations([DONE]);
    let raised = raised(&mut scene).await.unwrap();
    assert!(raised.reconciled.unwrap().is_ok());
    assert!(scene.reporter.events.contains(&Event::Adopting {
        table: "orders-feed".into(),
        items: 7
    }));
    assert_eq!(asked(&scene), 1);
}

#[tokio::test]
async fn a_table_that_is_replaced_is_completed() {
    let mut scene = without_feed().await;
    add_feed(&mut scene);
    scene.cloud.answer_invocations([DONE, DONE]);
    raised(&mut scene).await.unwrap();
    scene
        .change(|template| template["Resources"]["Feed"]["Properties"]["TableName"] = json!("orders-feed-2"));
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Feed".into(),
        physical_id: Some("orders-feed".into()),
        resource_type: "AWS::DynamoDB::Table".into(),
        action: Action::Modify,
        replacement: Replacement::Always,
        policy_action: Some("ReplaceAndRetain".into()),
        causes: Vec::new(),
    });
    scene.accept("replace:Feed");
    let raised = raised(&mut scene).await.unwrap();
    assert!(raised.reconciled.unwrap().is_ok());
    assert_eq!(asked(&scene), 2);
}

#[tokio::test]
async fn where_no_table_lacks_anything_nobody_is_asked() {
    // A first deployment has nothing in its log yet.
    let mut scene = Scene::new();
    scene.deployment.sequel.reconciler = Some("RelayLive".into());
    add_feed(&mut scene);
    assert!(raised(&mut scene).await.unwrap().reconciled.is_none());
    // Nor does a change of something else lose anything, or no change at all.
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("two"));
    assert!(raised(&mut scene).await.unwrap().reconciled.is_none());
    assert!(raised(&mut scene).await.unwrap().reconciled.is_none());
    // A template that names nothing that completes tables is deployed all the same.
    let mut scene = without_feed().await;
    scene.deployment.sequel.reconciler = None;
    add_feed(&mut scene);
    assert!(raised(&mut scene).await.unwrap().reconciled.is_none());
    assert_eq!(asked(&scene), 0);
}

#[tokio::test]
async fn what_could_not_be_completed_is_left_for_the_next_run() {
    let mut scene = without_feed().await;
    add_feed(&mut scene);
    scene.cloud.answer_invocations([STUCK; 5]);
    let first = raised(&mut scene).await.unwrap();
    assert!(matches!(first.deployed, Deployed::Updated(_)), "{first:?}");
    assert!(
        matches!(first.reconciled, Some(Err(ReconcileError::Stuck { .. }))),
        "{first:?}"
    );
    // The next run has nothing to deploy, and completes.
    scene.cloud.answer_invocations([DONE]);
    let second = raised(&mut scene).await.unwrap();
    assert!(second.reconciled.unwrap().is_ok());
    let third = raised(&mut scene).await.unwrap();
    assert!(third.reconciled.is_none(), "{third:?}");
    assert_eq!(asked(&scene), 6);
}

/// The stack is what it is to be, and only the asking is missing.
#[tokio::test]
async fn a_run_that_is_killed_between_the_update_and_completing_leaves_that_for_the_next() {
    let mut whole = without_feed().await;
    add_feed(&mut whole);
    whole.cloud.answer_invocations([DONE]);
    raised(&mut whole).await.unwrap();
    let calls = whole.cloud.calls();
    let asking = calls.iter().position(|call| call == "InvokeFunction").unwrap();

    let mut scene = without_feed().await;
    add_feed(&mut scene);
    scene.cloud.kill_after(asking);
    let killed = AssertUnwindSafe(raised(&mut scene)).catch_unwind().await;
    assert!(killed.is_err_and(|end| end.is::<Killed>()));
    scene.cloud.let_live();
    let status = scene.cloud.status_of("orders").unwrap();
    assert_eq!((status.as_str(), asked(&scene)), ("UPDATE_COMPLETE", 0));

    scene.cloud.pass(60);
    scene.cloud.answer_invocations([DONE]);
    let raised = raised(&mut scene).await.unwrap();
    assert!(raised.reconciled.unwrap().is_ok());
    assert_eq!(asked(&scene), 1);
}
