//! PURE: why the settings cannot be determined.

use std::path::PathBuf;

use cfn_template::problem::Problems;

use crate::aws::EndpointRefused;
use crate::environment::NameError;

/// Why the settings cannot be determined.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither the flag nor the variable names an environment.
    #[error("no environment is named")]
    NoEnvironment {
        /// The existing environments.
        known: Vec<String>,
    },
    /// The named environment has no file.
    #[error("unknown environment `{name}`: `{file}` does not exist")]
    UnknownEnvironment {
        /// The given name.
        name: String,
        /// The file that does not exist.
        file: String,
        /// The existing environments.
        known: Vec<String>,
    },
    /// The instance's name is invalid.
    #[error("{0}")]
    BadInstance(NameError),
    /// The current folder is not in a workspace, and a path that would be found in one is not given.
    #[error("`{}` is in no workspace: neither it nor a folder above it has `{wanted}`", folder.display())]
    NoWorkspace {
        /// The current folder.
        folder: PathBuf,
        /// The file or folder that a workspace would contain.
        wanted: &'static str,
    },
    /// The current folder is not in a workspace, but the command must build functions or find built ones.
    #[error("`{}` is in no workspace, where the functions are built", folder.display())]
    NothingToBuild {
        /// The current folder.
        folder: PathBuf,
    },
    /// A file does not exist or cannot be read.
    #[error("cannot read `{file}`")]
    Unreadable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    /// A variable would redirect calls, but the environment has no endpoint.
    #[error(transparent)]
    StrayEndpoint(#[from] EndpointRefused),
    /// The endpoint is on another machine and does not use TLS.
    #[error(
        "the endpoint `{endpoint}` is on another machine, and what is sent there could be read and changed on its way"
    )]
    OpenLine { endpoint: String },
    /// The environment file, or a value that belongs to it, is wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}
