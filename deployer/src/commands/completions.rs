//! `deployer completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::ui::Ui;

/// Print the completion script of a shell
///
/// For bash: `source <(deployer completions bash)` in `~/.bashrc`. For fish: `deployer completions fish >
/// ~/.config/fish/completions/deployer.fish`. For zsh: a file `_deployer` in a folder of `$fpath`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, ui: &Ui) {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    ui.data(&String::from_utf8_lossy(&script));
}
