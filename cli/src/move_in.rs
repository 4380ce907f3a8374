//! `event-store move-in FILE DIR`

use std::path::PathBuf;
use std::process::ExitCode;

use event_store_function::local;

/// Move the file in which older versions kept a store into a new data folder, and verify it there.
///
/// The file is removed only when its copy is whole and the same.
#[derive(Debug, clap::Args)]
pub(super) struct MoveIn {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The folder, created if need be
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl MoveIn {
    pub(super) fn run(self) -> ExitCode {
        local::move_in(&self.file, &self.folder)
    }
}
