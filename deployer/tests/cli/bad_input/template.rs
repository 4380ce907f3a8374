//! The template.

use crate::session::{Session, TEMPLATE};

#[test]
fn the_template_of_these_tests_is_good() {
    let text = Session::new()
        .with_file("templates/event-store.yaml", TEMPLATE)
        .run("render --env local");
    assert!(text.starts_with("exit code: 0\n"), "{text}");
}

/// These commands destroy or inspect an earlier deployment, regardless of the current template's rules.
#[test]
fn a_broken_rule_stops_only_what_deploys_the_template() {
    let rule =
        "Rules:\n  Never:\n    Assertions:\n      - { Assert: !Equals [a, b], AssertDescription: never }\n";
    let session = Session::new()
        .with_template("Rules:\n", rule)
        .with_file(
            "zips/orders-api.zip",
            crate::session::zip("bootstrap", &crate::session::elf(62)),
        )
        .with_credentials();
    for command in ["render", "up --yes --artifacts zips", "diff --artifacts zips"] {
        let told = session.run(&format!("{command} --env local"));
        assert!(told.starts_with("exit code: 64\n"), "{command}: {told}");
        assert!(told.contains(": never\n"), "{command}: {told}");
    }
    for command in [
        "down --yes",
        "recover",
        "push --artifacts zips",
        "rollback --yes",
        "describe",
        "drift",
        "history",
        "gc --yes",
    ] {
        let told = session.run(&format!("{command} --env local"));
        // Nothing listens at the endpoint, so reaching it proves that the template passed.
        assert!(told.starts_with("exit code: 1\n"), "{command}: {told}");
        assert!(told.contains("no answer from"), "{command}: {told}");
    }
}

#[test]
fn a_template_that_is_not_yaml() {
    let session = Session::new().with_template("Parameters:", "Parameters: [");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:12:3: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'
    ");
}

#[test]
fn a_template_that_refers_to_an_unknown_parameter() {
    let session = Session::new().with_template("MemorySize: !Ref MemoryMb", "MemorySize: !Ref MemoryMB");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:31:19: unknown parameter or resource `MemoryMB`
      hint: did you mean `MemoryMb`?
    ");
}

#[test]
fn a_template_that_repeats_a_key() {
    let session =
        Session::new().with_template("Handler: bootstrap", "Handler: bootstrap\n      Handler: other");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:30:7: the key `Handler` is repeated; it was first given in line 29
    ");
}

#[test]
fn a_template_elsewhere_goes_with_the_bucket_of_the_workspace_or_with_the_programs_own() {
    let session = Session::new()
        .with_credentials()
        .with_file("elsewhere/orders.yaml", crate::session::TEMPLATE);
    let policy = "policy --for operator --env local";
    let beside = session.run(&format!("{policy} --template elsewhere/orders.yaml"));
    assert!(beside.starts_with("exit code: 0\n"), "{beside}");
    let outside = Session::new().with_file("other/orders.yaml", crate::session::TEMPLATE);
    let (environments, template) = (session.path("environments"), outside.path("other/orders.yaml"));
    let folder = tempfile::TempDir::new().unwrap();
    let arguments = format!("{policy} --environments {environments} --template {template}");
    let own = session.run_in(folder.path(), &arguments);
    assert!(own.starts_with("exit code: 0\n"), "{own}");
    // The workspace's bucket has no policy; the built-in one has.
    let asks = |told: &str| told.contains("s3:PutBucketPolicy");
    assert_eq!((asks(&beside), asks(&own)), (false, true), "{own}");
}

#[test]
fn a_template_that_is_not_there() {
    insta::assert_snapshot!(Session::new().run("render --env local --template missing.yaml"), @"
    exit code: 64
    --- stderr
    error: cannot read `missing.yaml`
      because: No such file or directory (os error 2)
    ");
}

#[test]
fn types_of_which_nothing_is_known_are_told_at_once() {
    let resources = "Resources:\n  Nightly: { Type: AWS::Events::Rule }\n  Weekly: { Type: AWS::Events::Rule }\n  Vault: { Type: AWS::Backup::BackupVault }\n";
    let session = Session::new().with_template("Resources:\n", resources);
    insta::assert_snapshot!(session.run("policy --for operator --env local"), @"
    exit code: 64
    --- stderr
    error: it is not known what CloudFormation calls for `AWS::Backup::BackupVault` (`Vault`), `AWS::Events::Rule` (`Nightly`, `Weekly`)
      hint: `aws cloudformation describe-type --type RESOURCE --type-name TYPE` tells it, under `handlers`
      hint: print the policy of a template without these resources, and allow beside it what they take
    ");
}
