//! The command line.

use std::path::PathBuf;

use clap::Parser;
use event_store_deployer::cli::GlobalArgs;

/// Prove a deployed store: make every claim about it, and report which hold
///
/// Appends to synthetic streams of types of its own, which stay in the log of record, reads them, races 32 writers, listens for their
/// announcements on temporary queues, and reads in the API's log group what each operation consumed. The report goes to stdout, everything
/// else to stderr. Exit codes: 0 every claim holds · 1 one does not, or something failed · 64 usage · 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "event-store-verify", version, max_term_width = 100)]
pub struct Arguments {
    /// Which environment, as the deployer takes it.
    #[command(flatten)]
    pub deployed: GlobalArgs,

    /// Deploy an instance of its own, prove that, and take it down again, whatever happens
    #[arg(long, conflicts_with = "instance")]
    pub scratch: bool,

    /// With `--scratch`: deploy the functions of this folder, as `deployer build --to DIR` filled it
    #[arg(long, value_name = "DIR", requires = "scratch")]
    pub artifacts: Option<PathBuf>,

    /// With `--scratch`: deploy what was built before
    #[arg(long, requires = "scratch", conflicts_with = "artifacts")]
    pub no_build: bool,

    /// Write the report into a file, too
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// How many requests are on their way at once; a new account runs ten functions side by side
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub in_flight: u16,

    /// The deployer's program
    #[arg(long, env = "DEPLOYER", default_value = "deployer", value_name = "PROGRAM")]
    pub deployer: PathBuf,
}
