//! PURE: the payload of an invocation of the relay.

use std::collections::BTreeMap;

use event_store_types::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::reconcile::progress::{InvalidProgress, Progress};

/// What an invocation asks the relay to do.
#[derive(Debug)]
pub enum Invocation {
    /// Relay these records of the events table's stream. Each is kept as its original JSON: one that cannot
    /// be decoded must not affect the others.
    Records(Vec<Box<RawValue>>),
    /// Reconcile the events table itself, starting here.
    Reconcile(Progress),
}

/// The number of segments of the events table that are read in parallel. More would take throughput from the
/// API, and memory.
const SEGMENTS: usize = 4;

impl Invocation {
    /// Parses the payload of an invocation: an event of a DynamoDB stream, or
    /// `{"reconcile":{"notifySince":T?,"continueFrom":text?}}`.
    ///
    /// # Errors
    /// When it is neither. An undecodable record within an event is not an error here.
    pub fn parse(payload: &RawValue) -> Result<Self, InvalidInvocation> {
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(payload.get()).map_err(InvalidInvocation::NeitherKind)?;
        if let Some(request) = members.get(RECONCILE) {
            if let Some(other) = members.keys().find(|name| *name != RECONCILE) {
                return Err(InvalidInvocation::BesideReconcile {
                    member: other.clone(),
                });
            }
            return Ok(Self::Reconcile(reconcile(request)?));
        }
        records(payload).map(Self::Records)
    }
}

const RECONCILE: &str = "reconcile";

/// A misspelt member must not silently disable notifications, so unknown members are refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReconcileRequest {
    notify_since: Option<Timestamp>,
    continue_from: Option<String>,
}

fn reconcile(request: &RawValue) -> Result<Progress, InvalidInvocation> {
    let ReconcileRequest {
        notify_since,
        continue_from,
    } = serde_json::from_str(request.get()).map_err(InvalidInvocation::Reconcile)?;
    let Some(continue_from) = continue_from else {
        return Ok(Progress::begin(SEGMENTS, notify_since));
    };
    let progress = Progress::decode(&continue_from).map_err(InvalidInvocation::Progress)?;
    // The text contains the moment. Repeating it is fine, but changing it would announce some segments and
    // not others.
    match (notify_since, progress.notify_since()) {
        (Some(asked), begun) if begun != Some(asked) => Err(InvalidInvocation::OtherMoment { asked }),
        _ => Ok(progress),
    }
}

fn records(payload: &RawValue) -> Result<Vec<Box<RawValue>>, InvalidInvocation> {
    let event: StreamEvent<'_> =
        serde_json::from_str(payload.get()).map_err(InvalidInvocation::NeitherKind)?;
    for (index, record) in event.records.iter().enumerate() {
        match serde_json::from_str(record.get()) {
            Ok(Origin {
                event_source: Some(origin),
            }) if origin != Origin::DYNAMODB => {
                return Err(InvalidInvocation::OtherOrigin { index, origin });
            }
            _ => {}
        }
    }
    Ok(event.records.into_iter().map(ToOwned::to_owned).collect())
}

#[derive(Deserialize)]
struct StreamEvent<'payload> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'payload RawValue>,
}

#[derive(Deserialize)]
struct Origin {
    #[serde(rename = "eventSource")]
    event_source: Option<String>,
}

impl Origin {
    const DYNAMODB: &str = "aws:dynamodb";
}

