//! `event-store completions SHELL`

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{EventStore, data};

/// Print the script by which a shell completes commands and options
///
/// For bash: `source <(event-store completions bash)` in `~/.bashrc`. For fish: `event-store completions fish >
/// ~/.config/fish/completions/event-store.fish`. For zsh: a file `_event-store` in a folder of `$fpath`.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> ExitCode {
        let mut program = EventStore::command();
        let name = program.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        data(&script)
    }
}
