//! What is looked at before anything is done.

use crate::cloud::Caller;
use crate::stack::{RequestToken, StackStatus};
use crate::{AccountError, ErrorKind, Unready};

use super::*;

#[tokio::test]
async fn another_account_is_not_touched() {
    let mut scene = Scene::new();
    let stranger = Caller {
        account: "999999999999".into(),
        arn: "arn:aws:iam::999999999999:user/jo".into(),
    };
    scene.cloud.with(|world| world.caller = Some(stranger));
    let opened = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await;
    let Err(error) = opened else {
        panic!("the session is open")
    };
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        error.to_string(),
        "the credentials are of account `999999999999`, the environment is in `123456789012`"
    );
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn without_credentials_nothing_begins() {
    let mut scene = Scene::new();
    scene.cloud.with(|world| world.caller = None);
    let opened = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await;
    let Err(error @ AccountError::Call(_)) = opened else {
        panic!("the session is open")
    };
    assert_eq!(
        error.to_string(),
        "`GetCallerIdentity` failed: no credentials found"
    );
}

#[tokio::test]
async fn an_operation_of_somebody_else_is_named_with_its_author_and_its_begin() {
    let mut scene = Scene::deployed().await;
    let theirs = RequestToken::new(
        "arn:aws:sts::123456789012:assumed-role/ci/build-42",
        uuid::Uuid::nil(),
    );
    scene
        .cloud
        .begin_elsewhere("orders", &StackStatus::UpdateInProgress, theirs.as_str());
    let now = scene.cloud.with(|world| world.now);
    for error in [
        scene.up().await.unwrap_err().to_string(),
        scene.down(Purge::KeepTables).await.unwrap_err().to_string(),
    ] {
        assert_eq!(
            error,
            format!("stack `orders` is `UPDATE_IN_PROGRESS` since {now}")
        );
    }
    let error = scene.up().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let DeployError::Stopped(Stopped::Unready(Unready::Busy { by, .. })) = error else {
        panic!("{error:?}")
    };
    assert_eq!(by.as_deref(), Some("build-42"));
}

#[tokio::test]
async fn a_stack_that_has_to_be_recovered_is_refused() {
    for status in [
        StackStatus::UpdateRollbackFailed,
        StackStatus::DeleteFailed,
        StackStatus::from("NEW_STATE"),
    ] {
        let mut scene = Scene::deployed().await;
        scene.cloud.set_status("orders", status.clone());
        let error = scene.up().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        let DeployError::Stopped(Stopped::Unready(Unready::NeedsRecovery { status: told, .. })) = error
        else {
            panic!("{error:?}")
        };
        assert_eq!(told, status);
        assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
    }
}

#[tokio::test]
async fn callers_that_do_not_exist_are_all_named_before_anything_is_made() {
    let mut scene = Scene::new();
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let callers = [
        role("orders"),
        role("team/billing"),
        role("ghost"),
        "arn:aws:iam::999999999999:role/elsewhere".into(),
        "999999999999".into(),
    ];
    scene.change(|template| {
        for (number, caller) in callers.iter().enumerate() {
            template["Resources"][format!("Permission{number}")] =
                json!({"Type": "AWS::Lambda::Permission", "Properties": {"Principal": caller}});
        }
    });
    scene.cloud.with(|world| world.roles.insert("orders".into()));
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "callers that do not exist: `{}`, `{}`",
            role("ghost"),
            role("team/billing")
        )
    );
    assert_eq!(
        scene.cloud.called("CreateStack") + scene.cloud.called("CreateChangeSet"),
        0
    );
}

#[tokio::test]
async fn code_that_was_not_built_is_missed_before_anything_is_made() {
    let mut scene = Scene::new();
    scene.deployment.artifacts.remove(1);
    let error = scene.up().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the template needs `code/relay.zip`, which is not among the artifacts"
    );
    assert_eq!(scene.cloud.calls(), ["GetCallerIdentity"]);
}
