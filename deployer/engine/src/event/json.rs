//! PURE: the parts of an event whose JSON differs from how the engine has them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::cloud::TableRepair;
use crate::stack::guard::Objection;
use crate::stack::{Estimate, Progress, ReleaseId, ResourceStatus, StackEvent, Unfinished, as_text};
use crate::{Finished, Life, RunFate};

pub(super) fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(in_milliseconds(*duration))
}

#[expect(clippy::ref_option, reason = "serde hands on references")]
pub(super) fn moment<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_string()).serialize(serializer)
}

fn in_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn objection<S: Serializer>(objection: &Objection, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Json<'a> {
        acceptance: String,
        resource: &'a str,
        path: Option<&'a str>,
        consequence: &'static str,
    }
    let json = Json {
        acceptance: objection.acceptance(),
        resource: &objection.logical_id,
        path: objection.path.as_deref(),
        consequence: objection.danger.consequence(),
    };
    json.serialize(serializer)
}

/// The earlier deployment that tells how long this one may take.
#[expect(clippy::ref_option, reason = "serde hands on references")]
pub(super) fn last_time<S: Serializer>(
    estimate: &Option<Estimate>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Json<'a> {
        release: &'a ReleaseId,
        milliseconds: u64,
    }
    let json = estimate.as_ref().map(|estimate| Json {
        release: estimate.release(),
        milliseconds: in_milliseconds(estimate.whole()),
    });
    json.serialize(serializer)
}

pub(super) fn stack_event<S: Serializer>(event: &StackEvent, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Json<'a> {
        #[serde(serialize_with = "as_text")]
        time: Timestamp,
        logical_id: &'a str,
        physical_id: &'a str,
        #[serde(rename = "type")]
        resource_type: &'a str,
        status: &'a ResourceStatus,
        reason: Option<&'a str>,
    }
    let json = Json {
        time: event.timestamp,
        logical_id: &event.logical_id,
        physical_id: &event.physical_id,
        resource_type: &event.resource_type,
        status: &event.status,
        reason: event.reason.as_deref(),
    };
    json.serialize(serializer)
}

pub(super) fn progress<S: Serializer>(progress: &Progress, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Json {
        done: usize,
        total: usize,
    }
    let json = Json {
        done: progress.done(),
        total: progress.total(),
    };
    json.serialize(serializer)
}

pub(super) fn setting<S: Serializer>(repair: &TableRepair, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match repair {
        TableRepair::PointInTimeRecovery(_) => "point-in-time-recovery",
        TableRepair::DeletionProtection(_) => "deletion-protection",
        TableRepair::Stream(_) => "stream",
        TableRepair::Tags(_) => "tags",
    })
}

pub(super) fn run<S: Serializer>(run: &Unfinished, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Json<'a> {
        by: &'a str,
        #[serde(serialize_with = "as_text")]
        since: Timestamp,
        deletes: bool,
        policy_lifted: bool,
    }
    let json = Json {
        by: &run.by,
        since: run.since,
        deletes: run.task.deletes(),
        policy_lifted: run.policy_lifted,
    };
    json.serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands on references")]
pub(super) fn may_be_at_work<S: Serializer>(life: &Life, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(*life != Life::Over)
}

pub(super) fn fate<S: Serializer>(fate: &RunFate, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Json<'a> {
        release: Option<&'a ReleaseId>,
        done: &'a [Finished],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        stay: &'a [String],
    }
    let (release, done, stay) = match fate {
        RunFate::Finished { release, done } => (release.as_ref(), done.as_slice(), &[][..]),
        RunFate::Spared => (None, &[][..], &[][..]),
        RunFate::Deleted { stay } => (None, &[][..], stay.as_slice()),
    };
    Json { release, done, stay }.serialize(serializer)
}
