//! `deployer man`.

use std::path::{Path, PathBuf};

use cfn_template::problem::nearest;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::error::{CommandError, ErrorKind};
use crate::cli::Cli;
use crate::ui::Ui;

/// Print a manual page, or write those of all commands
///
/// To read one: `deployer man up | man -l -`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The command whose page is printed; the program's where it is left out
    #[arg(value_name = "COMMAND")]
    command: Option<String>,

    /// Write the pages of all commands into this folder instead, which is made if need be
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    to: Option<PathBuf>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
enum ManError {
    #[error("there is no command `{0}`")]
    NoCommand(String),
    #[error("cannot write manual pages to `{}`", folder.display())]
    Unwritable {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot make the manual page")]
    Page(#[source] std::io::Error),
}

pub(super) fn run(args: &ManArgs, ui: &Ui) -> Result<(), CommandError> {
    match &args.to {
        Some(folder) => write(folder),
        None => print(args.command.as_deref(), ui),
    }
}

fn write(folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|source| {
            let folder = folder.to_owned();
            CommandError::new(ErrorKind::Failed, ManError::Unwritable { folder, source })
        })
}

fn print(command: Option<&str>, ui: &Ui) -> Result<(), CommandError> {
    let mut program = Cli::command();
    // Only a built command contains the global options.
    program.build();
    let page = match command {
        None => program,
        Some(name) => {
            let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let unknown = || {
                let near = nearest(name, known.iter().copied());
                CommandError::new(ErrorKind::Usage, ManError::NoCommand(name.to_owned()))
                    .hints(near.map(|near| format!("did you mean `{near}`?")))
            };
            program.find_subcommand(name).cloned().ok_or_else(unknown)?
        }
    };
    let mut text = Vec::new();
    Man::new(page)
        .render(&mut text)
        .map_err(|error| CommandError::new(ErrorKind::Failed, ManError::Page(error)))?;
    ui.data(&String::from_utf8_lossy(&text));
    Ok(())
}
