//! What CloudFormation asks of the caller's rights, and Lambda of the order of changes, with the project's own template and what `policy`
//! prints for CI.

use super::*;
use crate::stack::Diagnosis;

/// What brought a deployment down.
fn cause(error: DeployError) -> Diagnosis {
    match error {
        DeployError::Stopped(Stopped::Failed { cause, .. }) => Diagnosis::of(*cause.unwrap(), None),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn alarms_watch_over_an_update_whatever_describing_them_is_authorised_on() {
    for way in AlarmsAuthorised::ALL {
        let mut store = Store::of("production");
        store.scene.cloud.believe(|beliefs| beliefs.alarms = way);
        store.scene.cloud.allow_only(Store::ci());
        store.scene.up().await.unwrap();
        store
            .scene
            .change(|template| template["Description"] = json!("another"));
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Updated(_))),
            "{way:?}"
        );
        let watched = store
            .scene
            .cloud
            .with(|world| world.stack_mut("event-store-production").rollback.alarms.len());
        assert_eq!(watched, 5, "{way:?}");

        store
            .scene
            .cloud
            .allow_only(Store::ci().without("cloudwatch:DescribeAlarms"));
        store
            .scene
            .change(|template| template["Description"] = json!("a third"));
        let cause = cause(store.scene.up().await.unwrap_err());
        assert!(
            cause.failure.reason.contains("cloudwatch:DescribeAlarms"),
            "{cause:?}"
        );
        assert_eq!(cause.remedy.unwrap().code, "permission-missing", "{cause:?}");
    }
}

#[tokio::test]
async fn roles_for_delivery_logs_are_passed_to_sns_whether_it_says_so_or_not() {
    for way in PassingToSns::ALL {
        let mut store = Store::of("production");
        store.scene.cloud.believe(|beliefs| beliefs.passing = way);
        store.scene.cloud.allow_only(Store::ci());
        assert!(
            matches!(store.scene.up().await, Ok(Deployed::Created(_))),
            "{way:?}"
        );

        let mut store = Store::of("production");
        store.scene.cloud.allow_only(Store::ci().without("iam:PassRole"));
        let cause = cause(store.scene.up().await.unwrap_err());
        assert_eq!(cause.failure.logical_id, "UpdatesTopic");
        assert!(cause.failure.reason.contains("iam:PassRole"), "{cause:?}");
        assert_eq!(cause.remedy.unwrap().code, "pass-role", "{cause:?}");
    }
}

#[tokio::test]
async fn drift_is_searched_for_everywhere_with_the_rights_of_ci_or_what_was_not_looked_at_is_told() {
    for way in DriftReads::ALL {
        let mut store = Store::of("production");
        store.scene.cloud.believe(|beliefs| beliefs.drift = way);
        store.scene.cloud.allow_only(Store::ci());
        store.scene.up().await.unwrap();
        assert_eq!(store.drift().await.incomplete, None, "{way:?}");

        store
            .scene
            .cloud
            .allow_only(Store::ci().without("dynamodb:DescribeTable"));
        let incomplete = store.drift().await.incomplete.unwrap_or_default();
        assert_eq!(
            incomplete.contains("EventsTable") && incomplete.contains("dynamodb:DescribeTable"),
            way == DriftReads::AsCaller,
            "{way:?}: {incomplete}"
        );
    }
}

#[tokio::test]
async fn changes_of_one_function_are_made_one_after_the_other() {
    for way in Permissions::ALL {
        for name in ["staging", "production", "production+callers"] {
            let mut store = Store::of(name);
            store.scene.cloud.believe(|beliefs| beliefs.permissions = way);
            assert!(
                matches!(store.scene.up().await, Ok(Deployed::Created(_))),
                "{way:?} {name}"
            );
        }
    }
}

#[tokio::test]
async fn changes_of_one_function_that_meet_are_told_with_what_helps() {
    let mut store = Store::of("staging");
    store
        .scene
        .cloud
        .believe(|beliefs| beliefs.permissions = Permissions::Conflict);
    store.scene.change(|template| {
        let permission = template["Resources"]["AnyoneMayInvokeThroughUrl"]
            .as_object_mut()
            .unwrap();
        permission.remove("DependsOn").unwrap();
    });
    let cause = cause(store.scene.up().await.unwrap_err());
    assert_eq!(cause.failure.logical_id, "AnyoneMayInvokeThroughUrl");
    assert_eq!(cause.remedy.unwrap().code, "changed-at-once");
}
