//! `event-store serve`

use std::process::ExitCode;

use event_store_function::local::{self, Arguments};

/// Serve a store in one process: its HTTP API, and the relay that lists streams and announces events.
///
/// For development and tests: no account, no emulator, nothing to install. What is deployed to AWS is the same code on
/// DynamoDB, Lambda and SNS. Nobody is asked who they are.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Serve {
    #[command(flatten)]
    arguments: Arguments,
}

const EXAMPLES: &str = "\
Examples:
  event-store serve                 in memory, on port 8080
  event-store serve --data store    in the folder `store`, there again at the next start
  event-store serve --port 0        on any free port: the first line on stdout ends with it

It is not made for many gigabytes, for more than one machine, or for the log of record: it asks nobody who they are and makes \
no backups. The folder may be copied while no process has it open.";

impl Serve {
    pub(super) async fn run(self) -> ExitCode {
        local::run(self.arguments).await
    }
}
