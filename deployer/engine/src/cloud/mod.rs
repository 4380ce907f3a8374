//! The port: what the engine asks of AWS, in its own words; a file for each service, with what it tells.
#![expect(
    async_fn_in_trait,
    reason = "the engine runs as one task and asks no future to be `Send`"
)]

mod artifact_store;
mod call_error;
mod clock;
mod cloudformation;
mod drift;
mod functions;
mod identity;
mod invocations;
mod log_reader;
mod logs;
mod names;
mod queues;
mod recovery;
mod roles;
mod tables;
mod topics;

pub use artifact_store::{ArtifactStore, Head, Stored};
pub use call_error::{CallError, CallErrorKind, NO_ANSWER, says};
pub use clock::Clock;
pub use cloudformation::{
    ChangeSetHandle, ChangeSetPage, ChangeSetProgress, ChangeSetType, CloudFormation, ListedChangeSet,
    ListedStack, NewChangeSet, NewStack, Prospect, RollbackTriggers, TemplateSource, ValidationFinding,
};
pub use drift::{DriftDetection, DriftSearch};
pub use functions::{Concurrency, FunctionConfiguration, Functions, Mapping};
pub use identity::{Caller, Identity};
pub use invocations::{Invocations, Invoked};
pub use log_reader::{LogEvent, LogReader};
pub use logs::Logs;
pub use names::{Names, Owner};
pub use queues::{NewQueue, QueueOrigin, Queues};
pub use recovery::{LeftBehind, Recovery};
pub use roles::Roles;
pub use tables::{DeployedTable, RestoreWindow, TableRepair, Tables};
pub use topics::{TopicSubscription, Topics};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The token of the next page; none on the last.
    pub next: Option<String>,
}

/// Everything that the engine asks of the outside world.
pub trait Cloud:
    CloudFormation
    + DriftDetection
    + Recovery
    + Invocations
    + LogReader
    + ArtifactStore
    + Identity
    + Functions
    + Tables
    + Logs
    + Names
    + Queues
    + Topics
    + Roles
    + Clock
{
}

impl<T> Cloud for T where
    T: CloudFormation
        + DriftDetection
        + Recovery
        + Invocations
        + LogReader
        + ArtifactStore
        + Identity
        + Functions
        + Tables
        + Logs
        + Names
        + Queues
        + Topics
        + Roles
        + Clock
{
}
