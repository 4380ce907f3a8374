//! Which answers are proper at all, whatever the log holds.

use event_store_types::{EventId, Problem, ProblemType};

use super::fault::Fault;
use crate::support::Answer;

/// Says what is improper about an answer to an operation that met `faults`.
///
/// The store must never fail for a reason of its own, must say of a failure whether it was throttled, and must give the ids
/// of the events whose fate it leaves open.
pub(crate) fn improper(answer: &Answer, faults: &[Fault], sent: Sent<'_>) -> Option<String> {
    let status = answer.status.as_u16();
    if matches!(status, 200 | 201) {
        return None;
    }
    let problem: Problem = match serde_json::from_str(&answer.text) {
        Ok(problem) => problem,
        Err(error) => return Some(format!("{status} that is no problem: {error}: {}", answer.text)),
    };
    let problem_type = &problem.problem_type;
    let complaint = if problem.status != status || problem_type.status() != status {
        "its status is another"
    } else if answer.header("content-type") != Some("application/problem+json") {
        "its content type is another"
    } else if answer.header("x-request-id") != Some(&problem.request_id) {
        "its request id is another"
    } else {
        match (problem_type, sent) {
            (ProblemType::InvalidRequest, Sent::Malformed) => return None,
            (_, Sent::Malformed) => "the request was malformed",
            (ProblemType::StreamNotFound | ProblemType::RevisionNotReached, _)
            | (ProblemType::RevisionConflict | ProblemType::EventIdReused, Sent::Append { .. }) => {
                return None;
            }
            (ProblemType::Throttled | ProblemType::StoreUnavailable, _) => {
                complaint_about_failure(answer, &problem, faults, sent)?
            }
            _ => "nothing warrants it",
        }
    };
    Some(format!(
        "{status} {problem_type:?} after {faults:?}: {complaint}: {}",
        answer.text
    ))
}

/// What was sent, as far as it bears on which answers are proper.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sent<'a> {
    /// An append of as many events, with these ids if they had any.
    Append {
        count: usize,
        ids: &'a [EventId],
        /// Whether its place was left to the store, which may then give up when others are always faster.
        at_end: bool,
    },
    Reading,
    Malformed,
}

fn complaint_about_failure(
    answer: &Answer,
    problem: &Problem,
    faults: &[Fault],
    sent: Sent<'_>,
) -> Option<&'static str> {
    let given = &problem.details.event_ids;
    let (count, ids, at_end) = match sent {
        Sent::Append { count, ids, at_end } => (count, ids, at_end),
        Sent::Reading | Sent::Malformed => (0, &[][..], false),
    };
    if answer.header("retry-after").is_none() {
        Some("it does not say when to try again")
    } else if given.len() != count || (!ids.is_empty() && given != ids) {
        Some("it does not give the event ids")
    } else if at_end && problem.problem_type == ProblemType::Throttled {
        // Others may have been faster too often.
        None
    } else if problem.problem_type == ProblemType::Throttled && faults.last() != Some(&Fault::Throttled) {
        Some("nothing was throttled last")
    } else {
        faults.is_empty().then_some("nothing went wrong")
    }
}
