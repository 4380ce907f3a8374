//! Why a deployment was not made.

use jiff::Timestamp;

use crate::cloud::{Owner, ValidationFinding};
use crate::stack::guard::Objection;
use crate::stack::plan::Moved;
use crate::stack::widening::Widening;
use crate::stack::{BlueprintError, Failure, StackStatus};

use super::taken::Taken;
use super::{Before, ErrorKind, Stopped};

/// Why a deployment was not made.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// What stops any operation has stopped this one.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The template cannot be read.
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    /// CloudFormation takes at most 50 tags.
    #[error("{count} tags where a stack takes at most 50")]
    TooManyTags {
        /// How many there are.
        count: usize,
    },
    /// The template is longer than CloudFormation takes, even through S3.
    #[error("the template has {bytes} bytes where CloudFormation takes at most 1000000")]
    TemplateTooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Roles that are to call the service do not exist.
    #[error("callers that do not exist: `{}`", roles.join("`, `"))]
    UnknownCallers {
        /// Their ARNs.
        roles: Vec<String>,
    },
    /// The template names code that was not given.
    #[error("the template needs `{key}`, which is not among the artifacts")]
    MissingArtifact { key: String },
    /// Things of the template's names exist and cannot be taken in; a creation would fail on them.
    #[error("these exist already: {}", taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    NamesTaken {
        /// What has them.
        taken: Vec<Taken>,
    },
    /// A table that outlived an earlier stack is not the template's.
    #[error("table `{table}` exists and cannot be imported: {mismatch}")]
    NotAdoptable {
        table: String,
        /// How it differs.
        #[source]
        mismatch: Mismatch,
        /// Whose it is.
        owner: Owner,
    },
    /// An adopted table did not take the template's settings.
    #[error("imported table `{table}` is still not as the template says: {settings}")]
    NotRepaired { table: String, settings: String },
    /// The artifact bucket was not made.
    #[error("stack `{stack}` did not make bucket `{bucket}`: it is {}", status.as_ref().map_or("gone".to_owned(), |status| format!("`{status}`")))]
    NoBucket {
        bucket: String,
        /// The stack that was to make it.
        stack: String,
        /// The state that the stack ended in; `None` when it is gone.
        status: Option<StackStatus>,
        /// What brought it down, where that is known.
        cause: Option<Box<Failure>>,
    },
    /// CloudFormation did not accept the change set.
    #[error("no change set could be made for stack `{stack}`: {reason}")]
    ChangeSetRejected {
        stack: String,
        /// Why, in AWS's words.
        reason: String,
        /// What AWS found in the template.
        findings: Vec<ValidationFinding>,
    },
    /// The changes would cost events, notifications or an address, and were not accepted by name.
    #[error(
        "the changes to stack `{stack}` are refused: they would cost events, notifications or an address"
    )]
    Guarded {
        stack: String,
        /// What they would cost.
        objections: Vec<Objection>,
    },
    /// Somebody else changed the stack between the look at it and this deployment's turn.
    #[error("another deployment of stack `{stack}` replaced this change set")]
    Overtaken { stack: String },
    /// The changes were approved too long after they were worked out.
    #[error("the changes to stack `{stack}` were worked out at {since:.0}, too long ago to be made now")]
    Stale {
        stack: String,
        /// When they were.
        since: Timestamp,
    },
    /// A plan would have to delete something first, and a plan changes nothing.
    #[error(
        "stack `{stack}` is `{status}`, and what its failed creation left has to go before anything can be planned"
    )]
    NotPlannable {
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// Things are no longer as they were when the plan was made.
    #[error("the plan for stack `{stack}` is out of date: {}", moved.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    PlanOutdated {
        stack: String,
        /// What has moved on.
        moved: Vec<Moved>,
    },
    /// Code that was stored earlier is no longer there.
    #[error("gone from bucket `{bucket}` are `{}`", keys.join("`, `"))]
    ArtifactsGone {
        /// The artifact bucket.
        bucket: String,
        keys: Vec<String>,
    },
    /// Something else is stored where the deployment's code or template belongs.
    #[error("`{key}` in bucket `{bucket}` is not what its name says: its SHA-256 is {}, the artifact's is `{wanted}`", found.as_ref().map_or("unknown".to_owned(), |found| format!("`{found}`")))]
    ForeignObject {
        /// The artifact bucket.
        bucket: String,
        key: String,
        /// The Base64 of the SHA-256 of the artifact.
        wanted: String,
        /// The one that the object was stored with; none, if it was stored without.
        found: Option<String>,
    },
    /// A stack whose first creation failed could not be deleted.
    #[error("stack `{stack}`, whose creation had failed, could not be deleted: it is `{status}`")]
    NotRemoved {
        stack: String,
        /// The state it is in.
        status: StackStatus,
        /// What kept it.
        cause: Option<Box<Failure>>,
    },
    /// An earlier run, which was interrupted, has taken back what is asked for. All is as it would be had it gone on.
    #[error("stack `{stack}` is back at what was deployed before: {reason}")]
    GivenUp {
        stack: String,
        /// What does not work.
        reason: String,
    },
    /// What is live is neither the artifact nor explained by a later version.
    #[error("the live code of `{function}` is `{live}`, the artifact is `{wanted}`")]
    LiveCodeDiffers {
        /// The function's name in the template.
        function: String,
        /// The artifact's hash.
        wanted: String,
        /// The live code's hash.
        live: String,
        /// What the stack was until then, where this deployment has changed it.
        before: Option<Box<Before>>,
    },
    /// The function, its version or its alias was deleted behind CloudFormation's back.
    #[error("`{function}` is in the template, but not reachable through its alias")]
    NotReachable {
        /// The function's name in the template.
        function: String,
    },
    /// The changes were not approved.
    #[error("the changes to stack `{stack}` were declined")]
    Declined { stack: String },
    /// The changes need an approval, and there is nobody to give it.
    #[error("the changes to stack `{stack}` need approval")]
    NeedsApproval { stack: String },
    /// Permissions widen in a protected environment, and there is nobody to approve of it.
    #[error("the changes to stack `{stack}` widen permissions and need approval of their own")]
    WideningNeedsApproval {
        stack: String,
        /// What somebody could do that could not be done before.
        widenings: Vec<Widening>,
    },
}

