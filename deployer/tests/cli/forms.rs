//! Commands that do not call AWS: completions, manual pages, the schema, an examination without credentials, and policies.

use std::collections::BTreeSet;

use clap::CommandFactory as _;
use event_store_deployer::cli::Cli;

use crate::session::Session;

fn commands() -> BTreeSet<String> {
    let cli = Cli::command();
    cli.get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect()
}

#[test]
fn each_of_five_shells_can_complete_every_command() {
    let session = Session::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = session.run(&format!("completions {shell}"));
        assert!(
            script.starts_with("exit code: 0\n--- stdout\n"),
            "{shell}: {script}"
        );
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not know `{command}`");
        }
        assert!(
            script.contains("environments"),
            "{shell} does not know the options of all commands"
        );
    }
}

#[test]
fn a_shell_that_is_not_known() {
    insta::assert_snapshot!(Session::new().run("completions tcsh"), @"
    exit code: 64
    --- stderr
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    ");
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let session = Session::new();
    assert_eq!(session.run("man --to pages/man1"), "exit code: 0\n");
    let expected: BTreeSet<String> = commands()
        .into_iter()
        .map(|command| format!("deployer-{command}.1"))
        .chain(["deployer.1", "deployer-init-consumer.1"].map(str::to_owned))
        .collect();
    assert_eq!(session.files("pages/man1"), expected);
}

#[test]
fn a_manual_page_on_stdout() {
    insta::assert_snapshot!(Session::new().run("man completions"));
}

#[test]
fn a_manual_page_of_no_command() {
    insta::assert_snapshot!(Session::new().run("man rendr"), @"
    exit code: 64
    --- stderr
    error: there is no command `rendr`
      hint: did you mean `render`?
    ");
}

#[test]
fn the_schema_is_the_one_beside_the_environments() {
    let schema = include_str!("../../../environments/environment.schema.json");
    assert_eq!(
        Session::new().run("schema"),
        format!("exit code: 0\n--- stdout\n{schema}")
    );
}

#[test]
fn an_examination_fails_where_a_build_would() {
    let session = Session::new();
    let told = session.run("doctor --env local --json");
    let tools = told
        .lines()
        .filter(|line| line.contains("\"tools\""))
        .collect::<Vec<_>>();
    assert!(!tools.is_empty(), "{told}");
    assert!(
        tools.iter().all(|line| line.contains("\"severity\":\"error\"")),
        "{told}"
    );
    let built = session.with_file(
        "zips/orders-api.zip",
        crate::session::zip("bootstrap", &crate::session::elf(62)),
    );
    let told = built.run("doctor --env local --json --artifacts zips");
    let tools = told
        .lines()
        .filter(|line| line.contains("\"tools\""))
        .collect::<Vec<_>>();
    assert!(
        tools.iter().all(|line| line.contains("\"severity\":\"fine\"")),
        "{told}"
    );
}

#[test]
fn the_policy_of_who_deploys_is_data_on_stdout() {
    let session = Session::new();
    let printed = session.run("policy --for operator --env local");
    let json = printed.strip_prefix("exit code: 0\n--- stdout\n").unwrap();
    let json = json.split("--- stderr").next().unwrap();
    let policies: Vec<serde_json::Value> = serde_json::Deserializer::from_str(json)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(policies.iter().all(|policy| policy["Version"] == "2012-10-17"));
    // Without its own role, CloudFormation uses the caller's permissions.
    assert!(json.contains("lambda:CreateFunction") && json.contains("cloudformation:CreateChangeSet"));
}

#[test]
fn a_template_without_a_url_has_no_callers() {
    insta::assert_snapshot!(Session::new().run("policy --for caller --env local"), @"
    exit code: 64
    --- stderr
    error: the template has no function URL, so nobody can call it
    ");
}

#[test]
fn a_role_that_trusts_a_whole_repository_is_told_to_be_wide() {
    insta::assert_snapshot!(Session::new().run("policy --for operator --env local --oidc o/r"), @r#"
    exit code: 0
    --- stdout
    {
      "Statement": [
        {
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            "StringEquals": {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com"
            },
            "StringLike": {
              "token.actions.githubusercontent.com:sub": [
                "repo:o/r:*",
                "repo:o@*/r@*:*"
              ]
            }
          },
          "Effect": "Allow",
          "Principal": {
            "Federated": "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com"
          },
          "Sid": "WorkflowsOfGitHub"
        }
      ],
      "Version": "2012-10-17"
    }
    --- stderr
    note: every workflow of `o/r` is trusted, on whatever branch: `o/r:environment:NAME` trusts fewer
    note: the account has to know GitHub as `arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com`: `--format template` makes that, too
    "#);
    insta::assert_snapshot!(Session::new().run("policy --for operator --env local --oidc o"), @"
    exit code: 64
    --- stderr
    error: invalid value 'o' for '--oidc <OWNER/REPO>': `o` is not written `OWNER/REPO`, `OWNER/REPO:environment:NAME`, `OWNER/REPO:ref:refs/heads/BRANCH` or `OWNER/REPO:pull_request`

    For more information, try '--help'.
    ");
}
