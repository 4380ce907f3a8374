//! What would make a deployment fail is found before one is tried.

use std::collections::BTreeSet;

use super::{Scene, template};
use crate::cloud::CallErrorKind;
use crate::fake::{ACCOUNT, BUCKET, FakeCloud};
use crate::stack::{Blueprint, StackStatus};
use crate::{Boundary, Code, Examination, Finding, Severity, examine};

const ACTIONS: [&str; 2] = ["cloudformation:CreateChangeSet", "s3:PutObject"];

fn examination() -> Examination {
    Examination {
        account: ACCOUNT.to_owned(),
        environment: "staging".into(),
        stack: "orders".to_owned(),
        blueprint: Blueprint::read(&template().to_string()).unwrap(),
        bucket: BUCKET.to_owned(),
        callers: vec![
            format!("arn:aws:iam::{ACCOUNT}:role/team/orders"),
            "arn:aws:iam::210987654321:role/x".to_owned(),
        ],
        boundary: None,
        actions: ACTIONS
            .map(|action| (vec![action.to_owned()], vec!["*".to_owned()]))
            .to_vec(),
    }
}

/// A cloud in which nothing is wrong.
fn healthy() -> FakeCloud {
    let cloud = FakeCloud::new();
    cloud.with(|world| {
        world.roles.extend(["team/orders".to_owned(), "ci".to_owned()]);
        world.caller.as_mut().unwrap().arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/ci/run");
    });
    cloud
}

async fn found(cloud: &FakeCloud) -> Vec<Finding> {
    examine(cloud, &examination()).await
}

/// The codes of what is worse than a note, with how bad it is.
async fn wrong(cloud: &FakeCloud) -> Vec<(Code, Severity)> {
    let findings = found(cloud).await;
    let wrong = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Note);
    assert!(
        findings
            .iter()
            .all(|finding| (finding.severity == Severity::Fine) == finding.remedy.is_none()),
        "{findings:?}"
    );
    wrong.map(|finding| (finding.code, finding.severity)).collect()
}

