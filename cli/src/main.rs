//! `event-store`: the program for developers of applications.

mod completions;
mod man;
mod move_in;
#[cfg(feature = "remote")]
mod remote;
mod serve;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The event store, for developers of applications.
#[derive(Debug, Parser)]
#[command(name = "event-store", version, max_term_width = 100)]
struct EventStore {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Serve(serve::Serve),
    MoveIn(move_in::MoveIn),
    #[cfg(feature = "remote")]
    #[command(flatten)]
    Remote(remote::Verb),
    Completions(completions::Completions),
    Man(man::ManPages),
}

/// The exit code of a command line that was not understood: `EX_USAGE` of sysexits.h, as the deployer has it.
const USAGE: u8 = 64;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match EventStore::try_parse() {
        Ok(EventStore { verb }) => match verb {
            Verb::Serve(serve) => serve.run().await,
            Verb::MoveIn(move_in) => move_in.run(),
            #[cfg(feature = "remote")]
            Verb::Remote(verb) => verb.run().await,
            Verb::Completions(completions) => completions.run(),
            Verb::Man(pages) => pages.run(),
        },
        Err(error) => usage(&error),
    }
}

/// Tells why the command line was not understood, or prints the help or version that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    // Clap prints help on stdout and mistakes on stderr. When neither can be written there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

/// Writes a result to stdout. A reader that stops early has what it wants.
fn data(bytes: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => failed("cannot write to stdout", &error),
    }
}

/// Prints what could not be done, and why.
fn failed(what: &str, why: &io::Error) -> ExitCode {
    // When stderr cannot be written either there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {what}\n  because: {why}");
    ExitCode::FAILURE
}
