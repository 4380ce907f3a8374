//! PURE: an unfinished run, as others see it.

use jiff::Timestamp;
use serde::Serialize;

use super::{Cause, Intent, ReleaseId, intent_time};

/// A run that has begun to change a stack and has not finished: it was interrupted, or is still in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unfinished {
    /// Its task.
    pub task: Task,
    /// The ARN of the user or role that started it.
    pub by: String,
    /// When it began.
    #[serde(serialize_with = "super::as_text")]
    pub since: Timestamp,
    /// The release that it deploys; `None` for a deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// Whether it has lifted the stack policy and not restored it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub policy_lifted: bool,
}

/// The task of a run, which determines the command that finishes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Deploys the template.
    Deploy,
    /// Rolls back to the previous release.
    RollBack,
    /// Rolls back to this release.
    RollBackTo(ReleaseId),
    /// Deletes the stack.
    Delete,
    /// Tests the store.
    Try,
    /// Deletes the stack, if it still exists, and the tables that would outlive it.
    Purge,
}

impl Task {
    /// Tells whether it deletes the stack.
    pub fn deletes(&self) -> bool {
        matches!(self, Self::Delete | Self::Purge)
    }
}

impl Unfinished {
    /// The run whose intent is stored under a key; `None` if the key is not that of an intent. Only AWS knows whether
    /// it has lifted a policy.
    pub fn of(key: &str, intent: &Intent) -> Option<Self> {
        Some(Self {
            task: task(intent),
            by: intent.caller().to_owned(),
            since: intent_time(key)?,
            release: match intent {
                Intent::Deploy(intent) => Some(intent.release.id.clone()),
                Intent::Delete(_) => None,
            },
            policy_lifted: false,
        })
    }
}

fn task(intent: &Intent) -> Task {
    let intent = match intent {
        Intent::Deploy(intent) => intent,
        Intent::Delete(intent) if intent.purges.is_empty() => return Task::Delete,
        Intent::Delete(_) => return Task::Purge,
    };
    match (&intent.cause, &intent.release.rolled_back_to) {
        (Cause::PreviousRelease, _) => Task::RollBack,
        // Whoever asks for it again asks by the release; what gives something up was asked for by `up`.
        (Cause::Asked, Some(release)) => Task::RollBackTo(release.clone()),
        (Cause::Asked | Cause::GivesUp(_), _) => Task::Deploy,
    }
}
