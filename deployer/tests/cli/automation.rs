//! What a workflow sees: masked logs, a step summary, and no questions.

use crate::explain::failed;
use crate::session::{ENVIRONMENT, Session, TEMPLATE};

#[test]
fn account_ids_and_arns_can_be_masked_in_everything() {
    let session = Session::new().with_environment("000000000000", "123456789012");
    let rendered = session.run("render --env local --mask");
    assert!(
        rendered.contains("event-store-artifacts-************-eu-central-1"),
        "{rendered}"
    );
    assert!(!rendered.contains("123456789012"));
    let told = session.run("render --env local --mask --verbose");
    assert!(told.contains("account       ************"), "{told}");
    let problem = ENVIRONMENT.replace("region: eu-central-1", "region: '123456789012'");
    let refused = Session::new()
        .with_file("environments/local.yaml", problem)
        .with_variable("GITHUB_ACTIONS", "true")
        .run("render --env local --mask");
    insta::assert_snapshot!(refused.lines().filter(|line| line.contains("unknown region")).collect::<Vec<_>>().join("\n"), @"
    error: environments/local.yaml:2:9: unknown region `************`
    ::error file=environments/local.yaml,line=2,col=9::unknown region `************` (the known ones are af-south-1, ap-east-1, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-southeast-1, ap-southeast-2, ap-southeast-3, ca-central-1, eu-central-1, eu-north-1, eu-south-1, eu-west-1, eu-west-2, eu-west-3, me-south-1, mx-central-1, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2)
    ");
}

#[test]
fn a_mistake_on_the_command_line_is_masked_too() {
    insta::assert_snapshot!(Session::new().run("render --mask arn:aws:iam::123456789012:role/a"), @"
    exit code: 64
    --- stderr
    error: unexpected argument 'arn:aws:iam:***' found

    Usage: deployer render [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn events_for_programs_are_masked_and_stay_json() {
    let session = Session::new().with_environment("region: eu-central-1", "region: '123456789012'");
    let printed = session.run("up --env local --json --mask --no-build");
    let line = printed.lines().find(|line| line.starts_with('{')).unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(event["event"], "failed");
    assert!(line.contains("unknown region `************`"), "{line}");
}

#[test]
fn a_failure_is_in_the_summary_of_a_step() {
    let session = Session::new().with_environment("region: eu-central-1", "region: eu-centrl-1");
    let file = session.path("summary.md");
    let session = session
        .with_variable("GITHUB_ACTIONS", "true")
        .with_variable("GITHUB_STEP_SUMMARY", file);
    session.run("up --env local --yes --no-build");
    insta::assert_snapshot!(session.read("summary.md"), @"
    ### `deployer up --env local`

    ✗ failed with exit code 64

    ```
    error: environments/local.yaml:2:9: unknown region `eu-centrl-1`
      hint: did you mean `eu-central-1`?
    ```
    ");
}

#[test]
fn without_a_workflow_no_summary_is_written() {
    let session = Session::new();
    let file = session.path("summary.md");
    let session = session.with_variable("GITHUB_STEP_SUMMARY", file);
    session.run("render --env missing");
    assert!(!session.files(".").contains("summary.md"));
}

/// An id of a principal, in every form that a rendering gives it.
const CALLER: &str = "arn:aws:iam::222222222222:role/orders/writer";

fn with_a_caller() -> Session {
    let environment = ENVIRONMENT
        .replace("000000000000", "111122223333")
        .replace("parameters:\n", &format!("parameters:\n  Caller: {CALLER}\n"))
        .replace("tags: {", &format!("tags: {{ owner: '{CALLER}',"))
        // A role must belong to the environment's account.
        + &format!("executionRole: {}\n", CALLER.replace("222222222222", "111122223333"));
    let template = TEMPLATE
        .replace("Parameters:\n", "Parameters:\n  Caller: { Type: String }\n")
        .replace(
            "Resources:\n",
            "Resources:\n  MayCallarnawsiam222222222222roleorderswriter:\n    Type: AWS::SNS::Topic\n    Properties:\n      \
             DisplayName: !Sub \"a\\n${Caller}\\tx222222222222y https://console/?r=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Forders%2Fwriter\"\n",
        );
    Session::new()
        .with_file("templates/event-store.yaml", template)
        .with_file("environments/local.yaml", environment)
}

#[test]
fn nothing_that_is_printed_holds_an_id_in_any_form() {
    let session = with_a_caller();
    let summary = session.path("summary.md");
    let output = session.path("output");
    let session = session
        .with_credentials()
        .with_variable("GITHUB_ACTIONS", "true")
        .with_variable("GITHUB_STEP_SUMMARY", summary)
        .with_variable("GITHUB_OUTPUT", output);
    let plain = session.run("render --env local");
    assert!(plain.contains("222222222222"), "{plain}");
    for command in [
        "render --env local",
        "render --env local --format yaml",
        "render --env local --verbose",
        "policy --env local --for operator",
        "policy --env local --for execution-role",
        "policy --env local --for caller",
        "diff --env local --no-build",
        "diff --env local --no-build --json",
        "up --env local --no-build --yes --json",
        "up --env local --no-build --yes --verbose",
        "describe --env local --format github",
        "history --env local",
        "down --env local --confirm 222222222222",
        "logs --env 222222222222",
        "arn:aws:iam::222222222222:role/orders/writer",
    ] {
        let printed = session.run(&format!("{command} --mask"));
        let written = if session.files(".").contains("summary.md") {
            session.read("summary.md")
        } else {
            String::new()
        };
        for secret in [
            "111122223333",
            "222222222222",
            "roleorderswriter",
            "role/orders/writer",
            "role%2Forders",
        ] {
            assert!(!printed.contains(secret), "{command}: {printed}");
            assert!(!written.contains(secret), "{command}: {written}");
        }
    }
}

#[test]
fn what_others_wrote_neither_moves_a_cursor_nor_commands_a_workflow() {
    let foreign = "no\n::error::forged\n##[warning]forged \u{1b}[2J\u{9b}2J\u{202e}";
    let events = failed("AWS::SNS::Topic", foreign);
    let session = Session::new()
        .with_file("events.json", events)
        .with_variable("GITHUB_ACTIONS", "true");
    for command in ["explain events.json", "explain events.json --json"] {
        let printed = session.run(command);
        assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{printed:?}");
        assert!(!printed.contains("##["), "{printed}");
        assert!(
            !printed.lines().any(|line| line.trim_start().starts_with("::")),
            "{printed}"
        );
    }
    let typed = session.run("render \u{1b}]0;title\u{7}");
    assert!(!typed.contains(['\u{1b}', '\u{7}']), "{typed:?}");
}

/// A device that accepts no data, like a full disk.
#[cfg(target_os = "linux")]
#[test]
fn data_that_cannot_be_written_is_a_failure_and_talk_is_none() {
    let session = Session::new();
    let ended = |arguments: &str, redirection: &str| session.run_redirected(arguments, redirection);
    for command in [
        "render --env local",
        "schema",
        "completions bash",
        "man",
        "--help",
        "--version",
    ] {
        let (code, stderr) = ended(command, "> /dev/full");
        assert_eq!(code, 1, "{command}: {stderr}");
        assert!(
            stderr.contains("stdout cannot be written: No space left on device"),
            "{stderr}"
        );
    }
    assert_eq!(
        ended("render --env local --verbose", "> rendered 2> /dev/full").0,
        0
    );
    assert_eq!(ended("render --env missing", "2> /dev/full").0, 64);
    // A reader that stops early is no failure.
    assert_eq!(ended("render --env local", "| true").0, 0);
}

/// These programs run the build scripts and macros of every dependency.
#[cfg(unix)]
#[test]
fn nothing_that_builds_is_handed_a_credential() {
    const SECRETS: [&str; 7] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "GITHUB_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "CARGO_REGISTRY_TOKEN",
        "NPM_TOKEN",
    ];
    const TOOLS: [(&str, &str); 4] = [
        ("rustc", "echo /nowhere"),
        ("rustup", ""),
        (
            "cargo",
            r#"echo '{"packages":[{"name":"orders","targets":[{"name":"orders-api","kind":["bin"]}]}]}'"#,
        ),
        ("cargo-lambda", "exit 1"),
    ];
    let session = TOOLS.into_iter().fold(Session::new(), |session, (tool, script)| {
        session.with_tool(tool, &format!("/usr/bin/env >\"$0.saw\"\n{script}"))
    });
    let session = SECRETS
        .into_iter()
        .fold(session, |session, name| {
            session.with_variable(name, "a-secret-of-ours")
        })
        .with_variable("LANG", "C.UTF-8");
    let output = session.run("build --env local");
    for (tool, _) in TOOLS {
        let saw = session.read(&format!(".tools/bin/{tool}.saw"));
        assert!(saw.contains("LANG=C.UTF-8"), "{tool}: {saw}");
        assert!(!saw.contains("a-secret-of-ours"), "{tool}: {saw}");
    }
    assert!(output.contains("cargo lambda build"), "{output}");
}
