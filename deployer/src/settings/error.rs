//! PURE: why there is nothing to work with.

use std::path::PathBuf;

use cfn_template::problem::Problems;

use crate::aws::EndpointRefused;
use crate::environment::NameError;

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither the flag nor the variable names an environment.
    #[error("no environment is named")]
    NoEnvironment {
        /// Those that there are.
        known: Vec<String>,
    },
    /// The environment named has no file.
    #[error("unknown environment `{name}`: `{file}` does not exist")]
    UnknownEnvironment {
        /// The name given.
        name: String,
        /// The file looked for.
        file: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The instance's name is none.
    #[error("{0}")]
    BadInstance(NameError),
    /// The current folder is in no workspace, and not everything that would be found in one was given.
    #[error("`{}` is in no workspace: neither it nor a folder above it has `{wanted}`", folder.display())]
    NoWorkspace {
        /// The current folder.
        folder: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// The current folder is in no workspace, and something is to be built, or what was built is to be found.
    #[error("`{}` is in no workspace, where the functions are built", folder.display())]
    NothingToBuild {
        /// The current folder.
        folder: PathBuf,
    },
    /// A file is there and cannot be read, or is not there.
    #[error("cannot read `{file}`")]
    Unreadable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    /// A variable would send calls elsewhere, and the environment does not allow it.
    #[error(transparent)]
    StrayEndpoint(#[from] EndpointRefused),
    /// The endpoint is on another machine, and would be spoken to without TLS.
    #[error(
        "the endpoint `{endpoint}` is on another machine, and what is sent there could be read and changed on its way"
    )]
    OpenLine { endpoint: String },
    /// The environment file or a value that goes with it is wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}
