//! PURE: a run that has not come to its end, as others are told of it.

use jiff::Timestamp;
use serde::Serialize;

use super::{Cause, Intent, ReleaseId, intent_time};

/// A run that has begun to change a stack and has not come to its end: it was interrupted, or is still at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unfinished {
    /// What it does.
    pub task: Task,
    /// The ARN of the user or role that it is of.
    pub by: String,
    /// When it began.
    #[serde(serialize_with = "super::as_text")]
    pub since: Timestamp,
    /// The release that it brings; a deletion brings none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// Whether it has left the stack's policy lifted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub policy_lifted: bool,
}

/// What a run does to a stack, and with that the command that brings it to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// It deploys what the template says.
    Deploy,
    /// It goes back to the release before.
    RollBack,
    /// It goes back to this release.
    RollBackTo(ReleaseId),
    /// It deletes the stack.
    Delete,
    /// It tries the store.
    Try,
    /// It deletes the stack, if it is still there, and the tables that would outlive it.
    Purge,
}

impl Task {
    /// Whether it deletes.
    pub fn deletes(&self) -> bool {
        matches!(self, Self::Delete | Self::Purge)
    }
}

impl Unfinished {
    /// The run that wrote an intent under a key; none, where the key is not one of an intent. Whether it has left a policy lifted, only AWS knows.
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
