//! Every page of help.

use crate::session::Session;

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(Session::new().run("--help"));
}

#[test]
fn help_of_render() {
    insta::assert_snapshot!(Session::new().run("render --help"));
}

#[test]
fn help_of_diff() {
    insta::assert_snapshot!(Session::new().run("diff --help"));
}

#[test]
fn help_of_up() {
    insta::assert_snapshot!(Session::new().run("up --help"));
}

#[test]
fn help_of_describe() {
    insta::assert_snapshot!(Session::new().run("describe --help"));
}

#[test]
fn help_of_down() {
    insta::assert_snapshot!(Session::new().run("down --help"));
}
