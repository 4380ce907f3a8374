//! The environment of this process: the only reader of variables, the current folder and the kinds of its streams.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::path::PathBuf;

use terminal_size::{Height, Width, terminal_size_of};

use crate::artifact::Machine;

/// The environment of a process, besides its arguments.
#[derive(Clone, Debug, Default)]
pub struct ProcessEnv {
    /// The current folder.
    pub folder: PathBuf,
    /// The variables whose name and value are Unicode.
    pub variables: BTreeMap<String, String>,
    /// Whether a user reads stderr and can answer on stdin.
    pub terminal: bool,
    /// Whether stdout is a terminal.
    pub output_is_terminal: bool,
    /// The width of stderr in characters, if it is a terminal.
    pub width: Option<usize>,
    /// The width of stdout in characters, if it is a terminal.
    pub output_width: Option<usize>,
}

impl ProcessEnv {
    /// The environment of this process.
    pub fn of_this_process() -> Self {
        Self {
            // A deleted folder has no path; a later lookup in it reports what is missing.
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((unicode(name)?, unicode(value)?)))
                .collect(),
            terminal: stderr().is_terminal() && stdin().is_terminal(),
            output_is_terminal: stdout().is_terminal(),
            width: terminal_size_of(stderr()).map(columns),
            output_width: terminal_size_of(stdout()).map(columns),
        }
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Tells whether a GitHub Actions workflow started this process.
    pub fn in_github_actions(&self) -> bool {
        self.variable("GITHUB_ACTIONS") == Some("true")
    }

    /// The file of the GitHub step summary, if a workflow started this process.
    pub fn step_summary(&self) -> Option<PathBuf> {
        self.variable("GITHUB_STEP_SUMMARY")
            .filter(|_| self.in_github_actions())
            .map(PathBuf::from)
    }

    /// What a build needs to know about this machine.
    pub fn machine(&self) -> Machine {
        let home = self
            .variable("HOME")
            .or_else(|| self.variable("USERPROFILE"))
            .unwrap_or_default();
        let cargo_home = self
            .variable("CARGO_HOME")
            .map_or_else(|| PathBuf::from(home).join(".cargo"), PathBuf::from);
        Machine {
            path: self.variable("PATH").map(OsString::from).unwrap_or_default(),
            cargo_home,
            variables: self.variables.keys().cloned().collect(),
        }
    }
}

fn columns((width, _): (Width, Height)) -> usize {
    width.0.into()
}

fn unicode(text: OsString) -> Option<String> {
    text.into_string().ok()
}
