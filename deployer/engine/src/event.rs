//! What the engine tells while it works, and the JSON of it: a contract with programs that read it.

mod json;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::{Finished, Life, Reconciled};
use crate::cloud::TableRepair;
use crate::stack::guard::Objection;
use crate::stack::outline::Outline;
use crate::stack::widening::Widening;
use crate::stack::{
    ChangeSummary, Estimate, Progress, Release, ReleaseId, StackEvent, StackStatus, Unfinished, as_text,
};

use super::{DrillStep, SmokeStep};

/// What a run has stored in the artifact bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uploads {
    /// Whether it has made the bucket.
    pub bucket_is_new: bool,
    /// How many objects it has uploaded.
    pub objects: usize,
}

/// What becomes of a run that has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunFate {
    /// It is left alone: it may still be at work.
    Spared,
    /// It is finished.
    Finished {
        /// The release that it has brought, if the stack stood at it.
        release: Option<ReleaseId>,
        /// What was done for that.
        done: Vec<Finished>,
    },
    /// The stack is to be deleted, and what the run has done or left with it.
    Deleted {
        /// The tables that it was to delete, too, and that stay.
        stay: Vec<String>,
    },
}

/// Something that a user may want to see. Facts only: the wording is the renderer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The credentials are of the right account.
    AccountChecked {
        account: String,
        /// The ARN of the user or role.
        caller: String,
    },
    /// The artifact bucket does not exist yet and is being made.
    BucketCreating {
        bucket: String,
        /// The stack that makes it.
        stack: String,
    },
    /// Somebody else is making the artifact bucket.
    BucketAwaited {
        /// The stack that makes it.
        stack: String,
    },
    /// An object is being stored in the artifact bucket.
    Uploading {
        key: String,
        /// Its size.
        bytes: usize,
    },
    /// An object is in the artifact bucket already.
    UploadSkipped { key: String },
    /// A deployment was not agreed to, and what was stored for it stays.
    #[serde(rename = "stored")]
    Stays {
        /// The artifact bucket.
        bucket: String,
        /// What was stored.
        #[serde(flatten)]
        uploads: Uploads,
    },
    /// Somebody else is at work on the stack, and that is waited for.
    Awaiting {
        stack: String,
        /// Its state.
        status: StackStatus,
        /// Since when.
        #[serde(serialize_with = "as_text")]
        since: Timestamp,
        /// Who began it, where that is known.
        by: Option<String>,
    },
    /// A stack that is not this environment's is taken over, as was accepted.
    #[serde(rename = "takingOver")]
    TakingOver {
        stack: String,
        /// The environment that it said it was of.
        owner: Option<String>,
    },
    /// Another deployment came first, and this one begins anew.
    Overtaken { stack: String },
    /// A stack whose first creation failed is deleted, so that it can be created.
    RemovingFailedCreation {
        stack: String,
        /// The state it was found in.
        status: StackStatus,
    },
    /// A change set is being made.
    ChangeSetCreating {
        stack: String,
        /// Whether it is the stack's first.
        creates: bool,
    },
    /// CloudFormation searches a stack for drift.
    DriftSearching { stack: String },
    /// A step of a smoke test was taken well.
    Tried {
        step: SmokeStep,
        /// How long it took.
        #[serde(rename = "milliseconds", serialize_with = "json::milliseconds")]
        took: Duration,
    },
    /// A smoke test has not seen what it should within its time, which may be on its way.
    NotSeenYet {
        step: SmokeStep,
        /// What was not seen within how long, and what stood in the way, if something did.
        reason: String,
    },
    /// What was deployed does not do what it should; the stack is brought back to what was deployed before.
    Returning {
        stack: String,
        /// What does not work.
        reason: String,
    },
    /// A change that the guard would have refused is let pass, because it was accepted by name.
    Accepted {
        /// What it will cost.
        #[serde(flatten, serialize_with = "json::objection")]
        objection: Objection,
    },
    /// What a deployment would do is written down and not done.
    #[serde(rename = "change-set")]
    Planned {
        stack: String,
        /// Whether the stack would be made.
        creates: bool,
        /// What would be done to each resource.
        changes: ChangeSummary,
        /// The same, told from its causes.
        outline: Outline,
        /// What somebody could do then that could not be done before.
        widenings: Vec<Widening>,
    },
    /// A plan was applied before, and the stack stands as it says.
    PlanApplied {
        stack: String,
        /// The release that has brought it there, where a record tells.
        release: Option<ReleaseId>,
    },
    /// The deployment or the deletion was approved and begins.
    Started {
        stack: String,
        /// How long it may take, where an earlier deployment tells.
        #[serde(rename = "lastTime", serialize_with = "json::last_time")]
        estimate: Option<Estimate>,
    },
    /// Something became of a resource or of the stack.
    Resource {
        /// What.
        #[serde(flatten, rename = "resource", serialize_with = "json::stack_event")]
        event: StackEvent,
        /// How far the operation has come.
        #[serde(flatten, serialize_with = "json::progress")]
        progress: Progress,
    },
    /// A table that outlived an earlier stack is taken in.
    #[serde(rename = "importing")]
    Adopting {
        table: String,
        /// How many items it holds, by AWS's last count.
        items: u64,
    },
    /// A setting of an adopted table is brought to what the template says.
    Repairing {
        table: String,
        /// The setting.
        #[serde(rename = "setting", serialize_with = "json::setting")]
        repair: TableRepair,
    },
    /// Somebody had pushed code; the function is brought back to the version that the stack published.
    TrafficReturned {
        /// The function's name in the template.
        function: String,
        /// The version that was live.
        from: String,
        /// The version that the stack published.
        to: String,
    },
    /// A function is asked to make the listing complete.
    Reconciling {
        /// What has been done up to now.
        done: Reconciled,
    },
    /// A log is being restored as it was at a moment, or as late as it can be, into a table of its own.
    Restoring {
        source: String,
        #[serde(serialize_with = "json::moment")]
        at: Option<Timestamp>,
        table: String,
    },
    /// A restored store is read and held against itself.
    Verifying { stack: String },
    /// A step of a drill was taken.
    Drilled {
        step: DrillStep,
        /// How long it took.
        #[serde(rename = "milliseconds", serialize_with = "json::milliseconds")]
        took: Duration,
    },
    /// All that a drill has made is being removed.
    TakingDown {
        stack: String,
        table: String,
        /// Whether somebody asked to stop.
        interrupted: bool,
    },
    /// Termination protection was turned on or off.
    TerminationProtection {
        stack: String,
        /// Whether it is on now.
        on: bool,
    },
    /// A stack's policy was set: it denies that what is irreplaceable is replaced or deleted, or no longer does.
    StackPolicy {
        stack: String,
        /// Whether it denies that now.
        on: bool,
    },
    /// A stack's policy is lifted for one operation, because what it denies was accepted by name.
    StackPolicyLifted {
        stack: String,
        /// The resources that may be replaced or deleted meanwhile, by their names in the template.
        resources: Vec<String>,
    },
    /// A stack's policy is in force again.
    StackPolicyRestored {
        stack: String,
        /// Whether the operation that it was lifted for goes on in AWS.
        goes_on: bool,
    },
    /// Alarms watch over the update: one that goes off undoes it.
    AlarmsWatched {
        /// Their names in the template.
        alarms: Vec<String>,
        /// Those that there is no room for.
        unwatched: Vec<String>,
        /// For how many minutes after the update.
        minutes: u8,
    },
    /// A table's own protection is lifted, because its deletion was asked for.
    TableProtectionLifted { table: String },
    /// A table and all that is in it is being deleted.
    TableDeleting {
        table: String,
        /// How many items go with it.
        items: u64,
    },
    /// A log group of a deleted stack was made anew by a function that was still at work, and goes once more.
    LogGroupDeleting {
        /// The log group.
        name: String,
    },
    /// A function runs other code now, and the stack does not know of it.
    Pushed {
        /// The function's name in the template.
        function: String,
        /// The version that was live.
        from: String,
        /// The version that is live.
        to: String,
    },
    /// An artifact that nothing refers to was deleted.
    ArtifactDeleted { key: String },
    /// A release is being returned to.
    RollingBack { release: Box<Release> },
    /// The deployment has its record in the stack's ledger.
    Recorded { release: ReleaseId },
    /// The deployment succeeded, and its record could not be written.
    NotRecorded {
        /// Why.
        reason: String,
    },
    /// A release whose smoke test failed could not be marked so in the ledger.
    NotMarked {
        release: ReleaseId,
        /// Why.
        reason: String,
    },
    /// Another run has not come to its end.
    EarlierRun {
        stack: String,
        #[serde(flatten, serialize_with = "json::run")]
        run: Unfinished,
        /// Whether it may still be at work.
        #[serde(rename = "mayBeAtWork", serialize_with = "json::may_be_at_work")]
        life: Life,
        /// What becomes of it.
        #[serde(flatten, serialize_with = "json::fate")]
        fate: RunFate,
    },
    /// Something that was to be tidied up is still there.
    CleanupFailed {
        /// What is left.
        what: String,
        /// Why.
        reason: String,
    },
}
