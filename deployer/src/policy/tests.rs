//! What is allowed, held against what is called.

mod access;
mod authorisation;
mod authorised;
mod called;
mod excluded;
mod keys;
mod reach;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cfn_template::{Artifacts, Rendered, Template, render};

use self::authorisation::reads_of;
use serde_json::json;

use super::*;
use crate::environment::{Environment, NameError};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn environment(name: &str, more: &str) -> Environment {
    let text = fs::read_to_string(root().join(format!("environments/{name}.yaml"))).unwrap();
    Environment::parse(&format!("{name}.yaml"), &format!("{text}{more}"), name, None).unwrap()
}

fn rendered(template: &str, environment: &Environment) -> Rendered {
    let text = fs::read_to_string(root().join(format!("templates/{template}.yaml"))).unwrap();
    let template = Template::parse(template, &text).unwrap();
    let bucket = Artifacts::in_bucket(environment.artifact_bucket());
    render(&template, &environment.values(), &bucket).unwrap()
}

/// A consumer of production's store.
fn consumer() -> Environment {
    consumer_with("")
}

fn consumer_with(parameters: &str) -> Environment {
    let text = format!(
        "account: '222222222222'\nregion: eu-central-1\ntemplate: ../templates/consumer.yaml\nstack: orders-production\n\
         parameters: {{ Store: production, StreamTypes: order{parameters} }}\n"
    );
    Environment::parse("orders-production.yaml", &text, "orders-production", None).unwrap()
}

fn both(environment: &Environment) -> (Rendered, Rendered) {
    let artifacts = environment.of_artifacts();
    let is_consumer = environment.template.is_some();
    (
        rendered(if is_consumer { "consumer" } else { "event-store" }, environment),
        rendered("artifacts", &artifacts),
    )
}

fn execution_of(environment: &Environment) -> Policy {
    let (stack, bucket) = both(environment);
    execution(
        environment,
        &[
            (environment.stack.as_str(), &stack),
            ("event-store-artifacts", &bucket),
        ],
    )
    .unwrap()
}

/// The tests of the engine deploy the rendering of production with these rights, and have the snapshot for it.
#[test]
fn what_ci_may_do_and_what_handlers_read_in_its_name() {
    let production = environment("production", "");
    let policies = ci_of(&production).managed().unwrap();
    let (stack, _) = both(&production);
    let kinds: BTreeSet<&str> = stack
        .resources()
        .iter()
        .map(|resource| resource.kind.as_str())
        .collect();
    let reads: BTreeMap<&str, _> = kinds.into_iter().map(|kind| (kind, reads_of(kind))).collect();
    let rights = json!({
        "policies": policies.iter().map(Policy::document).collect::<Vec<_>>(),
        "reads": reads,
    });
    insta::assert_snapshot!("rights@production", format!("{rights:#}"));
}

/// The policy of whoever runs the deployer.
fn ci_of(environment: &Environment) -> Policy {
    let (stack, bucket) = both(environment);
    ci(environment, &stack, ("event-store-artifacts", &bucket)).unwrap()
}

/// The policy of whoever drills the restoring of its log.
fn drill_of(environment: &Environment) -> Policy {
    let beside = environment.of_drill().unwrap();
    let ((stack, bucket), (stack_beside, _)) = (both(environment), both(&beside));
    let beside = (&beside, &stack_beside);
    drill(environment, &stack, beside, ("event-store-artifacts", &bucket)).unwrap()
}

