//! The command line.

use std::path::PathBuf;

use clap::Parser;
use event_store_deployer::cli::GlobalArgs;

/// Verify a deployed store: test every claim about it, and report which hold
///
/// Appends synthetic events to streams of its own types, which stay in the store, reads them, races 32 writers, receives their
/// notifications on temporary queues, and reads the units of each operation from the API's log group. The report goes to stdout, everything
/// else to stderr. Exit codes: 0 every claim holds · 1 one does not, or something failed · 64 usage · 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "event-store-verify", version, max_term_width = 100)]
pub struct Arguments {
    /// Which environment, as the deployer takes it.
    #[command(flatten)]
    pub deployed: GlobalArgs,

    /// Deploy a temporary instance, verify that, and delete it again, whatever happens
    #[arg(long, conflicts_with = "instance")]
    pub scratch: bool,

    /// With `--scratch`: deploy the functions in this folder, which `deployer build --to DIR` wrote
    #[arg(long, value_name = "DIR", requires = "scratch")]
    pub artifacts: Option<PathBuf>,

    /// With `--scratch`: deploy the functions that were built before
    #[arg(long, requires = "scratch", conflicts_with = "artifacts")]
    pub no_build: bool,

    /// Write the report into a file, too
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// How many requests to send at once; a new account runs ten functions concurrently
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub in_flight: u16,

    /// The deployer's program
    #[arg(long, env = "DEPLOYER", default_value = "deployer", value_name = "PROGRAM")]
    pub deployer: PathBuf,
}
