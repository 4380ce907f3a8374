//! The code to deploy.

use crate::session::{Session, elf, zip};

#[test]
fn a_folder_of_artifacts_without_the_one_needed() {
    insta::assert_snapshot!(Session::new().run("render --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: no artifact for `orders-api`: `zips/orders-api.zip` does not exist
      hint: `deployer up` without `--no-build` and `--artifacts` builds it
    ");
}

#[test]
fn an_artifact_that_is_not_a_zip() {
    let session = Session::new().with_file("zips/orders-api.zip", "not a zip");
    insta::assert_snapshot!(session.run("render --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` is not a zip: Could not find EOCD
      hint: build it again: `deployer up` without `--artifacts` does, and leaves the zips in `target/lambda`
    ");
}

#[test]
fn nothing_was_built_yet() {
    insta::assert_snapshot!(Session::new().with_credentials().run("up --env local --no-build"), @"
    exit code: 64
    --- stderr
    error: no artifact for `orders-api`: `<workspace>/target/lambda/x86_64/orders-api.zip` does not exist
      hint: `deployer up` without `--no-build` and `--artifacts` builds it
    ");
}

#[test]
fn an_artifact_without_bootstrap() {
    let session = Session::new().with_file("zips/orders-api.zip", zip("orders-api", &elf(62)));
    insta::assert_snapshot!(session.run("up --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` holds no `bootstrap`, only `orders-api`
      hint: the executable has to be called `bootstrap` and lie at the top of the zip
    ");
}

#[test]
fn an_artifact_for_another_processor() {
    let session = Session::new().with_file("zips/orders-api.zip", zip("bootstrap", &elf(183)));
    insta::assert_snapshot!(session.run("up --env local --artifacts zips"), @"
    exit code: 64
    --- stderr
    error: `zips/orders-api.zip` holds code for `arm64`, but the environment asks for `x86_64`
      hint: build it for `x86_64-unknown-linux-gnu`, or change `architecture` in the environment's file
    ");
}
