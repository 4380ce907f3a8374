//! What is allowed, held against what is called.

mod excluded;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use self::excluded::EXCLUDED;
use super::actions::GRANTED;
use super::*;
use crate::environment::Environment;
use crate::template::{Artifacts, Rendered, Template, render};

/// The calls of CloudFormation's handlers, by type and handler, as `tools/handlers.py` extracts them.
const HANDLERS: &str = include_str!("../../tests/handlers.json");

type Handlers = BTreeMap<String, BTreeMap<String, Vec<String>>>;

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
    render(&template, environment, &bucket).unwrap()
}

fn both(environment: &Environment) -> (Rendered, Rendered) {
    let artifacts = environment.of_artifacts();
    (
        rendered("event-store", environment),
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

const ROLE: &str = "executionRole: arn:aws:iam::222222222222:role/cloudformation\n";

#[test]
fn the_policies_of_production() {
    let environment = environment("production", ROLE);
    let (stack, _) = both(&environment);
    let names = Names::of(&environment);
    insta::assert_snapshot!("ci", ci(&environment, &stack, "event-store-artifacts").json());
    insta::assert_snapshot!("deployer", execution_of(&environment).json());
    insta::assert_snapshot!(
        "caller",
        caller(names, environment.stack.as_str(), &stack).unwrap().json()
    );
}

#[test]
fn each_call_of_each_handler_is_allowed_or_left_out_for_a_reason() {
    let handlers: Handlers = serde_json::from_str(HANDLERS).unwrap();
    for (kind, granted) in GRANTED {
        let called: BTreeSet<&String> = handlers[kind].values().flatten().collect();
        for action in &called {
            let excluded = EXCLUDED
                .iter()
                .find(|(of, start, _)| *of == kind && action.starts_with(start));
            assert!(
                granted.contains(&action.as_str()) != excluded.is_some(),
                "`{action}` of {kind} is either allowed or left out: {excluded:?}"
            );
        }
        for action in granted {
            assert!(
                called.contains(&(*action).to_owned()),
                "no handler of {kind} calls `{action}`"
            );
        }
    }
    for (kind, start, reason) in EXCLUDED {
        let calls = handlers[*kind].values().flatten();
        assert!(
            calls.into_iter().any(|action| action.starts_with(start)),
            "{kind} calls no `{start}`: {reason}"
        );
    }
}

#[test]
fn every_type_that_is_rendered_is_known() {
    for name in ["local", "staging", "production"] {
        assert!(!execution_of(&environment(name, "")).statements().is_empty());
    }
}

#[test]
fn a_type_of_which_nothing_is_known_is_refused() {
    let environment = environment("local", "");
    let text = "Resources: { Vault: { Type: AWS::Backup::BackupVault } }";
    let template = Template::parse("t.yaml", text).unwrap();
    let mut bare = environment.clone();
    bare.parameters.clear();
    let rendered = render(&template, &bare, &Artifacts::in_bucket("code")).unwrap();
    let error = execution(&bare, &[("orders", &rendered)]).unwrap_err();
    insta::assert_snapshot!(error, @"what CloudFormation calls for `AWS::Backup::BackupVault` is not known: `Vault` has that type");
}

#[test]
fn a_boundary_is_demanded_of_every_role_that_is_made() {
    let boundary = "arn:aws:iam::222222222222:policy/boundary";
    let policy = execution_of(&environment(
        "production",
        &format!("permissionsBoundary: {boundary}\n"),
    ));
    let making: Vec<_> = policy
        .statements()
        .iter()
        .filter(|statement| {
            statement.actions.contains("iam:CreateRole") || statement.actions.contains("iam:PutRolePolicy")
        })
        .collect();
    assert_eq!(making.len(), 1);
    let condition = making[0].condition.as_ref().unwrap();
    assert_eq!(condition["StringEquals"]["iam:PermissionsBoundary"], boundary);
}

/// The calls that the adapters make, as they name them in failures, and those whose names are made up.
fn direct_calls() -> BTreeSet<String> {
    let folder = root().join("deployer/src/aws");
    let pattern = regex_lite::Regex::new(r#""([a-z0-9]+:[A-Z][A-Za-z]+)""#).unwrap();
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            pattern
                .captures_iter(&text)
                .map(|found| found[1].to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What needs no permission, or is asked only by who may and is told as a note otherwise.
const NEEDLESS: [&str; 2] = ["sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"];

/// What `gc` asks of the whole account: it is for whoever may see all stacks, and not for the pipeline of one.
const OF_THE_WHOLE_ACCOUNT: [&str; 1] = ["lambda:ListFunctions"];

#[test]
fn every_call_of_the_deployer_is_allowed_to_ci() {
    let environment = environment("staging", "");
    let (stack, _) = both(&environment);
    let policy = ci(&environment, &stack, "event-store-artifacts");
    let allowed: BTreeSet<&String> = policy
        .statements()
        .iter()
        .flat_map(|statement| &statement.actions)
        .collect();
    let called = direct_calls();
    assert!(called.len() > 30, "the calls are found: {called:?}");
    let callers_roles = BTreeSet::from(["iam:GetRole".to_owned()]);
    let missing: Vec<_> = called
        .iter()
        .filter(|call| {
            !allowed.contains(call)
                && !NEEDLESS.contains(&call.as_str())
                && !OF_THE_WHOLE_ACCOUNT.contains(&call.as_str())
                && !callers_roles.contains(*call)
        })
        .collect();
    assert!(missing.is_empty(), "not allowed: {missing:?}");
}

#[test]
fn nothing_is_allowed_on_everything_but_what_knows_no_resource() {
    let environment = environment("production", ROLE);
    let (stack, _) = both(&environment);
    let policy = ci(&environment, &stack, "event-store-artifacts").and(execution_of(&environment));
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
            "lambda:CreateEventSourceMapping",
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
fn the_table_of_a_protected_environment_cannot_be_deleted_by_ci() {
    let deletes = |environment: &Environment| {
        let (stack, _) = both(environment);
        let policy = ci(environment, &stack, "event-store-artifacts");
        policy
            .statements()
            .iter()
            .any(|statement| statement.actions.contains("dynamodb:DeleteTable"))
    };
    assert!(deletes(&environment("staging", "")));
    assert!(!deletes(&environment("production", "")));
}

#[test]
fn each_policy_fits_into_the_role_it_is_for() {
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>: all inline policies of a role.
    const INLINE_SIZE: usize = 10_240;
    let environment = environment("production", ROLE);
    let (stack, _) = both(&environment);
    assert!(ci(&environment, &stack, "event-store-artifacts").size() <= Policy::MANAGED_SIZE);
    let size = execution_of(&environment).size();
    assert!(size <= INLINE_SIZE, "{size}");
}

#[test]
fn a_trust_policy_names_the_repository_and_whom_in_it() {
    let environment = environment("staging", "");
    let names = Names::of(&environment);
    insta::assert_snapshot!("trust", trust(names, &"o/r:environment:staging".parse().unwrap()));
    let whole: Subject = "o/r".parse().unwrap();
    assert!(whole.is_whole_repository());
    assert!(trust(names, &whole).contains(r#""token.actions.githubusercontent.com:sub": "repo:o/r:*""#));
}

#[test]
fn a_subject_that_would_trust_strangers_is_none() {
    for text in [
        "",
        "o",
        "o/",
        "*/r",
        "o/*",
        "o/r/x",
        "o/r:*",
        "o/r:environment:",
        "o/r:environment:*",
        "o/r:ref:main",
        "o/r:",
    ] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
    for text in [
        "o/r",
        "o/r.js:environment:production",
        "o/r:ref:refs/heads/main",
        "o/r:pull_request",
    ] {
        assert!(text.parse::<Subject>().is_ok(), "{text}");
    }
}
