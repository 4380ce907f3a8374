//! Concurrency that the account does not have: `doctor` tells of it before, Lambda refuses it minutes into an operation.

use crate::stack::{Diagnosis, StackStatus};
use crate::{Code, Examination, Finding, Severity, examine};

use super::store::Store;
use super::*;

/// A store that reserves twenty invocations at once.
fn reserving() -> Store {
    let mut store = Store::of("staging");
    store.scene.change(|template| {
        template["Resources"]["ApiFunction"]["Properties"]["ReservedConcurrentExecutions"] = json!(20);
    });
    store
}

/// What AWS has and no more.
fn in_an_account_of(limit: u32, store: &Store) {
    store.scene.cloud.with(|world| world.concurrency_limit = limit);
}

async fn doctor(store: &Store) -> Finding {
    let deployment = &store.scene.deployment;
    let examination = Examination {
        account: ACCOUNT.to_owned(),
        environment: "staging".into(),
        stack: deployment.stack.clone(),
        blueprint: deployment.template.blueprint().clone(),
        bucket: BUCKET.to_owned(),
        callers: Vec::new(),
        boundary: None,
        actions: Vec::new(),
    };
    let findings = examine(&store.scene.cloud, &examination).await;
    let mut concurrency = findings
        .into_iter()
        .filter(|finding| finding.code == Code::Concurrency);
    concurrency.next().unwrap()
}

/// The state of the stack, and what was told of the cause.
fn failed(error: DeployError) -> (StackStatus, String) {
    let DeployError::Stopped(Stopped::Failed { status, cause, .. }) = error else {
        panic!("{error:?}")
    };
    let cause = Diagnosis::of(*cause.unwrap(), None);
    let hints = cause.remedy.unwrap().hints.join("\n");
    (
        status,
        format!("{}: {}\n{hints}", cause.failure.logical_id, cause.failure.reason),
    )
}

#[tokio::test]
async fn a_creation_that_reserves_what_a_new_account_has_not_is_told_by_doctor_and_undone_by_lambda() {
    let mut store = reserving();
    in_an_account_of(10, &store);
    let told = doctor(&store).await;
    assert_eq!(told.severity, Severity::Error);
    insta::assert_snapshot!(format!("{}\n{}", told.fact, told.remedy.unwrap_or_default()), @"
    the stack reserves 20 invocations at once; of the account's 10, 10 are not reserved, and 10 have to stay so
    reserve nothing with `ApiReservedConcurrency: 0`, or ask AWS for a higher limit: `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`
    ");
    let (status, told) = failed(store.scene.up().await.unwrap_err());
    assert_eq!(status, StackStatus::RollbackComplete);
    insta::assert_snapshot!(told, @"
    ApiFunction: Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10]. (Service: Lambda, Status Code: 400)
    the account has too little concurrency to set some aside: lower `ApiReservedConcurrency`, or leave it at 0
    a new account has 10; have the quota `Concurrent executions` raised
    ");
    store
        .scene
        .cloud
        .with(|world| assert!(world.functions.is_empty()));

    store.scene.deployment = Store::of("staging").scene.deployment;
    assert_ne!(doctor(&store).await.severity, Severity::Error);
    assert!(matches!(store.scene.up().await, Ok(Deployed::Created(_))));
    store.scene.assert_nothing_is_left_behind();
}

#[tokio::test]
async fn an_update_that_reserves_too_much_leaves_the_stack_as_it_was() {
    let mut store = Store::of("staging");
    store.scene.up().await.unwrap();
    let stood = store.scene.deployment.clone();
    store.scene.deployment = reserving().scene.deployment;
    in_an_account_of(119, &store);
    assert_eq!(doctor(&store).await.severity, Severity::Error);
    let (status, told) = failed(store.scene.up().await.unwrap_err());
    assert_eq!(status, StackStatus::UpdateRollbackComplete);
    assert!(told.contains("below its minimum value of [100]"), "{told}");
    store.scene.cloud.with(|world| {
        assert_eq!(world.stack_mut(&stood.stack).template, stood.template.text());
    });

    // One more is enough.
    in_an_account_of(120, &store);
    assert_eq!(doctor(&store).await.severity, Severity::Fine);
    assert!(matches!(store.scene.up().await, Ok(Deployed::Updated(_))));
    // And what it has already is not asked for again.
    assert_ne!(doctor(&store).await.severity, Severity::Error);
}
