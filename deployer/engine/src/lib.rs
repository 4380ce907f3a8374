//! Deploys a CloudFormation stack: the only place with sequence and waiting.
//!
//! An operation begins with a [`Session`], which cannot be had for another account than the environment's, and ends with
//! an outcome or an error that is a fact. What happens on the way is told to a [`Reporter`]; nothing here prints.

mod adopt;
mod alarms;
mod artifacts;
mod backoff;
mod before;
mod busy;
mod change_set;
pub mod cloud;
mod deploy;
mod deploy_error;
mod deployment;
mod describe;
mod destroy;
mod destroy_error;
mod diff;
mod doctor;
mod drift;
mod drill;
mod error;
mod event;
mod failed_creation;
#[cfg(test)]
mod fake;
mod find;
mod finding;
mod gc;
mod guard;
mod history;
mod interrupt;
mod journal;
mod last_operation;
mod ledger;
mod log_groups;
mod log_merge;
mod logs;
mod objects;
mod overtaken;
mod ownership;
mod push;
mod reconcile;
mod reconciliation;
mod recover;
mod recover_error;
mod reporter;
mod rollback;
mod session;
pub mod shell;
mod smoke;
pub mod stack;
mod stack_policy;
mod standing;
mod stopped;
mod table_repair;
mod taken;
mod termination;
mod traffic;
mod up;
mod watch;
mod widening;

#[cfg(test)]
mod tests;

pub use before::Before;
pub use deploy::{Deployed, Outputs, apply, deploy, plan};
pub use deploy_error::{DeployError, Mismatch};
pub use deployment::{ArtifactBucket, CodeArtifact, Deployment, Provenance};
pub use describe::{Described, FunctionHealth, MappingHealth, QueueHealth, TableHealth, describe};
pub use destroy::{Destroyed, Destruction, LostMessages, Purge, destroy};
pub use destroy_error::DestroyError;
pub use diff::{Asking, Diff, diff};
pub use doctor::{Boundary, Examination, examine};
pub use drift::{Drift, DriftError, drift};
pub use drill::{
    Drill, DrillError, DrillSource, DrillStep, Drilled, LeftBehind, StepError, StepTaken, Verified, Verifier,
    drill, find_source,
};
pub use error::{AccountError, DescribeError, ErrorKind, Unready};
pub use event::{Event, RunFate, Uploads};
pub use finding::{Code, Finding, Severity};
pub use gc::{Collected, GarbageCollection, GcError, collect_garbage};
pub use history::{History, Live, history};
pub use interrupt::{Interrupt, Interrupter, interruptible};
pub use journal::{Finished, Life, unfinished};
pub use last_operation::last_operation;
pub use ledger::LedgerError;
pub use log_merge::LogLine;
pub use logs::{LogQuery, LogsError, logs};
pub use ownership::Foreign;
pub use push::{PushError, Pushed, PushedFunction, push};
pub use reconcile::{ReconcileError, reconcile};
pub use reconciliation::Reconciled;
pub use recover::{Recovery, recover};
pub use recover_error::RecoverError;
pub use reporter::{Answer, Deletion, Question, Reporter};
pub use rollback::{Rollback, RollbackError, RolledBack, rollback};
pub use session::Session;
pub use smoke::{BoxError, OutputNames, Refusal, SmokeError, SmokeStep, SmokeTarget, Store, smoke};
pub use stack::KeptTable;
pub use standing::{Standing, standing};
pub use stopped::Stopped;
pub use taken::Taken;
pub use up::{Raised, Returned, Stores, Tried, UpError, up};