/// The error for a payload that the relay cannot act on.
#[derive(Debug, thiserror::Error)]
pub enum InvalidInvocation {
    /// There is neither a list of records nor a request to reconcile.
    #[error("the invocation is neither an event of a DynamoDB stream nor a request to reconcile")]
    NeitherKind(#[source] serde_json::Error),
    /// A record comes from something other than a DynamoDB stream: an event source mapping is wrong.
    #[error(
        "record {index} of the invocation comes from `{origin}` and not from `{}`",
        Origin::DYNAMODB
    )]
    OtherOrigin {
        /// The record's place in the payload, from 0.
        index: usize,
        /// The origin that it states.
        origin: String,
    },
    /// The payload has another member beside the request to reconcile.
    #[error("unknown member `{member}` beside `reconcile`: its settings go inside it")]
    BesideReconcile {
        /// Its name.
        member: String,
    },
    /// The request to reconcile is malformed.
    #[error("`reconcile` must be an object with `notifySince`, `continueFrom`, both or neither")]
    Reconcile(#[source] serde_json::Error),
    /// `continueFrom` is not a valid continuation.
    #[error("`reconcile.continueFrom` {0}")]
    Progress(InvalidProgress),
    /// `notifySince` differs from that of the continued request.
    #[error(
        "`reconcile.notifySince` is `{asked}`, but `continueFrom` was begun with another: omit it, or start again"
    )]
    OtherMoment {
        /// The moment in this request.
        asked: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::chain;

    fn parse(text: &str) -> Result<Invocation, String> {
        let payload: Box<RawValue> = serde_json::from_str(text).unwrap();
        Invocation::parse(&payload).map_err(|error| chain(&error))
    }

    fn records(text: &str) -> usize {
        match parse(text) {
            Ok(Invocation::Records(records)) => records.len(),
            other => panic!("{other:?}"),
        }
    }

    fn progress(text: &str) -> Progress {
        match parse(text) {
            Ok(Invocation::Reconcile(progress)) => progress,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn records_are_taken_one_by_one_whatever_they_hold() {
        assert_eq!(records(r#"{"Records":[]}"#), 0);
        assert_eq!(
            records(r#"{"Records":[{"eventSource":"aws:dynamodb"},{"dynamodb":7},null,"poison"]}"#),
            4
        );
    }

    #[test]
    fn a_request_to_reconcile_may_ask_for_notifications() {
        assert_eq!(progress(r#"{"reconcile":{}}"#), Progress::begin(SEGMENTS, None));
        let since = "2025-01-25T10:11:12Z";
        let asked = progress(&format!(r#"{{"reconcile":{{"notifySince":"{since}"}}}}"#));
        assert_eq!(asked, Progress::begin(SEGMENTS, Some(since.parse().unwrap())));
    }

    #[test]
    fn a_continuation_carries_the_moment_with_it_and_may_name_it_again() {
        let since = "2025-01-25T10:11:12Z";
        let begun = Progress::begin(7, Some(since.parse().unwrap()));
        let text = begun.encode().unwrap();
        assert_eq!(
            progress(&format!(r#"{{"reconcile":{{"continueFrom":"{text}"}}}}"#)),
            begun
        );
        let again = format!(r#"{{"reconcile":{{"continueFrom":"{text}","notifySince":"{since}"}}}}"#);
        assert_eq!(progress(&again), begun);
    }

    #[test]
    fn what_asks_for_nothing_that_the_relay_can_do_is_refused() {
        let begun = Progress::begin(1, None).encode().unwrap();
        let changed =
            format!(r#"{{"reconcile":{{"continueFrom":"{begun}","notifySince":"2025-01-25T10:11:12Z"}}}}"#);
        let refusals: Vec<String> = [
            "null",
            "{}",
            r#"{"Records":{}}"#,
            r#"{"Records":[{"eventSource":"aws:dynamodb"},{"eventSource":"aws:sqs","body":"secret"}]}"#,
            r#"{"reconcile":null}"#,
            r#"{"reconcile":{"notifysince":"2025-01-25T10:11:12Z"}}"#,
            r#"{"reconcile":{"notifySince":"yesterday"}}"#,
            r#"{"reconcile":{},"notifySince":"2025-01-25T10:11:12Z"}"#,
            r#"{"reconcile":{"continueFrom":"x"}}"#,
            r#"{"reconcile":{"continueFrom":"Mi94"}}"#,
            &changed,
        ]
        .map(|text| parse(text).unwrap_err())
        .into();
        insta::assert_snapshot!(refusals.join("\n"), @r"
        the invocation is neither an event of a DynamoDB stream nor a request to reconcile: invalid type: null, expected a map at line 1 column 4
        the invocation is neither an event of a DynamoDB stream nor a request to reconcile: missing field `Records` at line 1 column 2
        the invocation is neither an event of a DynamoDB stream nor a request to reconcile: invalid type: map, expected a sequence at line 1 column 11
        record 1 of the invocation comes from `aws:sqs` and not from `aws:dynamodb`
        `reconcile` must be an object with `notifySince`, `continueFrom`, both or neither: invalid type: null, expected struct ReconcileRequest at line 1 column 4
        `reconcile` must be an object with `notifySince`, `continueFrom`, both or neither: unknown field `notifysince`, expected `notifySince` or `continueFrom` at line 1 column 14
        `reconcile` must be an object with `notifySince`, `continueFrom`, both or neither: must be an RFC 3339 date and time such as `2025-01-25T10:11:12.000000Z` at line 1 column 27
        unknown member `notifySince` beside `reconcile`: its settings go inside it
        `reconcile.continueFrom` must be the `continueFrom` of an earlier answer
        `reconcile.continueFrom` was issued by another version of the relay: start again without it
        `reconcile.notifySince` is `2025-01-25T10:11:12.000000Z`, but `continueFrom` was begun with another: omit it, or start again
        ");
    }
}
