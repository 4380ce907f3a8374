//! The named environment and its file.

use tempfile::TempDir;

use crate::session::{ENVIRONMENT, Session};

#[test]
fn no_environment_is_named() {
    insta::assert_snapshot!(Session::new().run("render"), @"
    exit code: 64
    --- stderr
    error: no environment is named
      hint: name one with `--env NAME` or `DEPLOYER_ENV`: `local`, `staging`
    ");
}

#[test]
fn an_unknown_environment() {
    insta::assert_snapshot!(Session::new().run("render --env stagin"), @"
    exit code: 64
    --- stderr
    error: unknown environment `stagin`: `environments/stagin.yaml` does not exist
      hint: did you mean `staging`? There are `local`, `staging`
    ");
}

#[test]
fn an_environment_outside_of_the_folder_of_environments() {
    insta::assert_snapshot!(Session::new().run("render --env ../local"), @"
    exit code: 64
    --- stderr
    error: unknown environment `../local`: `environments/../local.yaml` does not exist
      hint: did you mean `local`? There are `local`, `staging`
    ");
}

#[test]
fn a_folder_in_no_workspace() {
    let elsewhere = TempDir::new().unwrap();
    let text = Session::new().run_in(elsewhere.path(), "render --env local");
    insta::assert_snapshot!(text.replace(elsewhere.path().to_str().unwrap(), "<elsewhere>"), @"
    exit code: 64
    --- stderr
    error: `<elsewhere>` is in no workspace: neither it nor a folder above it has `environments`
      hint: run this in a workspace, or give both `--environments DIR` and `--template FILE`
    ");
}

#[test]
fn nothing_is_built_outside_of_the_workspace() {
    let (session, elsewhere) = (Session::new(), TempDir::new().unwrap());
    let given = format!(
        "--env local --environments {} --template {}",
        session.path("environments"),
        session.path("templates/event-store.yaml")
    );
    for verb in ["build", "build --to zips", "diff --no-build"] {
        let told = session.run_in(elsewhere.path(), &format!("{verb} {given}"));
        assert_eq!(
            told.replace(elsewhere.path().to_str().unwrap(), "<elsewhere>"),
            "exit code: 64\n--- stderr\nerror: `<elsewhere>` is in no workspace, where the functions are built\n  \
             hint: run this in the workspace of the functions; what deploys takes zips that were built there by `--artifacts DIR`\n",
            "{verb}"
        );
    }
}

#[test]
fn a_region_with_a_space_that_is_none() {
    let file = ENVIRONMENT.replace("eu-central-1", "'eu\u{a0}central-1'");
    let told = Session::new()
        .with_file("environments/local.yaml", file)
        .run("render --env local");
    assert!(told.contains("unknown region `eu\\u00a0central-1`"), "{told}");
}

#[test]
fn all_problems_of_an_environment_file_at_once() {
    let file = ENVIRONMENT
        .replace("region: eu-central-1", "reigon: eu-central-1")
        .replace("\"000000000000\"", "\"0000\"");
    let session = Session::new().with_file("environments/local.yaml", file);
    insta::assert_snapshot!(session.run("render --env local"), @"
    exit code: 64
    --- stderr
    error: environments/local.yaml:1:1: the key `region` is missing
    error: environments/local.yaml:1:10: the account `0000` must have 12 digits
    error: environments/local.yaml:2:1: unknown key `reigon`
      hint: did you mean `region`?
    ");
}

#[test]
fn a_bad_instance() {
    insta::assert_snapshot!(Session::new().run("render --env local --instance PR_42"), @"
    exit code: 64
    --- stderr
    error: the instance `PR_42` is not a letter followed by at most 19 letters, digits or hyphens, in lower case
      hint: an instance is named like `pr-42`
    ");
}