#[tokio::test]
async fn nothing_is_wrong_before_a_first_deployment_and_nothing_is_changed() {
    let cloud = healthy();
    assert_eq!(wrong(&cloud).await, []);
    let calls: BTreeSet<String> = cloud.calls().into_iter().collect();
    let expected = [
        "DescribeLogGroups",
        "DescribeStacks",
        "DescribeTable",
        "GetAccountSettings",
        "GetCallerIdentity",
        "GetRole",
        "GetTopicAttributes",
        "HeadBucket",
        "SimulatePrincipalPolicy",
    ];
    assert_eq!(calls.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// A stack that follows a store is to be deployed before it.
#[tokio::test]
async fn what_cloudformation_would_not_find_is_an_error_until_it_is_there() {
    let cloud = healthy();
    let mut examination = examination();
    let parameter = "/staging/event-store/ES_URL";
    examination.blueprint.looked_up.insert(parameter.to_owned());
    let of_it = |findings: &[Finding]| -> Vec<Severity> {
        let of_it = findings.iter().filter(|finding| finding.code == Code::LookedUp);
        of_it.map(|finding| finding.severity).collect()
    };
    let findings = examine(&cloud, &examination).await;
    assert_eq!(of_it(&findings), [Severity::Error]);
    assert!(findings.iter().any(|finding| finding.fact.contains(parameter)));
    cloud.with(|world| world.others.insert(parameter.to_owned()));
    assert_eq!(of_it(&examine(&cloud, &examination).await), [Severity::Fine]);
    let denied = CallErrorKind::AccessDenied {
        message: "no".to_owned(),
    };
    cloud.fail_calls("GetParameter", 1, &denied);
    assert_eq!(of_it(&examine(&cloud, &examination).await), [Severity::Warning]);
}

#[tokio::test]
async fn without_credentials_nothing_else_is_asked() {
    let cloud = healthy();
    cloud.with(|world| world.caller = None);
    assert_eq!(wrong(&cloud).await, [(Code::Credentials, Severity::Error)]);
    assert_eq!(cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn in_another_account_nothing_else_is_asked() {
    let cloud = healthy();
    cloud.with(|world| world.caller.as_mut().unwrap().account = "210987654321".to_owned());
    assert_eq!(wrong(&cloud).await, [(Code::Account, Severity::Error)]);
    assert_eq!(cloud.calls(), ["GetCallerIdentity"]);
}

#[tokio::test]
async fn a_bucket_of_a_stranger_is_an_error() {
    let cloud = healthy();
    cloud.fail_calls(
        "HeadBucket",
        1,
        &CallErrorKind::AccessDenied {
            message: "no".to_owned(),
        },
    );
    assert_eq!(wrong(&cloud).await, [(Code::ArtifactBucket, Severity::Error)]);
}

#[tokio::test]
async fn names_that_are_taken_are_told_from_tables_that_are_taken_in() {
    let scene = Scene::deployed().await;
    // The stack is gone, and what it was to have deleted is not.
    scene.cloud.with(|world| {
        world.stacks.clear();
        world.roles.insert("orders".to_owned());
        world.log_groups.extend(
            Blueprint::read(&template().to_string())
                .unwrap()
                .log_groups()
                .map(|group| group.name.clone()),
        );
    });
    let findings = found(&scene.cloud).await;
    let taken: Vec<_> = findings
        .iter()
        .filter(|finding| finding.code == Code::NameTaken)
        .map(|finding| (finding.severity, finding.fact.as_str()))
        .collect();
    insta::assert_debug_snapshot!(taken, @r#"
    [
        (
            Note,
            "table `orders-events` exists already (in no stack)",
        ),
        (
            Error,
            "log group `/event-store/orders/api` exists already (in no stack)",
        ),
        (
            Error,
            "topic `orders-events` exists already (in no stack)",
        ),
    ]
    "#);
}

#[tokio::test]
async fn the_state_of_the_stack_decides_whether_a_deployment_can_begin() {
    for (status, expected) in [
        (StackStatus::UpdateComplete, None),
        (StackStatus::UpdateInProgress, Some(Severity::Error)),
        (StackStatus::UpdateRollbackFailed, Some(Severity::Error)),
    ] {
        let scene = Scene::deployed().await;
        scene
            .cloud
            .with(|world| assert!(world.roles.insert("orders".to_owned())));
        scene.cloud.set_status("orders", status.clone());
        let found = wrong(&scene.cloud).await;
        let state = found
            .iter()
            .find(|(code, _)| *code == Code::StackState)
            .map(|(_, severity)| *severity);
        assert_eq!(state, expected, "{status}");
    }
}

#[tokio::test]
async fn a_role_that_is_let_in_has_to_exist_in_this_account() {
    let cloud = healthy();
    cloud.with(|world| assert!(world.roles.remove("team/orders")));
    assert_eq!(wrong(&cloud).await, [(Code::CallerRole, Severity::Error)]);
    assert_eq!(
        cloud.called("GetRole"),
        2,
        "the deployer's own, and another account's role cannot be looked up"
    );
}

#[tokio::test]
async fn permissions_that_are_missing_are_warnings_that_name_them() {
    let cloud = healthy();
    cloud.with(|world| assert!(world.denied_actions.insert("s3:PutObject".to_owned())));
    let findings = found(&cloud).await;
    let warning = findings.last().unwrap();
    assert_eq!(
        (warning.code, warning.severity),
        (Code::Permissions, Severity::Warning)
    );
    assert!(
        warning.fact.ends_with("`s3:PutObject`") && !warning.fact.contains("CreateChangeSet"),
        "{warning:?}"
    );
}

#[tokio::test]
async fn who_may_not_simulate_is_told_so_in_a_note() {
    let cloud = healthy();
    cloud.fail_calls(
        "SimulatePrincipalPolicy",
        2,
        &CallErrorKind::AccessDenied {
            message: "no".to_owned(),
        },
    );
    assert_eq!(wrong(&cloud).await, []);
    let findings = found(&cloud).await;
    let note = findings.iter().find(|finding| finding.code == Code::Permissions);
    assert!(note.is_some());
}

#[tokio::test]
async fn the_role_of_a_session_is_simulated_under_its_real_arn() {
    let cloud = healthy();
    let role = "AWSReservedSSO_Deployers_0123456789abcdef";
    cloud.with(|world| {
        world.caller.as_mut().unwrap().arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ada");
        world
            .roles
            .insert(format!("aws-reserved/sso.amazonaws.com/eu-central-1/{role}"));
    });
    let findings = found(&cloud).await;
    let permissions = findings.last().unwrap();
    assert_eq!(permissions.severity, Severity::Fine, "{permissions:?}");
    assert!(
        permissions
            .fact
            .contains("role/aws-reserved/sso.amazonaws.com/eu-central-1/"),
        "{permissions:?}"
    );
}

#[tokio::test]
async fn a_reservation_that_a_new_account_refuses_is_found_before_it_is_tried() {
    let cloud = healthy();
    cloud.with(|world| world.concurrency_limit = 10);
    assert_eq!(wrong(&cloud).await, []);
    let mut examination = examination();
    examination.blueprint.reserved = 1;
    let findings = examine(&cloud, &examination).await;
    let concurrency = findings
        .iter()
        .find(|finding| finding.code == Code::Concurrency)
        .unwrap();
    assert_eq!(concurrency.severity, Severity::Error);
    assert!(concurrency.fact.contains("the account's 10"), "{concurrency:?}");
}

#[tokio::test]
async fn the_boundary_of_the_roles_has_to_exist_and_none_is_worth_a_warning() {
    let cloud = healthy();
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/orders-boundary");
    let severity = async |boundary: Boundary| {
        let examination = Examination {
            boundary: Some(boundary),
            ..examination()
        };
        let findings = examine(&cloud, &examination).await;
        findings
            .iter()
            .find(|finding| finding.code == Code::Boundary)
            .unwrap()
            .severity
    };
    assert_eq!(severity(Boundary::Lacking(arn.clone())).await, Severity::Warning);
    assert_eq!(severity(Boundary::Named(arn.clone())).await, Severity::Error);
    cloud.with(|world| assert!(world.policies.insert(arn.clone())));
    assert_eq!(severity(Boundary::Named(arn)).await, Severity::Fine);
}

#[tokio::test]
async fn a_stack_of_another_environment_stands_in_the_way() {
    for (owner, expected) in [("production", 1), ("staging", 0)] {
        let mut scene = Scene::new();
        scene.work_for(owner);
        scene.up().await.unwrap();
        let found = found(&scene.cloud).await;
        let state: Vec<_> = found
            .iter()
            .filter(|finding| finding.code == Code::StackState && finding.severity == Severity::Error)
            .collect();
        assert_eq!(state.len(), expected, "{owner}: {found:?}");
        for finding in state {
            assert_eq!(finding.fact, "the stack `orders` is of environment `production`");
            let remedy = finding.remedy.as_deref().unwrap_or_default();
            assert!(remedy.contains("up --accept adopt:orders"), "{remedy}");
        }
    }
}
