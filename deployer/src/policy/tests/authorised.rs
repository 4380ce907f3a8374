//! IAM from the handlers' point of view: the resource on which each action is authorised, and the condition keys, by
//! AWS's service authorization reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).
//!
//! If the reference leaves something open, or is known to be incomplete, both readings must be allowed.

use std::collections::{BTreeMap, BTreeSet};

use cfn_template::Resource;

use super::authorisation::{Request, is_allowed};
use super::*;
use crate::policy::actions::GRANTED;

/// Actions without resource types: they are authorised on `*`, and a policy that names a resource does not allow
/// them.
const WITHOUT_RESOURCE: [&str; 11] = [
    "cloudformation:DescribeStackDriftDetectionStatus",
    // The reference says `alarm`, but a call without names applies to all alarms.
    "cloudwatch:DescribeAlarms",
    "lambda:CreateEventSourceMapping",
    "lambda:GetAccountSettings",
    // The reference says `log-group`, but a call with a prefix applies to all groups.
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
    "sqs:ListQueues",
    "lambda:ListFunctions",
];

/// The calls of CloudFormation's handlers for the resources of a rendering, with names filled in, as IAM sees them.
fn requests(environment: &Environment, stack: &str, rendered: &Rendered) -> Vec<Request> {
    let names = Names::of(environment);
    let real = |pattern: String| pattern.trim_end_matches(":*").replace('*', "1A2B3C4D5E6F");
    let arn = |resource: &Resource| names.resource(stack, resource).map(real);
    let first = |kind: &str| {
        rendered
            .resources()
            .iter()
            .find(|resource| resource.kind == kind)
            .and_then(arn)
    };
    let mut requests = Vec::new();
    for resource in rendered.resources() {
        let kind = resource.kind.as_str();
        let (_, granted) = GRANTED.iter().find(|(of, _)| *of == kind).unwrap();
        for action in *granted {
            let on = match (*action, kind) {
                (action, _) if WITHOUT_RESOURCE.contains(&action) => vec!["*".to_owned()],
                ("iam:PassRole" | "iam:GetRole", kind) if kind != "AWS::IAM::Role" => {
                    let mut ids = resource.properties.to_string();
                    ids.retain(|letter| letter != '"');
                    let is_its_role =
                        |role: &&Resource| role.kind == "AWS::IAM::Role" && ids.contains(&role.logical_id);
                    rendered
                        .resources()
                        .iter()
                        .filter(is_its_role)
                        .filter_map(arn)
                        .collect()
                }
                (action, "AWS::Lambda::Function") if action.starts_with("s3:") => {
                    vec![names.bucket(&format!("{}/code/1.zip", environment.artifact_bucket()))]
                }
                (_, "AWS::Lambda::EventSourceMapping") => {
                    vec![names.arn("lambda", "event-source-mapping:1-2")]
                }
                // The reference gives the group's ARN both with and without the suffix for its streams.
                (_, "AWS::Logs::LogGroup") => {
                    let arn = arn(resource).unwrap();
                    vec![format!("{arn}:*"), arn]
                }
                (_, kind) if kind.starts_with("AWS::Lambda::") => {
                    first("AWS::Lambda::Function").into_iter().collect()
                }
                (_, "AWS::SNS::Subscription") => vec![names.arn("sns", "event-store-production-updates")],
                (_, "AWS::SNS::TopicPolicy") => first("AWS::SNS::Topic").into_iter().collect(),
                (_, "AWS::SQS::QueuePolicy") => first("AWS::SQS::Queue").into_iter().collect(),
                (_, "AWS::S3::BucketPolicy") => first("AWS::S3::Bucket").into_iter().collect(),
                _ => arn(resource).into_iter().collect(),
            };
            let stays = resource.deletion_policy != cfn_template::DeletionPolicy::Delete;
            let is_log = resource.properties["DeletionProtectionEnabled"] == true;
            let left_out = stays && *action == "dynamodb:DeleteTable"
                || is_log && *action == "dynamodb:UpdateTable"
                || environment.permissions_boundary.is_none() && *action == "iam:PutRolePermissionsBoundary";
            if left_out {
                continue;
            }
            requests.extend(on.into_iter().map(|resource| Request {
                action: (*action).to_owned(),
                resource,
                keys: keys(environment, action, kind, first("AWS::Lambda::Function")),
            }));
        }
    }
    requests
}

