//! The `event-store-verify` program.

use std::process::ExitCode;

use clap::Parser as _;
use event_store_e2e::verify::{self, Arguments};

fn main() -> ExitCode {
    verify::main(Arguments::parse())
}
