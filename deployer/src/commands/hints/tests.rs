//! What several commands are told alike.

use cfn_deploy::SmokeError;
use cfn_deploy::cloud::{CallError, CallErrorKind};
use cfn_deploy::stack::{Failure, StackStatus};
use cfn_deploy::{DeployError, DestroyError, Stopped, Unready};

use super::Hints;
use crate::commands::error::CommandError;
use crate::environment::Environment;

const ENVIRONMENT: &str = "account: '123456789012'\nregion: eu-central-1\nstack: orders\n";

pub(super) fn explained(explain: impl FnOnce(&Hints<'_>) -> CommandError) -> String {
    let environment = Environment::parse("environments/staging.yaml", ENVIRONMENT, "staging", None).unwrap();
    let template = "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n";
    let error = explain(&Hints::of(&environment).with_template("templates/orders.yaml", template));
    let fact = format!("{}: {}", error.kind.code(), error.source);
    let notes = error.notes.iter().map(|note| format!("  {note}"));
    let hints = error.hints.iter().map(|hint| format!("- {hint}"));
    std::iter::once(fact)
        .chain(notes)
        .chain(hints)
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) fn call(kind: CallErrorKind) -> CallError {
    CallError {
        operation: "sts:GetCallerIdentity".to_owned(),
        kind,
        source: None,
    }
}

#[test]
fn what_stands_in_between_is_named_with_its_variable() {
    let words = [
        "tunnel error: unsuccessful",
        "invalid peer certificate: UnknownIssuer",
        "connection refused",
    ];
    let told = words.map(|words| {
        let endpoint = "AWS in eu-central-1".to_owned();
        let error = CallError {
            source: Some(words.into()),
            ..call(CallErrorKind::Unreachable { endpoint })
        };
        explained(|explain| explain.smoke(SmokeError::Call(error)))
    });
    insta::assert_snapshot!(told.join("\n"), @"
    1: `sts:GetCallerIdentity` failed: no answer from `AWS in eu-central-1`
    - the proxy that `HTTPS_PROXY` names does not let through: it may want a login, or not allow this
    1: `sts:GetCallerIdentity` failed: no answer from `AWS in eu-central-1`
    - who vouches for the certificate is not trusted here; if it is right, name its certificates in a file by `AWS_CA_BUNDLE`
    1: `sts:GetCallerIdentity` failed: no answer from `AWS in eu-central-1`
    - look at the network, and at the proxy if `HTTPS_PROXY` names one
    ");
}

#[test]
fn a_stuck_stack_is_told_with_the_way_out() {
    let needs_recovery = Unready::NeedsRecovery {
        stack: "orders".to_owned(),
        status: StackStatus::UpdateRollbackFailed,
        since: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
        reason: Some("The following resource(s) failed to update: [Topic].".to_owned()),
    };
    let failed = DestroyError::Stopped(Stopped::Failed {
        stack: "orders".to_owned(),
        status: StackStatus::DeleteFailed,
        cause: Some(Box::new(Failure {
            logical_id: "Bucket".to_owned(),
            resource_type: "AWS::S3::Bucket".to_owned(),
            status: "DELETE_FAILED".into(),
            reason: "The bucket you tried to delete is not empty.".to_owned(),
            consequences: Vec::new(),
        })),
    });
    let told = [
        explained(|explain| explain.deploy(DeployError::Stopped(Stopped::Unready(needs_recovery)))),
        explained(|explain| explain.destroy(failed)),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    4: stack `orders` is `UPDATE_ROLLBACK_FAILED` since 2023-11-14T22:13:20Z and has to be recovered first
    - the rollback of a failed update failed: the stack takes no update until it is repaired
    - AWS says: The following resource(s) failed to update: [Topic].
    - `deployer recover --env staging` tells the ways out and what each loses, and takes one
    1: `Bucket` (AWS::S3::Bucket) failed: The bucket you tried to delete is not empty.
      so stack `orders` ended as `DELETE_FAILED`
      the stack could not be deleted altogether: what is left takes no update
    - the bucket holds objects, and every version of them counts: empty it first if they may go
    - `deployer recover --env staging` tells the ways out and what each loses, and takes one
    - full timeline: `deployer events --env staging`
    ");
}

#[test]
fn an_interrupted_deployment_says_what_goes_on_and_how_to_watch_it() {
    let error = DeployError::Stopped(Stopped::Interrupted {
        going_on: Some("orders".to_owned()),
    });
    insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
    130: interrupted
    - the deployment of `orders` continues in AWS; run this command again afterwards
    - watch it with `deployer describe --env staging`
    ");
    let error = DeployError::Stopped(Stopped::Interrupted { going_on: None });
    insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
    130: interrupted
    - nothing is under way in AWS; this command run again goes on from here
    ");
}

#[test]
fn what_needs_an_approval_names_the_flag_that_gives_it() {
    let stack = || "orders".to_owned();
    insta::assert_snapshot!(explained(|explain| explain.deploy(DeployError::NeedsApproval { stack: stack() })), @"
    3: the changes to stack `orders` need approval
    - nothing was deployed
    - give the approval with `--yes`
    ");
    let error = DestroyError::NeedsApproval {
        stack: stack(),
        purges: true,
    };
    insta::assert_snapshot!(explained(|explain| explain.destroy(error)), @"
    3: the deletion of stack `orders` needs approval
    - nothing was changed; give the approval with `--purge --confirm orders`
    ");
}

#[test]
fn somebody_elses_operation_is_told_with_who_began_it() {
    let error = Unready::Busy {
        stack: "orders".to_owned(),
        status: StackStatus::UpdateInProgress,
        since: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
        by: Some("ada".to_owned()),
    };
    insta::assert_snapshot!(explained(|explain| explain.deploy(DeployError::Stopped(Stopped::Unready(error)))), @"
    4: stack `orders` is `UPDATE_IN_PROGRESS` since 2023-11-14T22:13:20Z
    - `ada` started it
    - try again when it is done, or wait for it with `--wait-for-lock`
    ");
}