/// The condition keys of an action.
fn keys(
    environment: &Environment,
    action: &str,
    kind: &str,
    function: Option<String>,
) -> BTreeMap<&'static str, String> {
    let mut keys = BTreeMap::new();
    match action {
        // AWS does not document which keys SNS sends; sending none is the harder case.
        "iam:PassRole" if kind == "AWS::Lambda::Function" => {
            keys.insert("iam:PassedToService", "lambda.amazonaws.com".to_owned());
        }
        "iam:CreateRole"
        | "iam:PutRolePolicy"
        | "iam:PutRolePermissionsBoundary"
        | "iam:DeleteRolePolicy" => {
            let boundary = environment.permissions_boundary.as_ref();
            keys.extend(boundary.map(|arn| ("iam:PermissionsBoundary", arn.to_string())));
        }
        action if action.ends_with("EventSourceMapping") => {
            let relay = function
                .unwrap_or_default()
                .replace("ApiFunction", "RelayFunction");
            keys.insert("lambda:FunctionArn", format!("{relay}:live"));
        }
        _ => {}
    }
    keys
}

fn environments() -> Vec<Environment> {
    let pull_request = "pr-17".parse().unwrap();
    let text = fs::read_to_string(root().join("environments/staging.yaml")).unwrap();
    vec![
        environment("staging", ""),
        environment("production", ""),
        consumer(),
        Environment::parse("staging.yaml", &text, "staging", Some(&pull_request)).unwrap(),
    ]
}

/// The policies of each environment's role; all previews share one.
fn policies(environment: &Environment) -> Vec<Policy> {
    let policy = match environment.instance {
        Some(_) => previews(),
        None => ci_of(environment),
    };
    policy.managed().unwrap()
}

fn all_requests(environment: &Environment) -> Vec<Request> {
    let (stack, bucket) = both(environment);
    let mut all = requests(environment, environment.stack.as_str(), &stack);
    if environment.instance.is_none() {
        all.extend(requests(
            &environment.of_artifacts(),
            "event-store-artifacts",
            &bucket,
        ));
    }
    all
}

#[test]
fn each_call_of_a_handler_is_allowed_as_iam_authorises_it() {
    for environment in environments() {
        let policies = policies(&environment);
        let requests = all_requests(&environment);
        assert!(requests.len() > 150, "{}", requests.len());
        for request in requests {
            assert!(
                is_allowed(&policies, &request),
                "{}: `{}` on `{}` with {:?}",
                environment.stack,
                request.action,
                request.resource,
                request.keys
            );
        }
    }
}

#[test]
fn without_any_one_action_some_call_of_a_handler_is_refused() {
    for environment in environments() {
        let requests = all_requests(&environment);
        let actions: BTreeSet<&String> = requests.iter().map(|request| &request.action).collect();
        assert!(actions.len() > 90, "{}", actions.len());
        let policies = policies(&environment);
        for action in actions {
            let mut less = policies.clone();
            let statements = less.iter_mut().flat_map(Policy::statements_mut);
            statements.for_each(|statement| {
                statement.actions.remove(action);
            });
            assert!(
                !requests.iter().all(|request| is_allowed(&less, request)),
                "{action}"
            );
        }
    }
}

/// The ways to turn permission to create roles and functions into permission to do anything.
#[test]
fn who_deploys_under_a_boundary_cannot_leave_it() {
    let environment = environment("production", "");
    let policies = policies(&environment);
    let names = Names::of(&environment);
    let own = names.iam("role/event-store-production-ApiRole-1A2B");
    let boundary = boundary_arn(&environment);
    let ci_role = names.iam("role/deployer-ci-event-store-production");
    let other = names.iam("policy/AdministratorAccess");
    let refused = |action: &str, resource: &str, keys: &[(&'static str, &str)]| {
        let request = Request {
            action: action.to_owned(),
            resource: resource.to_owned(),
            keys: keys
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()))
                .collect(),
        };
        assert!(!is_allowed(&policies, &request), "{action} on {resource}");
    };
    for action in [
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:PutRolePermissionsBoundary",
    ] {
        refused(action, &own, &[]);
        refused(action, &own, &[("iam:PermissionsBoundary", &other)]);
        refused(action, &ci_role, &[("iam:PermissionsBoundary", &boundary)]);
    }
    for action in [
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
    ] {
        refused(action, &own, &[("iam:PermissionsBoundary", &boundary)]);
    }
    for action in [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicyVersion",
        "iam:DeletePolicy",
    ] {
        refused(action, &boundary, &[]);
    }
    for action in ["iam:UpdateAssumeRolePolicy", "iam:DeleteRole", "iam:TagRole"] {
        refused(action, &ci_role, &[]);
    }
    refused(
        "iam:PassRole",
        &ci_role,
        &[("iam:PassedToService", "lambda.amazonaws.com")],
    );
    refused(
        "iam:PassRole",
        &own,
        &[("iam:PassedToService", "ec2.amazonaws.com")],
    );
    refused(
        "lambda:UpdateFunctionConfiguration",
        &names.arn("lambda", "function:another"),
        &[],
    );
    refused("iam:CreateUser", &names.iam("user/x"), &[]);
    refused(
        "cloudformation:CreateStack",
        &names.stack("event-store-production"),
        &[],
    );
}
