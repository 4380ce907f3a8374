//! In which form a command prints.

use clap::Args;

use crate::ui::OutputFormat;

// A doc comment here would be the help of each command that takes these arguments. One whose JSON is something else says
// so by `mut_arg`.
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
