//! The calls of CloudFormation's handlers and of the deployer's adapters, and whether they are allowed.

use super::authorisation::HANDLERS;
use super::excluded::EXCLUDED;
use super::*;
use crate::policy::actions::{GRANTED, WITH_KEY};

type Handlers = BTreeMap<String, BTreeMap<String, Vec<String>>>;

#[test]
fn each_call_of_each_handler_is_allowed_or_left_out_for_a_reason() {
    let handlers: Handlers = serde_json::from_str(HANDLERS).unwrap();
    for (kind, granted) in GRANTED {
        let called: BTreeSet<&String> = handlers[kind].values().flatten().collect();
        let with_key = WITH_KEY
            .iter()
            .find(|(of, _)| *of == kind)
            .map_or(&[][..], |(_, actions)| actions);
        let granted: Vec<&str> = granted.iter().chain(with_key).copied().collect();
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
                called.contains(&action.to_owned()),
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
fn what_cloudformation_looks_up_it_may_look_up_and_nobody_tries_a_store_that_is_none() {
    let policy = ci_of(&consumer());
    let resources_of = |action: &str| -> BTreeSet<&str> {
        let statements = policy.statements().iter();
        let allowing = statements.filter(|statement| statement.actions.contains(action));
        allowing
            .flat_map(|statement| &statement.resources)
            .map(String::as_str)
            .collect()
    };
    let parameter =
        |name: &str| format!("arn:aws:ssm:eu-central-1:222222222222:parameter/production/event-store/{name}");
    let looked_up = ["ES_API", "ES_SNS_TOPIC", "ES_URL"].map(parameter);
    assert_eq!(
        resources_of("ssm:GetParameters"),
        looked_up.iter().map(String::as_str).collect()
    );
    assert_eq!(
        resources_of("sns:Subscribe"),
        BTreeSet::from(["arn:aws:sns:eu-central-1:222222222222:*"])
    );
    assert!(resources_of("sqs:ListQueues").is_empty(), "that is for `smoke`");
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
    let rendered = render(&template, &bare.values(), &Artifacts::in_bucket("code")).unwrap();
    let error = execution(&bare, &[("orders", &rendered)]).unwrap_err();
    insta::assert_snapshot!(error, @"it is not known what CloudFormation calls for `AWS::Backup::BackupVault` (`Vault`)");
}

#[test]
fn a_boundary_is_demanded_of_every_role_that_is_made() {
    let boundary = "arn:aws:iam::222222222222:policy/event-store-production-boundary";
    let policy = execution_of(&environment("production", ""));
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

/// The calls that the adapters make, as they name them in failures, and the calls whose names they compose.
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

/// Calls that need no permission, or are made only if allowed and otherwise noted.
const NEEDLESS: [&str; 2] = ["sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"];

/// The calls of `gc` on the whole account: for principals that may see all stacks, not for the pipeline of one.
const OF_THE_WHOLE_ACCOUNT: [&str; 1] = ["lambda:ListFunctions"];

#[test]
fn every_call_of_the_deployer_is_allowed_to_who_runs_it() {
    let policy = ci_of(&environment("production", ""));
    let unprotected = ci_of(&environment("staging", ""));
    let drill = drill_of(&environment("production", ""));
    let allowed: BTreeSet<&String> = policy
        .statements()
        .iter()
        .chain(unprotected.statements())
        .chain(drill.statements())
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
