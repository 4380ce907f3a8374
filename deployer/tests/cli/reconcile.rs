//! `reconcile` and `smoke`, as far as they need no cloud.

use crate::session::Session;

#[test]
fn a_template_that_names_nothing_that_reconciles() {
    insta::assert_snapshot!(Session::new().run("reconcile --env local"), @"
    exit code: 64
    --- stderr
    error: `templates/event-store.yaml` names no function that reconciles
      hint: event stores alone are made complete so: what follows one is told again by `deployer reconcile --notify-since TIME --env STORE`, with the store's environment
      hint: where a function of this template does it, name its alias under `Metadata.Deployer.Reconcile`
    ");
}

#[test]
fn a_template_that_names_something_else_than_an_alias() {
    let named = |name: &str| {
        let session =
            Session::new().with_template("    Fill:\n", &format!("    Reconcile: {name}\n    Fill:\n"));
        session.run("reconcile --env local")
    };
    insta::assert_snapshot!([named("Api"), named("[Api]")].join("\n"), @"
    exit code: 64
    --- stderr
    error: templates/event-store.yaml:4:16: `Metadata.Deployer.Reconcile` names no `AWS::Lambda::Alias`: `Api`

    exit code: 64
    --- stderr
    error: templates/event-store.yaml:4:16: `Metadata.Deployer.Reconcile` is the name of an alias, not a list
    ");
}

#[test]
fn a_moment_that_is_none() {
    insta::assert_snapshot!(Session::new().run("reconcile --env local --notify-since yesterday"), @"
    exit code: 64
    --- stderr
    error: invalid value 'yesterday' for '--notify-since <TIME>': `yesterday` is neither how long ago, such as `90s`, `10m`, `2h` or `3d`, nor a time such as `2026-11-23T10:00:00Z`

    For more information, try '--help'.
    ");
}

/// Otherwise it would be deployed first and found to be no store afterwards.
#[test]
fn what_is_no_store_is_not_deployed_to_be_tried() {
    insta::assert_snapshot!(Session::new().run("up --env local --yes --smoke"), @"
    exit code: 64
    --- stderr
    error: `templates/event-store.yaml` is not the template of an event store: it has no output `EsUrl`
      hint: leave out `--smoke`: event stores alone are tried so; `deployer describe --env local` tells how this stack does
    ");
}
