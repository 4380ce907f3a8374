//! The ports to AWS, and their adapters: the only files that name an AWS SDK.

mod cloudformation;
mod config;
mod connection;
mod dynamodb;
mod failure;
#[cfg(test)]
pub(crate) mod fake;
mod iam;
mod lambda;
mod logs;
mod port;
mod recorder;
mod s3;
mod sts;

pub use config::{EndpointRefused, refuse_stray_endpoints};
pub use connection::Aws;
pub use port::{
    ArtifactStore, CallError, CallErrorKind, Caller, ChangeSetHandle, ChangeSetPage, ChangeSetProgress,
    ChangeSetType, Clock, Cloud, CloudFormation, DeployedTable, FunctionConfiguration, Functions, Identity,
    Logs, Mapping, NewChangeSet, NewStack, Page, PropertyValues, Roles, TableRepair, Tables, TemplateSource,
    ValidationFinding,
};
pub use recorder::{Call, Calls};
