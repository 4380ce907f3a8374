//! A failed operation, told from its events.

use crate::stack::{Diagnosis, Timeline};
use crate::{DescribeError, last_operation};

use super::*;

async fn last(scene: &mut Scene) -> Result<Timeline, DescribeError> {
    let mut reporter = ScriptedReporter::silent();
    let session = Session::open(&scene.cloud, &mut reporter, scene.interrupt.clone(), ACCOUNT)
        .await
        .unwrap();
    last_operation(&session, "orders", |failure| Diagnosis::of(failure, None)).await
}

#[tokio::test]
async fn only_the_last_operation_is_told_however_many_pages_there_are() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.up().await.unwrap();
    scene.cloud.pages_of(3);
    let timeline = last(&mut scene).await.unwrap();
    assert_eq!(
        (timeline.operation, timeline.status.as_str()),
        ("update", "UPDATE_COMPLETE")
    );
    assert_eq!(timeline.by.as_deref(), Some("jo"));
    let steps: Vec<_> = timeline
        .steps
        .iter()
        .map(|step| (&*step.logical_id, step.duration_ms))
        .collect();
    assert_eq!(steps, [("Topic", Some(1_000))]);
    assert_eq!(timeline.cause, None);
}

#[tokio::test]
async fn a_failed_update_is_told_with_its_cause() {
    let mut scene = Scene::deployed().await;
    scene.cloud.fail_resource("Topic", "Rate exceeded");
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Failed {
        cause: Some(told), ..
    }) = error
    else {
        panic!("{error:?}")
    };
    let cause = last(&mut scene).await.unwrap().cause.unwrap();
    assert_eq!(cause.failure, *told);
    assert_eq!(cause.remedy.unwrap().code, "throttled");
}

#[tokio::test]
async fn a_stack_that_is_not_there_has_no_operation() {
    let error = last(&mut Scene::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no stack `orders`");
}
