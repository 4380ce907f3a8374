//! The output format of a command.

use clap::Args;

use crate::ui::OutputFormat;

// A doc comment here would become the help of every command with these arguments. A command whose JSON differs says
// so with `mut_arg`.
#[derive(Args, Debug)]
pub(super) struct FormatArgs {
    /// Print what happens as JSON on stdout, one object a line
    #[arg(long)]
    json: bool,
}

impl FormatArgs {
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    pub(super) fn output_format(&self) -> OutputFormat {
        if self.json {
            OutputFormat::Json
        } else {
            OutputFormat::Text
        }
    }
}
