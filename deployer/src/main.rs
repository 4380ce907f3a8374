//! The `deployer` program.

use std::process::ExitCode;

use event_store_deployer::cli::Cli;
use event_store_deployer::commands;
use event_store_deployer::process_env::ProcessEnv;
use event_store_deployer::ui;
use event_store_deployer::verb_aliases::translate;

fn main() -> ExitCode {
    let process_env = ProcessEnv::of_this_process();
    match Cli::of_this_process() {
        Ok(cli) => commands::run(&cli, &process_env),
        Err(error) => ui::error::usage(
            &translate(error, Cli::command_of_this_process().as_deref()),
            std::env::args_os().any(|argument| argument == "--mask"),
            process_env.in_github_actions(),
        ),
    }
}
