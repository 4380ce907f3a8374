//! PURE: the conversation with the function that reconciles, from one invocation to the next until it is done.
//!
//! A request is `{"reconcile":{"notifySince":T?,"continueFrom":text?}}`. The answer counts what that invocation did, and names
//! in `continueFrom` where the next goes on; without it, all is done. The same `continueFrom` twice means that nothing was gained
//! in between.

use std::ops::AddAssign;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What reconciling has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reconciled {
    /// Commits that were read.
    pub commits: u64,
    /// Streams that were met.
    pub streams: u64,
    /// Entries of the listing that were brought forward.
    pub updated: u64,
    /// Events that were added to the feed; of a function that knows of no feed, nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fed: Option<u64>,
    /// Notifications that were sent again.
    pub notified: u64,
    /// Notifications that could not be sent and were parked.
    pub parked: u64,
    /// Commits that could not be read.
    pub unreadable: u64,
}

/// Where the conversation stands.
#[derive(Debug)]
pub(super) struct Reconciliation {
    notify_since: Option<Timestamp>,
    continue_from: Option<String>,
    done: Reconciled,
    without_gain: usize,
}

/// What comes after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    Done,
    /// The next request.
    Again,
    /// The next request, after a while: the last one came no further.
    Later,
    /// Nothing was gained for too long.
    Stuck {
        /// What kept the function from going on.
        failure: String,
    },
}

/// How many requests in a row may come no further.
const MOST_WITHOUT_GAIN: usize = 5;

/// The function said what no function that reconciles says.
#[derive(Debug)]
pub(super) struct Unintelligible;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(flatten)]
    done: Reconciled,
    continue_from: Option<String>,
    failure: Option<String>,
}

impl Reconciliation {
    /// A conversation that begins; with a moment, events since then are announced again.
    pub(super) fn begin(notify_since: Option<Timestamp>) -> Self {
        Self {
            notify_since,
            continue_from: None,
            done: Reconciled::default(),
            without_gain: 0,
        }
    }

    /// What is asked next. A continuation carries the moment with it.
    pub(super) fn request(&self) -> String {
        let request = match (&self.continue_from, self.notify_since) {
            (Some(place), _) => json!({ "continueFrom": place }),
            (None, Some(since)) => json!({ "notifySince": since.to_string() }),
            (None, None) => json!({}),
        };
        json!({ "reconcile": request }).to_string()
    }

    /// Takes an answer in.
    pub(super) fn take_in(&mut self, payload: &str) -> Result<Turn, Unintelligible> {
        let mut payload: Value = serde_json::from_str(payload).map_err(|_| Unintelligible)?;
        let answer = payload["reconcile"].take();
        let answer = Answer::deserialize(answer).map_err(|_| Unintelligible)?;
        self.done += answer.done;
        let Some(place) = answer.continue_from else {
            return Ok(Turn::Done);
        };
        let gained =
            answer.done.commits > 0 || self.continue_from.as_ref().is_some_and(|sent| *sent != place);
        self.continue_from = Some(place);
        self.without_gain = if gained { 0 } else { self.without_gain + 1 };
        Ok(match self.without_gain {
            0 => Turn::Again,
            MOST_WITHOUT_GAIN => Turn::Stuck {
                failure: answer.failure.unwrap_or_else(|| "no reason given".to_owned()),
            },
            _ => Turn::Later,
        })
    }

    /// What was done up to now.
    pub(super) fn done(&self) -> Reconciled {
        self.done
    }
}

impl AddAssign for Reconciled {
    fn add_assign(&mut self, more: Self) {
        self.commits += more.commits;
        self.streams += more.streams;
        self.updated += more.updated;
        self.fed = match (self.fed, more.fed) {
            (Some(fed), Some(more)) => Some(fed + more),
            (fed, more) => fed.or(more),
        };
        self.notified += more.notified;
        self.parked += more.parked;
        self.unreadable += more.unreadable;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(commits: u64, next: Option<&str>) -> String {
        json!({"reconcile": {"commits": commits, "updated": 1, "rru": 1.5, "continueFrom": next, "failure": "throttled"}}).to_string()
    }

    #[test]
    fn a_conversation_goes_on_until_no_place_is_named() {
        let mut reporter = Reconciliation::begin(None);
        assert_eq!(reporter.request(), r#"{"reconcile":{}}"#);
        assert_eq!(reporter.take_in(&answer(10, Some("a"))).unwrap(), Turn::Again);
        assert_eq!(reporter.request(), r#"{"reconcile":{"continueFrom":"a"}}"#);
        assert_eq!(reporter.take_in(&answer(5, None)).unwrap(), Turn::Done);
        assert_eq!((reporter.done().commits, reporter.done().updated), (15, 2));
    }

    #[test]
    fn the_moment_is_named_once_and_carried_by_the_place() {
        let since = "2026-11-23T10:00:00Z".parse().unwrap();
        let mut reporter = Reconciliation::begin(Some(since));
        assert_eq!(
            reporter.request(),
            r#"{"reconcile":{"notifySince":"2026-11-23T10:00:00Z"}}"#
        );
        reporter.take_in(&answer(1, Some("a"))).unwrap();
        assert_eq!(reporter.request(), r#"{"reconcile":{"continueFrom":"a"}}"#);
    }

    #[test]
    fn the_same_place_again_and_again_is_the_end() {
        let mut reporter = Reconciliation::begin(None);
        reporter.take_in(&answer(1, Some("a"))).unwrap();
        for _ in 1..MOST_WITHOUT_GAIN {
            assert_eq!(reporter.take_in(&answer(0, Some("a"))).unwrap(), Turn::Later);
        }
        let failure = "throttled".to_owned();
        assert_eq!(
            reporter.take_in(&answer(0, Some("a"))).unwrap(),
            Turn::Stuck { failure }
        );
    }

    #[test]
    fn a_gain_in_between_begins_the_count_again() {
        let mut reporter = Reconciliation::begin(None);
        assert_eq!(reporter.take_in(&answer(0, Some("a"))).unwrap(), Turn::Later);
        assert_eq!(reporter.take_in(&answer(0, Some("b"))).unwrap(), Turn::Again);
        for _ in 1..MOST_WITHOUT_GAIN {
            assert_eq!(reporter.take_in(&answer(0, Some("b"))).unwrap(), Turn::Later);
        }
    }

    #[test]
    fn another_functions_answer_is_not_taken_for_one() {
        for payload in ["", "null", r#"{"batchItemFailures":[]}"#] {
            assert!(
                matches!(Reconciliation::begin(None).take_in(payload), Err(Unintelligible)),
                "{payload}"
            );
        }
    }
}
