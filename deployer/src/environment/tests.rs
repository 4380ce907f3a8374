//! What users see of an environment file, valid or invalid.

use super::*;

const PRODUCTION: &str = r#"
account: "123456789012"
region: eu-central-1
stack: store
protected: true
architecture: x86_64
parameters:
  Access: iam
  Callers: [arn:aws:iam::123456789012:role/orders, 210987654321]
  ApiMemoryMb: 512
  Tracing: true
tags: { service: event-store, cost: 42 }
executionRole: arn:aws:iam::123456789012:role/deploy
permissionsBoundary: arn:aws:iam::123456789012:policy/boundary
"#;

fn parse(text: &str) -> Result<Environment, Problems> {
    Environment::parse("environments/staging.yaml", text, "staging", None)
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn instance(name: &str) -> Instance {
    name.parse().unwrap()
}

#[test]
fn a_file_is_read_whole() {
    let environment = parse(PRODUCTION).unwrap();
    assert_eq!(environment.name.as_str(), "staging");
    assert_eq!(environment.account.as_str(), "123456789012");
    assert_eq!(environment.region.as_str(), "eu-central-1");
    assert_eq!(environment.stack.as_str(), "store");
    assert!(environment.protected);
    assert_eq!(environment.architecture, Architecture::X86_64);
    assert_eq!(
        environment.execution_role.as_ref().unwrap().as_str(),
        "arn:aws:iam::123456789012:role/deploy"
    );
    assert!(environment.permissions_boundary.is_some());
    assert_eq!(
        environment.artifact_bucket(),
        "event-store-artifacts-123456789012-eu-central-1"
    );
    assert_eq!(environment.tags["cost"], "42");
}

#[test]
fn numbers_and_truth_values_of_parameters_become_texts() {
    let environment = parse(PRODUCTION).unwrap();
    let value = |name: &str| environment.parameters[name].value.clone();
    assert_eq!(value("ApiMemoryMb"), ParameterValue::Text("512".to_owned()));
    assert_eq!(value("Tracing"), ParameterValue::Text("true".to_owned()));
    let callers = ["arn:aws:iam::123456789012:role/orders", "210987654321"].map(str::to_owned);
    assert_eq!(value("Callers"), ParameterValue::List(callers.to_vec()));
    assert_eq!(
        environment.parameters["ApiMemoryMb"].at,
        Location { line: 10, column: 16 }
    );
}

#[test]
fn what_is_left_out_has_a_default() {
    let environment = parse("account: '000000000000'\nregion: eu-west-1\n").unwrap();
    assert_eq!(environment.stack.as_str(), "event-store-staging");
    assert_eq!(environment.architecture, Architecture::Arm64);
    assert_eq!(environment.profile, Profile::Release);
    assert!(!environment.protected);
    assert!(environment.parameters.is_empty());
    assert!(environment.tags.is_empty());
    assert_eq!(environment.endpoint, None);
}

#[test]
fn a_template_names_the_stack_in_the_place_of_the_stores() {
    let stack_of = |environment: &str, template: &str| {
        let text = format!("account: '000000000000'\nregion: eu-west-1\ntemplate: {template}\n");
        let parsed = Environment::parse("environments/e.yaml", &text, environment, None);
        parsed
            .map(|parsed| (parsed.stack.to_string(), parsed.template.unwrap()))
            .map_err(|problems| problems.to_string())
    };
    for (environment, template, stack) in [
        ("staging", "../templates/orders.yaml", "orders-staging"),
        ("orders-staging", "../templates/orders.yaml", "orders-staging"),
        ("orders", "/srv/orders.yaml", "orders"),
        ("ordersome", "orders.yaml", "orders-ordersome"),
        ("staging", "../templates/event-store.yaml", "event-store-staging"),
    ] {
        let found = stack_of(environment, template).unwrap();
        assert_eq!(found, (stack.to_owned(), template.to_owned()));
    }
    insta::assert_snapshot!(stack_of("staging", "my_orders.yaml").unwrap_err(), @"environments/e.yaml:3:11: the stack name `my_orders-staging` is not a letter followed by letters, digits or hyphens");
    insta::assert_snapshot!(stack_of("staging", "..").unwrap_err(), @"environments/e.yaml:3:11: `template` names a file, not `..`");
    insta::assert_snapshot!(stack_of("staging", "''").unwrap_err(), @"environments/e.yaml:3:11: `template` names a file, not ``");
}

#[test]
fn an_instance_is_a_suffix_of_the_stack() {
    let text = "account: '000000000000'\nregion: eu-west-1\n";
    let environment = Environment::parse(
        "environments/staging.yaml",
        text,
        "staging",
        Some(&instance("pr-42")),
    )
    .unwrap();
    assert_eq!(environment.stack.as_str(), "event-store-staging-pr-42");
    assert_eq!(environment.instance, Some(instance("pr-42")));
}

#[test]
fn an_instance_of_a_protected_environment_is_refused() {
    let problems = Environment::parse(
        "environments/production.yaml",
        PRODUCTION,
        "production",
        Some(&instance("pr-42")),
    )
    .unwrap_err();
    insta::assert_snapshot!(problems, @"
    environments/production.yaml:5:12: a protected environment has no instance `pr-42`
      hint: leave out `--instance`, or choose another environment
    ");
}

#[test]
fn alarms_are_watched_for_as_long_as_cloudformation_takes() {
    let text = |minutes: &str| {
        format!("account: '000000000000'\nregion: eu-west-1\nwatchAlarmsMinutes: {minutes}\n")
    };
    let parse = |text: &str| Environment::parse("environments/staging.yaml", text, "staging", None);
    assert_eq!(parse(&text("180")).unwrap().watch_alarms_minutes, 180);
    let problems = ["181", "-1", "five"].map(|minutes| parse(&text(minutes)).unwrap_err().to_string());
    insta::assert_snapshot!(problems.join("\n"), @"
    environments/staging.yaml:3:21: `watchAlarmsMinutes` is a number from 0 to 180, not `181`
    environments/staging.yaml:3:21: `watchAlarmsMinutes` is a number from 0 to 180, not `-1`
    environments/staging.yaml:3:21: `watchAlarmsMinutes` is a number from 0 to 180, not `five`
    ");
}

#[test]
fn an_instance_counts_towards_the_length_of_the_stack() {
    let text = "account: '000000000000'\nregion: eu-west-1\nstack: event-store-of-the-orders-team\n";
    let problems = Environment::parse(
        "environments/staging.yaml",
        text,
        "staging",
        Some(&instance("pr-42")),
    )
    .unwrap_err();
    insta::assert_snapshot!(problems, @"environments/staging.yaml:3:8: the stack name `event-store-of-the-orders-team-pr-42` has 36 characters where 32 are allowed");
}

#[test]
fn an_endpoint_has_its_own_function_urls() {
    let text = "account: '000000000000'\nregion: eu-west-1\nendpoint: http://127.0.0.1:4566\n\
                url: '{endpoint}/_aws/lambda-url/{id}/'\n";
    let environment = parse(text).unwrap();
    let endpoint = environment.endpoint.unwrap();
    let address = environment.url.unwrap().address(&endpoint, "abc");
    assert_eq!(address, "http://127.0.0.1:4566/_aws/lambda-url/abc/");
}

#[test]
fn all_problems_are_in_one_message() {
    let text = r"
acount: 123456789012
region: eu-centrl-1
stack: event_store
protected: maybe
architecture: arm46
parameters:
  Access:
  Callers: [a, [b], 'c,d']
  Nested: { a: 1 }
tags: { 'aws:cost': 1, 'a|b': 2, empty: }
executionRole: deploy
permissionsBoundary: !Ref Boundary
endpoint: 127.0.0.1:4566
url: http://127.0.0.1/
";
    insta::assert_snapshot!(refused(text), @"
    environments/staging.yaml:1:1: the key `account` is missing
    environments/staging.yaml:2:1: unknown key `acount`
      hint: did you mean `account`?
    environments/staging.yaml:3:9: unknown region `eu-centrl-1`
      hint: did you mean `eu-central-1`?
    environments/staging.yaml:4:8: the stack name `event_store` is not a letter followed by letters, digits or hyphens
    environments/staging.yaml:5:12: `protected` is `true` or `false`, not `maybe`
    environments/staging.yaml:6:15: `architecture` is `arm64`, `x86_64` or `host`, not `arm46`
      hint: did you mean `arm64`?
    environments/staging.yaml:8:9: the parameter `Access` has no value
    environments/staging.yaml:9:16: a member of the list `Callers` is a text, not a list
    environments/staging.yaml:9:21: a member of the list `Callers` has a comma: `c,d`
    environments/staging.yaml:10:11: the parameter `Nested` is a text or a list, not a mapping
    environments/staging.yaml:11:9: the tag `aws:cost` begins with `aws:`, which is AWS's own
    environments/staging.yaml:11:24: the tag `a|b` has other characters than letters, digits, spaces and `_.:/=+-@`
    environments/staging.yaml:11:39: `tags.empty` has no value
    environments/staging.yaml:12:16: `deploy` is not the ARN of a role
      hint: a role is written `arn:aws:iam::123456789012:role/name`
    environments/staging.yaml:13:22: `!Ref` has no meaning in an environment file
    environments/staging.yaml:13:22: `Boundary` is not the ARN of a managed policy
      hint: a policy is written `arn:aws:iam::123456789012:policy/name`
    environments/staging.yaml:14:11: the endpoint `127.0.0.1:4566` is not an http or https URL
      hint: an endpoint is written `http://127.0.0.1:4566`
    environments/staging.yaml:15:6: `url` has no `{id}` in `http://127.0.0.1/`
    ");
}

#[test]
fn a_tag_on_a_mapping_is_refused_wherever_it_stands() {
    let rest = "account: '123456789012'\nregion: eu-central-1\n";
    for text in [
        format!("--- !x\n{rest}"),
        format!("{rest}tags: !x {{ a: b }}\n"),
        format!("{rest}parameters: !Ref {{ Access: iam }}\n"),
    ] {
        let told = refused(&text);
        assert!(
            told.contains("has no meaning in an environment file"),
            "{text}: {told}"
        );
    }
}

#[test]
fn an_empty_file_and_one_that_is_no_mapping_are_refused() {
    insta::assert_snapshot!(refused(""), @"environments/staging.yaml:1:1: the file is empty");
    insta::assert_snapshot!(refused("- account\n"), @"environments/staging.yaml:1:1: an environment is a mapping, not a list");
}

#[test]
fn missing_keys_and_missing_values_are_told_apart() {
    insta::assert_snapshot!(refused("region:\n"), @"
    environments/staging.yaml:1:1: the key `account` is missing
    environments/staging.yaml:1:7: `region` has no value
    ");
}

#[test]
fn repeated_keys_are_refused() {
    insta::assert_snapshot!(refused("region: eu-west-1\nregion: eu-west-2\n"), @"environments/staging.yaml:2:1: the key `region` is repeated; it was first given in line 1");
}

#[test]
fn a_region_without_function_urls_names_those_with() {
    insta::assert_snapshot!(refused("account: '000000000000'\nregion: eu-central-2\n"), @"
    environments/staging.yaml:2:9: the region `eu-central-2` has no function URLs
      hint: the ones that have are af-south-1, ap-east-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-southeast-1, ap-southeast-2, ap-southeast-3, ca-central-1, eu-central-1, eu-north-1, eu-south-1, eu-west-1, eu-west-2, eu-west-3, me-south-1, mx-central-1, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2
    ");
}

#[test]
fn a_url_needs_an_endpoint() {
    insta::assert_snapshot!(
        refused("account: '000000000000'\nregion: eu-west-1\nurl: '{endpoint}/{id}'\n"), @"environments/staging.yaml:3:6: `url` is given without `endpoint`");
}

#[test]
fn a_stack_has_at_most_fifty_tags_one_of_them_the_deployers() {
    let tags: Vec<String> = (0..51).map(|number| format!("  tag{number}: x\n")).collect();
    let tags = tags.concat();
    insta::assert_snapshot!(
        refused(&format!("account: '000000000000'\nregion: eu-west-1\ntags:\n{tags}")), @"environments/staging.yaml:53:3: a stack has at most 49 tags beside the deployer's own; these are 51");
}

#[test]
fn the_name_of_the_file_is_checked_as_well() {
    let text = "account: '000000000000'\nregion: eu-west-1\n";
    let problems = Environment::parse("environments/My Env.yaml", text, "My Env", None).unwrap_err();
    insta::assert_snapshot!(problems, @"environments/My Env.yaml:1:1: the environment name `My Env` is not a letter followed by at most 31 letters, digits or hyphens, in lower case");
}

#[test]
fn a_development_build_is_for_an_emulator_on_this_machine() {
    let emulator =
        "account: '000000000000'\nregion: eu-west-1\narchitecture: host\nendpoint: http://127.0.0.1:4566\n";
    let environment = parse(&format!("{emulator}profile: dev\n")).unwrap();
    assert_eq!(environment.profile, Profile::Dev);
    assert_eq!(
        parse(&format!("{emulator}profile: release\n")).unwrap().profile,
        Profile::Release
    );
    for elsewhere in ["architecture: host\n", "endpoint: http://127.0.0.1:4566\n"] {
        let text = emulator.replace(elsewhere, "");
        assert!(
            refused(&format!("{text}profile: dev\n")).contains("only for an emulator on this machine"),
            "{text}"
        );
    }
    let log_of_record = "account: '123456789012'\nregion: eu-west-1\nprotected: true\nprofile: dev\n";
    insta::assert_snapshot!(refused(log_of_record), @"
    environments/staging.yaml:4:10: `profile: dev` is only for an emulator on this machine
      hint: give `architecture: host` and `endpoint`, or leave `profile` out
    environments/staging.yaml:4:10: a protected environment cannot use a development build
    ");
    insta::assert_snapshot!(refused(&format!("{emulator}profile: devel\n")), @"
    environments/staging.yaml:5:10: `profile` is `release` or `dev`, not `devel`
      hint: did you mean `dev`?
    ");
}

#[test]
fn a_stacks_tag_has_a_value() {
    insta::assert_snapshot!(
        refused("account: '000000000000'\nregion: eu-west-1\ntags: { owner: '', 'a b': 'c\u{a0}d' }\n"), @"environments/staging.yaml:3:16: the tag `owner` of a stack has no value, and CloudFormation asks for one");
}

#[test]
fn another_tools_word_for_a_processor_is_told_what_it_is_called_here() {
    insta::assert_snapshot!(
        refused("account: '000000000000'\nregion: eu-west-1\narchitecture: amd64\n"), @"
        environments/staging.yaml:3:15: `architecture` is `arm64`, `x86_64` or `host`, not `amd64`
          hint: did you mean `x86_64`?
        ");
}

#[test]
fn a_region_that_is_not_known_is_warned_of() {
    let text = "account: '000000000000'\nregion: us-gov-west-1\n";
    let environment = parse(text).unwrap();
    insta::assert_snapshot!(environment.warnings, @"
    environments/staging.yaml:2:9: it is not known here whether the region `us-gov-west-1` has function URLs
      hint: if it has none, AWS refuses the stack before it makes anything
    ");
    assert!(
        parse("account: '000000000000'\nregion: eu-west-1\n")
            .unwrap()
            .warnings
            .is_empty()
    );
}

#[test]
fn what_an_environment_names_is_in_the_partition_of_its_region() {
    let text = |partition: &str| {
        format!(
            "account: '123456789012'\nregion: cn-north-1\nexecutionRole: arn:{partition}:iam::123456789012:role/a\npermissionsBoundary: arn:{partition}:iam::123456789012:policy/a\n"
        )
    };
    assert!(parse(&text("aws-cn")).is_ok());
    insta::assert_snapshot!(refused(&text("aws")), @"
    environments/staging.yaml:3:16: the role is in the partition `aws`, the region `cn-north-1` in `aws-cn`
    environments/staging.yaml:4:22: the boundary is in the partition `aws`, the region `cn-north-1` in `aws-cn`
    ");
}

#[test]
fn a_tag_by_which_a_stack_says_whose_it_is_is_not_given_by_hand() {
    let text = "account: '000000000000'\nregion: eu-west-1\ntags: { deployer:environment: production }\n";
    insta::assert_snapshot!(refused(text), @"environments/staging.yaml:3:9: the tag `deployer:environment` begins with `deployer:`, which is reserved for the tags that mark a stack as the deployer's");
}

#[test]
fn a_role_and_a_boundary_are_those_of_the_account() {
    let text = |boundary: &str| {
        format!(
            "account: '123456789012'\nregion: eu-west-1\nexecutionRole: arn:aws:iam::210987654321:role/a\npermissionsBoundary: arn:aws:iam::{boundary}:policy/a\n"
        )
    };
    insta::assert_snapshot!(refused(&text("210987654321")), @"
    environments/staging.yaml:3:16: the role is in the account `210987654321`, the environment in `123456789012`
    environments/staging.yaml:4:22: the boundary is in the account `210987654321`, the environment in `123456789012`
    ");
    insta::assert_snapshot!(refused(&text("aws")), @"environments/staging.yaml:3:16: the role is in the account `210987654321`, the environment in `123456789012`");
}

#[test]
fn a_truth_value_that_is_a_text_is_told_as_one() {
    for written in ["!!str true", "'true'", "! true"] {
        let text = format!("account: '123456789012'\nregion: eu-west-1\nprotected: {written}\n");
        assert_eq!(
            refused(&text),
            "environments/staging.yaml:3:12: `protected` is `true` or `false`, not the text `true`\n  \
             hint: write it without quotes and without a tag"
        );
    }
}

#[test]
fn a_key_with_a_wide_colon_is_told_where_it_becomes_a_text() {
    let text = "account: '123456789012'\nregion: eu-west-1\nparameters:\n  Access：iam\n";
    assert_eq!(
        refused(text),
        "environments/staging.yaml:4:3: `parameters` is a mapping, not a single value\n  \
         hint: the line holds `：` (U+FF1A), which is no `:` to YAML: write `:`"
    );
}
