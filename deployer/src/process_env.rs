//! What this process was given: the only reader of variables, the current folder and the kinds of its streams.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{IsTerminal as _, stderr, stdin, stdout};
use std::path::PathBuf;

use terminal_size::{Height, Width, terminal_size_of};

use crate::artifact::Machine;

/// What a process is given when it is started, besides its arguments.
#[derive(Clone, Debug, Default)]
pub struct ProcessEnv {
    /// The current folder.
    pub folder: PathBuf,
    /// The variables whose name and value are Unicode.
    pub variables: BTreeMap<String, String>,
    /// Whether somebody reads stderr and can answer on stdin.
    pub terminal: bool,
    /// Whether what goes to stdout is read in a terminal.
    pub output_is_terminal: bool,
    /// How many characters fit into a line of the terminal that stderr is, if it is one.
    pub width: Option<usize>,
    /// The same of stdout.
    pub output_width: Option<usize>,
}

impl ProcessEnv {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self {
            // A folder that was deleted has no path; what is looked for in it is then missing, and said to be.
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

    /// A variable's value; an empty one counts as not set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether a GitHub Actions workflow started this process.
    pub fn in_github_actions(&self) -> bool {
        self.variable("GITHUB_ACTIONS") == Some("true")
    }

    /// The file that GitHub shows beside the log of the step, when a workflow started this process.
    pub fn step_summary(&self) -> Option<PathBuf> {
        self.variable("GITHUB_STEP_SUMMARY")
            .filter(|_| self.in_github_actions())
            .map(PathBuf::from)
    }

    /// What this machine offers to a build.
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
