//! Ctrl-C at every stage.

use super::*;

#[tokio::test]
async fn while_asking_nothing_has_been_done_and_nothing_is_left() {
    let mut scene = Scene::new();
    scene.reporter.interrupts_when_asked = true;
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error:?}"
    );
    assert_eq!(error.kind(), crate::ErrorKind::Interrupted);
    assert_eq!(scene.cloud.called("ExecuteChangeSet"), 0);
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn while_the_change_set_is_made_nothing_is_left_of_it() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::ChangeSetCreating { .. }));
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(
            error,
            DeployError::Stopped(Stopped::Interrupted { going_on: None })
        ),
        "{error:?}"
    );
    scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn while_it_runs_the_deployment_goes_on_and_that_is_said() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Started { .. }));
    let error = scene.up().await.unwrap_err();
    let DeployError::Stopped(Stopped::Interrupted { going_on }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(going_on.as_deref(), Some("orders"));
    assert_eq!(
        scene.cloud.status_of("orders").unwrap().as_str(),
        "UPDATE_IN_PROGRESS"
    );
}

#[tokio::test]
async fn while_a_stack_goes_that_is_said_too() {
    let mut scene = Scene::deployed().await;
    scene.reporter.interrupts_at = Some(|event| matches!(event, Event::Resource { .. }));
    let error = scene.down(Purge::KeepTables).await.unwrap_err();
    let DestroyError::Stopped(Stopped::Interrupted { going_on }) = error else {
        panic!("{error:?}")
    };
    assert_eq!(going_on.as_deref(), Some("orders"));
}
