//! Why no file was written.

use std::io;

use cfn_deploy::cloud::CallError;

use crate::aws::EndpointRefused;
use crate::environment::StackName;

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum InitError {
    #[error("a parameter is given as `NAME=VALUE`")]
    NoValue,
    #[error("the parameter `{0}` is given twice")]
    Twice(String),
    #[error("`{0}` exists")]
    Exists(String),
    #[error("no region is given, and the profile in use has none")]
    NoRegion,
    #[error("no account is given, and AWS cannot be asked for it")]
    NoAccount(#[source] CallError),
    #[error("no account is given, and whoever `{}` names would be asked for it instead of AWS", .0.variable)]
    Elsewhere(EndpointRefused),
    #[error("no value is given for `{}`, and the template has no default", .0.join("`, `"))]
    Missing(Vec<String>),
    #[error("`{0}` is not the name of a binary that cargo builds")]
    NoBinary(String),
    #[error("no package of this workspace has a binary `{0}`")]
    UnknownBinary(String),
    #[error("`{0}` is not the name of a store's environment")]
    NoStore(String),
    #[error("`{0}` is not the name of a consumer")]
    NoConsumer(String),
    #[error("`{name}` names {what}, and no consumer")]
    Kept { name: String, what: &'static str },
    #[error(
        "`{environment}`, the name of the environment and of its stack, has {} characters where {} are allowed",
        .environment.len(),
        StackName::MAXIMUM_LENGTH
    )]
    TooLong { environment: String },
    #[error("`--parameter {0}` is given beside `--store`")]
    StoreTwice(String),
    #[error("`{0}` is the environment of a consumer, and no store")]
    FollowsItself(String),
    #[error("there is no folder `{0}`")]
    NoFolder(String),
    #[error("cannot read `{file}`")]
    Unreadable {
        file: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot write `{file}`")]
    Unwritable {
        file: String,
        #[source]
        source: io::Error,
    },
}
