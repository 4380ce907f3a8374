//! Tables completed from the log, by the function that the template names.

use crate::{ReconcileError, Reconciled, reconcile};

use super::*;

async fn reconciled(scene: &mut Scene) -> Result<Reconciled, ReconcileError> {
    let mut session = scene.session().await;
    reconcile(&mut session, "orders", "RelayLive", None).await
}

fn invoked(scene: &Scene) -> Vec<(String, String)> {
    scene.cloud.with(|world| world.invoked.clone())
}

#[tokio::test]
async fn the_function_is_asked_until_it_is_done() {
    let mut scene = Scene::deployed().await;
    scene.cloud.answer_invocations([
        r#"{"reconcile":{"commits":1000,"streams":10,"updated":10,"fed":7,"continueFrom":"a"}}"#,
        r#"{"reconcile":{"commits":0,"continueFrom":"a","failure":"throttled"}}"#,
        r#"{"reconcile":{"commits":5,"streams":2,"updated":1,"fed":2}}"#,
    ]);
    let done = reconciled(&mut scene).await.unwrap();
    assert_eq!(
        (done.commits, done.streams, done.updated, done.fed),
        (1_005, 12, 11, Some(9))
    );
    let requests = [
        r#"{"reconcile":{}}"#,
        r#"{"reconcile":{"continueFrom":"a"}}"#,
        r#"{"reconcile":{"continueFrom":"a"}}"#,
    ];
    let wanted = requests.map(|request| ("orders-RelayLive".to_owned(), request.to_owned()));
    assert_eq!(invoked(&scene), wanted);
    let told = scene.reporter.events.iter().filter_map(|event| match event {
        Event::Reconciling { done } => Some(done.commits),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [0, 1_000, 1_000]);
}

#[tokio::test]
async fn a_function_that_fails_ends_it_with_its_own_words() {
    let mut scene = Scene::deployed().await;
    let failure = r#"{"errorType":"Runtime.ExitError","errorMessage":"exit status 1"}"#;
    scene.cloud.answer_invocations([failure]);
    let error = reconciled(&mut scene).await.unwrap_err();
    assert_eq!(error.to_string(), "`orders-RelayLive` failed: exit status 1");
}

#[tokio::test]
async fn a_function_that_comes_no_further_is_given_up() {
    let mut scene = Scene::deployed().await;
    let nothing = r#"{"reconcile":{"commits":0,"continueFrom":"a","failure":"throttled"}}"#;
    scene.cloud.answer_invocations([nothing; 5]);
    let error = reconciled(&mut scene).await.unwrap_err();
    assert!(
        matches!(&error, ReconcileError::Stuck { failure, .. } if failure == "throttled"),
        "{error:?}"
    );
    assert_eq!(invoked(&scene).len(), 5);
}

#[tokio::test]
async fn what_is_not_deployed_is_not_asked() {
    let error = reconciled(&mut Scene::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no stack `orders`");
    let mut without = template();
    without["Resources"].as_object_mut().unwrap().remove("RelayLive");
    let mut scene = Scene::deployed_as(without).await;
    let error = reconciled(&mut scene).await.unwrap_err();
    assert!(matches!(error, ReconcileError::NotDeployed { .. }), "{error:?}");
    assert_eq!(scene.cloud.called("InvokeFunction"), 0);
}