/// How a table that would be adopted differs from the template's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Its key is another.
    #[error("its key is `{actual}`, the template's is `{wanted}`")]
    Key {
        /// The key in the template, as `name type, …`.
        wanted: String,
        /// The table's.
        actual: String,
    },
    /// Its stream carries something else.
    #[error("its stream carries `{actual}`, the template's carries `{wanted}`")]
    StreamView {
        /// The view in the template.
        wanted: String,
        /// The table's.
        actual: String,
    },
    /// It is part of another stack.
    #[error("it belongs to stack `{0}`")]
    Owned(String),
    /// Another environment has left it.
    #[error("it is of environment `{0}`")]
    OfAnother(String),
}

impl DeployError {
    /// Adds what the stack was, where the change has put other code live than was meant.
    pub(super) fn with_way_back(mut self, was: Option<Box<Before>>) -> Self {
        if let Self::LiveCodeDiffers { before, .. } = &mut self {
            *before = was;
        }
        self
    }

    /// Whether a deployment has ended between the upload of what it needs and its execution: nobody agreed to it, or it was refused.
    pub(super) fn is_before_execution(&self) -> bool {
        matches!(
            self,
            Self::Declined { .. }
                | Self::NeedsApproval { .. }
                | Self::WideningNeedsApproval { .. }
                | Self::Stopped(Stopped::Interrupted { going_on: None })
                | Self::ChangeSetRejected { .. }
                | Self::Guarded { .. }
                | Self::PlanOutdated { .. }
                | Self::Overtaken { .. }
                | Self::Stale { .. }
        )
    }

    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopped(stopped) => stopped.kind(),
            Self::TooManyTags { .. }
            | Self::TemplateTooLong { .. }
            | Self::UnknownCallers { .. }
            | Self::MissingArtifact { .. } => ErrorKind::Configuration,
            Self::Overtaken { .. }
            | Self::Stale { .. }
            | Self::NotPlannable { .. }
            | Self::PlanOutdated { .. }
            | Self::NamesTaken { .. }
            | Self::NotAdoptable { .. }
            | Self::ForeignObject { .. }
            | Self::Guarded { .. } => ErrorKind::Refused,
            Self::Declined { .. } | Self::NeedsApproval { .. } | Self::WideningNeedsApproval { .. } => {
                ErrorKind::NeedsApproval
            }
            Self::Blueprint(_)
            | Self::NotRepaired { .. }
            | Self::NoBucket { .. }
            | Self::ArtifactsGone { .. }
            | Self::ChangeSetRejected { .. }
            | Self::NotRemoved { .. }
            | Self::LiveCodeDiffers { .. }
            | Self::NotReachable { .. }
            | Self::GivenUp { .. } => ErrorKind::Failed,
        }
    }
}