#[test]
fn who_drills_changes_nothing_of_the_environments_own() {
    let policy = drill_of(&environment("production", ""));
    let own =
        |resource: &&String| resource.contains("event-store-production") && !resource.contains("-drill");
    let mut allowed: Vec<String> = Vec::new();
    for statement in policy.statements() {
        for resource in statement.resources.iter().filter(own) {
            let actions = statement.actions.iter();
            allowed.extend(
                actions.map(|action| format!("{action} on {}", resource.rsplit(':').next().unwrap())),
            );
        }
    }
    allowed.sort_unstable();
    insta::assert_snapshot!(allowed.join("\n"), @"
    cloudformation:DescribeStacks on stack/event-store-production/*
    dynamodb:DescribeContinuousBackups on table/event-store-production-events
    dynamodb:DescribeTable on table/event-store-production-events
    dynamodb:RestoreTableToPointInTime on table/event-store-production-events
    iam:GetPolicy on policy/event-store-production-boundary
    s3:GetObject on event-store-artifacts-222222222222-eu-central-1/releases/event-store-production/*
    ");
}

const KEY: &str = "arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Production, encrypted with a customer's key.
fn with_key() -> Environment {
    let text = fs::read_to_string(root().join("environments/production.yaml")).unwrap();
    let text = text.replace("parameters:\n", &format!("parameters:\n  KmsKeyArn: {KEY}\n"));
    Environment::parse("production.yaml", &text, "production", None).unwrap()
}

/// The policy of the preview workflow.
fn previews() -> Policy {
    let staging = environment("staging", "");
    let instances: Instances = "pr-".parse().unwrap();
    let example = instances.example(&staging).unwrap();
    instances.all(&staging, ci_of(&example))
}

const ROLE: &str = "executionRole: arn:aws:iam::222222222222:role/cloudformation\n";

#[test]
fn the_policies_of_production() {
    let environment = environment("production", ROLE);
    let (stack, _) = both(&environment);
    let names = Names::of(&environment);
    insta::assert_snapshot!("ci", ci_of(&environment).json());
    insta::assert_snapshot!("diff", diff(&environment, &stack).json());
    insta::assert_snapshot!("boundary", boundary(&environment, &stack).unwrap().json());
    insta::assert_snapshot!("deployer", execution_of(&environment).json());
    insta::assert_snapshot!(
        "caller",
        caller(names, environment.stack.as_str(), &stack).unwrap().json()
    );
}

#[test]
fn nothing_is_allowed_on_everything_but_what_knows_no_resource() {
    let policy = ci_of(&environment("production", ""));
    let anywhere: BTreeSet<&str> = policy
        .statements()
        .iter()
        .filter(|statement| statement.resources.contains("*"))
        .flat_map(|statement| statement.actions.iter().map(String::as_str))
        .collect();
    assert_eq!(
        anywhere.into_iter().collect::<Vec<_>>(),
        [
            "cloudformation:DescribeStackDriftDetectionStatus",
            "cloudformation:DescribeStackResources",
            "cloudwatch:DescribeAlarms",
            "lambda:CreateEventSourceMapping",
            "lambda:GetAccountSettings",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "sns:Unsubscribe",
            "sqs:ListQueues",
        ]
    );
    let wild = policy
        .statements()
        .iter()
        .flat_map(|statement| &statement.actions)
        .find(|action| action.contains('*'));
    assert_eq!(wild, None, "every action is exact");
}

#[test]
fn the_log_of_a_protected_environment_is_neither_deleted_nor_stripped_of_its_protection() {
    let may = |policy: &Policy, action: &str, table: &str| {
        policy.statements().iter().any(|statement| {
            let named = statement
                .resources
                .iter()
                .any(|arn| arn.ends_with(&format!("table/{table}")));
            named && statement.actions.contains(action)
        })
    };
    let (production, staging) = (
        ci_of(&environment("production", "")),
        ci_of(&environment("staging", "")),
    );
    for action in ["dynamodb:DeleteTable", "dynamodb:UpdateTable"] {
        assert!(may(&staging, action, "event-store-staging-events"), "{action}");
        assert!(
            !may(&production, action, "event-store-production-events"),
            "{action}"
        );
    }
    assert!(may(
        &production,
        "dynamodb:CreateTable",
        "event-store-production-events"
    ));
    assert!(may(
        &production,
        "dynamodb:UpdateTable",
        "event-store-production-catalogue"
    ));
}

/// What each role gets, and that it fits: the largest of its managed policies, of 6,144 characters, and how many of at most ten.
#[test]
fn each_policy_fits_into_the_role_it_is_for() {
    let mut table = String::new();
    let mut line = |name: &str, policy: &Policy| {
        let policies = policy.managed().unwrap();
        let sizes: Vec<usize> = policies.iter().map(Policy::size).collect();
        let together: usize = policies.iter().flat_map(Policy::statements).count();
        assert!(
            sizes.iter().all(|size| *size <= Policy::MANAGED_SIZE),
            "{name}: {sizes:?}"
        );
        assert!(sizes.len() <= Policy::MANAGED_COUNT);
        assert_eq!(together, policy.statements().len(), "nothing is lost on the way");
        for policy in &policies {
            let sids: BTreeSet<&str> = policy
                .statements()
                .iter()
                .map(|statement| statement.sid.as_str())
                .collect();
            assert_eq!(
                sids.len(),
                policy.statements().len(),
                "IAM refuses a policy with two statements of one name"
            );
        }
        writeln!(
            table,
            "{name:<32} {:>6} in {} {sizes:?}",
            policy.size(),
            sizes.len()
        )
        .unwrap();
    };
    for name in ["local", "staging", "production"] {
        line(&format!("ci {name}"), &ci_of(&environment(name, "")));
    }
    line("ci consumer", &ci_of(&consumer()));
    line(
        "boundary consumer",
        &boundary(&consumer(), &both(&consumer()).0).unwrap(),
    );
    line(
        "ci production, executionRole",
        &ci_of(&environment("production", ROLE)),
    );
    line("ci production, KmsKeyArn", &ci_of(&with_key()));
    line("ci staging, instances pr-", &previews());
    let staging = environment("staging", "");
    line("diff staging", &diff(&staging, &both(&staging).0));
    let production = environment("production", "");
    line("deployer production", &execution_of(&production));
    line(
        "boundary production",
        &boundary(&production, &both(&production).0).unwrap(),
    );
    insta::assert_snapshot!("sizes", table);
}

#[test]
fn what_is_too_much_for_one_policy_is_split_and_for_a_role_refused() {
    let statement = |resources: usize| {
        let arn = |number: usize| format!("arn:aws:sns:eu-central-1:222222222222:{number:0>60}");
        Policy::of([Statement::new("Much", ["sns:Publish"], (0..resources).map(arn))])
    };
    let parts = statement(200).managed().unwrap();
    assert!(parts.len() > 1 && parts.iter().all(|policy| policy.size() <= Policy::MANAGED_SIZE));
    let named: usize = parts
        .iter()
        .flat_map(Policy::statements)
        .map(|statement| statement.resources.len())
        .sum();
    assert_eq!(named, 200);
    assert!(statement(2_000).managed().unwrap_err().needed > Policy::MANAGED_COUNT);
}
