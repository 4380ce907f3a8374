//! `event-store move-in FILE DIR`

use std::path::PathBuf;
use std::process::ExitCode;

use event_store_function::local;

/// Move a store's file, as older versions kept it, into a new data folder, and verify it there.
///
/// The file goes only once its copy is found to be whole and the same.
#[derive(Debug, clap::Args)]
pub(super) struct MoveIn {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The folder, made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl MoveIn {
    pub(super) fn run(self) -> ExitCode {
        local::move_in(&self.file, &self.folder)
    }
}
