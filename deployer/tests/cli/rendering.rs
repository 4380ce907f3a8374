//! `render` on stdout.

use crate::session::Session;

#[test]
fn a_rendering_is_data_on_stdout_and_nothing_else() {
    insta::assert_snapshot!(Session::new().run("render --env local"));
}

#[test]
fn a_rendering_for_reading_is_yaml() {
    insta::assert_snapshot!(Session::new().run("render --env local --format yaml"));
}

#[test]
fn the_environment_may_come_from_a_variable() {
    let session = Session::new().with_variable("DEPLOYER_ENV", "local");
    assert_eq!(session.run("render"), session.run("render --env local"));
}

#[test]
fn a_flag_goes_before_a_variable() {
    let session = Session::new().with_variable("DEPLOYER_ENV", "missing");
    assert_eq!(
        session.run("render --env local"),
        Session::new().run("render --env local")
    );
}

#[test]
fn verbose_names_a_default_as_such() {
    let session = Session::new().with_environment("stack: orders\n", "");
    let told = session.run("render --verbose --env local");
    let mut lines = told.lines().map(str::trim);
    let stack = lines.find(|line| line.starts_with("stack "));
    assert!(stack.is_some_and(|line| line.ends_with("(default)")), "{told}");
}

#[test]
fn verbose_tells_where_each_setting_came_from() {
    let session = Session::new().with_variable("DEPLOYER_ENV", "staging");
    let told = session.run("render --verbose --template templates/event-store.yaml");
    insta::assert_snapshot!(told.split("--- stderr").nth(1).unwrap(), @"
    environment   staging                     (variable DEPLOYER_ENV)
    environments  environments                (default)
    template      templates/event-store.yaml  (flag --template)
    account       000000000000                (environment file)
    region        eu-central-1                (environment file)
    stack         orders                      (environment file)
    endpoint      http://127.0.0.1:9          (environment file)
    ");
}
