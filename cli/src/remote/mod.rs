//! The verbs that work on a store that is served: anywhere, by its URL or the name of its environment.
//!
//! stdout is data, stderr is talk. The exit codes are those of `failure.rs`.

mod address;
mod append;
mod destination;
mod export;
mod failure;
mod go_import;
mod import;
mod line;
mod output;
mod progress;
mod read;
mod record;
mod streams;
mod tail;
mod target;
mod types;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use event_store_client::Client;

use address::StoreArgs;
use failure::Failure;
use output::{Output, OutputFormat};

/// What is asked of a store.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Types(types::Types),
    Streams(streams::Streams),
    Read(read::Read),
    Append(append::Append),
    Tail(tail::Tail),
    Export(export::Export),
    Import(import::Import),
    Verify(verify::Verify),
}

impl Verb {
    pub(super) async fn run(self) -> ExitCode {
        let told = match self {
            Self::Types(verb) => verb.run().await,
            Self::Streams(verb) => verb.run().await,
            Self::Read(verb) => verb.run().await,
            Self::Append(verb) => verb.run().await,
            Self::Tail(verb) => verb.run().await,
            Self::Export(verb) => verb.run().await,
            Self::Import(verb) => verb.run().await,
            Self::Verify(verb) => verb.run().await,
        };
        told.map_or_else(Failure::end, |()| ExitCode::SUCCESS)
    }
}

/// Of which store it is asked, and in which form it is answered.
#[derive(Debug, Args)]
struct Asked {
    #[command(flatten)]
    store: StoreArgs,

    /// What is written to stdout: lines for people, or JSON, a value a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    output: OutputFormat,
}

impl Asked {
    async fn of_store(&self) -> Result<(Client, Output), Failure> {
        Ok((self.store.connect().await?, Output::of(self.output)))
    }
}
