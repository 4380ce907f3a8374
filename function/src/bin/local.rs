//! `event-store-local`: the event store in one process, for development and tests.

use std::process::ExitCode;

use clap::Parser as _;
use event_store_function::local::{self, Arguments};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => local::run(arguments).await,
        Err(error) => local::usage(&error),
    }
}
