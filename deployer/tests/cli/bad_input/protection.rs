//! What a protected environment refuses.

use crate::session::{ENVIRONMENT, Session};

#[test]
fn a_protected_environment_with_public_access() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:9:11: a protected environment is not public
      hint: the rule `ProtectedIsNotPublic` is in templates/event-store.yaml:22
    ");
}

#[test]
fn an_instance_of_a_protected_environment() {
    let session = Session::new().with_environment("stack: orders", "stack: orders\nprotected: true");
    insta::assert_snapshot!(session.run("render --env local --instance pr-42"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:4:12: a protected environment has no instance `pr-42`
      hint: leave out `--instance`, or choose another environment
    ");
}

#[test]
fn a_protected_environment_is_not_taken_down() {
    let file = ENVIRONMENT
        .replace("Access: public", "Access: iam")
        .replace("stack: orders", "stack: orders\nprotected: true");
    let session = Session::new()
        .with_file("environments/local.yaml", file)
        .with_credentials();
    insta::assert_snapshot!(session.run("down --env local --yes"), @"
    exit code: 4
    --- stderr
    error: stack `orders` is protected
      hint: set `protected: false` in `environments/local.yaml` and run `deployer up --env local`, if it really has to go
    ");
}

#[test]
fn a_push_to_a_protected_environment() {
    let file = ENVIRONMENT
        .replace("Access: public", "Access: iam")
        .replace("stack: orders", "stack: orders\nprotected: true");
    let session = Session::new().with_file("environments/local.yaml", file);
    insta::assert_snapshot!(session.run("push --env local"), @"
    exit code: 4
    --- stderr
    error: stack `orders` is protected: its code is changed by a deployment alone
      hint: deploy it with `deployer up --env local`
    ");
}
