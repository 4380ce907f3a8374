//! `event-store man`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::{EventStore, data, failed};

/// Print the manual page, or write those of all commands
///
/// To read it: `event-store man | man -l -`.
#[derive(Debug, clap::Args)]
pub(super) struct ManPages {
    /// Write the pages of all commands to this folder, which is created if need be
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

impl ManPages {
    pub(super) fn run(self) -> ExitCode {
        match self.to {
            Some(folder) => write(&folder),
            None => print(),
        }
    }
}

fn write(folder: &Path) -> ExitCode {
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(EventStore::command(), folder));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(
            &format!("cannot write manual pages to `{}`", folder.display()),
            &error,
        ),
    }
}

fn print() -> ExitCode {
    let mut page = Vec::new();
    match Man::new(EventStore::command()).render(&mut page) {
        Ok(()) => data(&page),
        Err(error) => failed("cannot make the manual page", &error),
    }
}
