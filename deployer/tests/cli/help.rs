//! Every help page.

use clap::CommandFactory as _;
use event_store_deployer::cli::Cli;

use crate::session::Session;

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(Session::new().run("--help"));
}

#[test]
fn help_of_every_command() {
    let session = Session::new();
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let help = session.run(&format!("{name} --help"));
        insta::assert_snapshot!(format!("help_of_{}", name.replace('-', "_")), help);
    }
}
