//! What the API's answers say.

use event_store_types::wire::{EventPageBody, StreamBody};
use event_store_types::{EventId, Problem, ProblemType, Revision};

use super::ledger::{Question, Shown, Told};
use super::proposal::{StreamPath, number};
use super::specification::{self, Operation};
use crate::support::Answer;

/// What an append is told, and of which stream.
pub(crate) fn told(answer: &Answer) -> (Told, Option<StreamPath>) {
    if answer.status == 201 {
        let StreamBody { stream } = serde_json::from_str(&answer.text).unwrap();
        let told = Told::Acknowledged {
            revision: stream.revision.as_u64(),
            updated_at: stream.updated_at,
            is_replay: answer.header("idempotency-replayed") == Some("true"),
        };
        return (
            told,
            Some(format!("{}/{}", stream.stream_type, stream.stream_id).into()),
        );
    }
    let told = match problem(answer) {
        Some(Problem {
            problem_type: ProblemType::RevisionConflict,
            details,
            ..
        }) => Told::Conflict {
            current: details.current_revision.map_or(0, Revision::as_u64),
            taken_by: details.event.map(Box::new),
        },
        Some(problem) if problem.problem_type == ProblemType::EventIdReused => Told::Reused,
        Some(problem) if problem.problem_type == ProblemType::StreamNotFound => Told::NotFound,
        _ => Told::Unknown,
    };
    (told, None)
}

/// The ids of events whose fate an answer leaves open.
pub(crate) fn event_ids(answer: &Answer) -> Option<Vec<EventId>> {
    let problem = problem(answer).filter(|problem| problem.status >= 500)?;
    (!problem.details.event_ids.is_empty()).then_some(problem.details.event_ids)
}

/// What a reading showed, if it did.
pub(crate) fn shown(answer: &Answer) -> Option<Shown> {
    if answer.status == 404 {
        return Some(Shown::NotFound);
    }
    if let Some(problem) = problem(answer)
        && problem.problem_type == ProblemType::RevisionNotReached
    {
        let current = problem.details.current_revision.map_or(0, Revision::as_u64);
        return Some(Shown::NotReached { current });
    }
    if answer.status != 200 {
        return None;
    }
    if let Ok(EventPageBody { event_page }) = serde_json::from_str(&answer.text) {
        return Some(Shown::Page {
            events: event_page.events,
            has_more: event_page.has_more,
            last_evaluated: event_page.last_evaluated_revision.as_u64(),
        });
    }
    let StreamBody { stream } = serde_json::from_str(&answer.text).unwrap();
    Some(Shown::Details {
        revision: stream.revision.as_u64(),
        updated_at: stream.updated_at,
    })
}

/// An answer in a word or two.
pub(crate) fn outcome(answer: &Answer) -> &'static str {
    match (answer.status.as_u16(), problem(answer)) {
        (200, _) => "200",
        (201, _) if answer.header("idempotency-replayed").is_some() => "201 replayed",
        (201, _) => "201",
        (_, Some(problem)) => match (problem.problem_type, problem.details.event) {
            (ProblemType::RevisionConflict, Some(_)) => "409 revision-conflict, taken",
            (ProblemType::RevisionConflict, None) => "409 revision-conflict, not reached",
            (ProblemType::RevisionNotReached, _) => "409 revision-not-reached",
            (ProblemType::EventIdReused, _) => "409 event-id-reused",
            (ProblemType::StreamNotFound, _) => "404 stream-not-found",
            (ProblemType::InvalidRequest, _) => "400 invalid-request",
            (ProblemType::Throttled, _) => "503 throttled",
            (ProblemType::StoreUnavailable, _) => "503 store-unavailable",
            _ => "another problem",
        },
        _ => "another answer",
    }
}

fn problem(answer: &Answer) -> Option<Problem> {
    serde_json::from_str(&answer.text).ok()
}

/// What was told, as the specification says it, unless it says nothing.
pub(crate) fn specified(told: &Told) -> Option<specification::Answer> {
    Some(match told {
        Told::Acknowledged {
            revision, is_replay, ..
        } => specification::Answer::Acknowledged {
            revision: *revision,
            is_replay: *is_replay,
        },
        Told::Conflict { current, taken_by } => specification::Answer::Conflict {
            current: *current,
            taken_by: taken_by.as_ref().map(|event| number(event.event_type.as_str())),
        },
        Told::Reused => specification::Answer::Reused,
        Told::NotFound => specification::Answer::NotFound,
        Told::Unknown => return None,
    })
}

impl Shown {
    /// What was shown, as the specification says it.
    pub(crate) fn specified(&self) -> specification::Answer {
        match self {
            Self::Page { events, has_more, .. } => specification::Answer::Page {
                events: events
                    .iter()
                    .map(|event| number(event.event_type.as_str()))
                    .collect(),
                has_more: *has_more,
            },
            Self::Details { revision, .. } => specification::Answer::At(*revision),
            Self::NotFound => specification::Answer::NotFound,
            Self::NotReached { current } => specification::Answer::NotReached { current: *current },
        }
    }
}

impl Question {
    /// The question as the end of a path.
    pub(crate) fn path(self) -> String {
        let consistency = if self.is_strong() {
            ""
        } else {
            "&consistency=eventual"
        };
        match self {
            Self::After { revision, limit, .. } => {
                format!("events?after-revision={revision}&limit={limit}{consistency}")
            }
            Self::Before { revision, limit, .. } => {
                let before =
                    revision.map_or(String::new(), |revision| format!("&before-revision={revision}"));
                format!("events?direction=backwards&limit={limit}{before}{consistency}")
            }
            Self::Details => "details".into(),
        }
    }

    /// The question as the specification puts it.
    pub(crate) fn operation(self) -> Operation {
        match self {
            Self::After { revision, limit, .. } => Operation::ReadAfter { revision, limit },
            Self::Before { revision, limit, .. } => Operation::ReadBefore { revision, limit },
            Self::Details => Operation::Details,
        }
    }
}
