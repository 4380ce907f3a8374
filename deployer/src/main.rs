//! The `deployer` program.

use std::process::ExitCode;

use event_store_deployer::cli::Cli;
use event_store_deployer::commands;
use event_store_deployer::foreign_words::translate;
use event_store_deployer::surroundings::Surroundings;
use event_store_deployer::ui;

fn main() -> ExitCode {
    let surroundings = Surroundings::of_this_process();
    match Cli::of_this_process() {
        Ok(cli) => commands::run(&cli, &surroundings),
        Err(error) => ui::error::usage(
            &translate(error, Cli::command_of_this_process().as_deref()),
            std::env::args_os().any(|argument| argument == "--mask"),
            surroundings.in_github_actions(),
        ),
    }
}
