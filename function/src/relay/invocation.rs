//! PURE: what the relay is invoked with.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What the relay is asked to do. Asking it to reconcile will be another kind of invocation.
#[derive(Debug)]
pub enum Invocation {
    /// To relay these records of the events table's stream, each as the JSON it came as: one that cannot be
    /// decoded must not take the others with it.
    Records(Vec<Box<RawValue>>),
}

impl Invocation {
    /// Reads the payload of an invocation.
    ///
    /// # Errors
    /// When it is not an event of a DynamoDB stream. A record of one that cannot be decoded is no error here.
    pub fn parse(payload: &RawValue) -> Result<Self, InvalidInvocation> {
        let event: StreamEvent<'_> =
            serde_json::from_str(payload.get()).map_err(InvalidInvocation::NoRecords)?;
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
        Ok(Self::Records(
            event.records.into_iter().map(ToOwned::to_owned).collect(),
        ))
    }
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

/// A payload that asks for nothing that the relay can do.
#[derive(Debug, thiserror::Error)]
pub enum InvalidInvocation {
    /// There is no list of records.
    #[error("the invocation is not an event of a DynamoDB stream")]
    NoRecords(#[source] serde_json::Error),
    /// A record comes from something else than a DynamoDB stream: an event source mapping is wrong.
    #[error(
        "record {index} of the invocation comes from `{origin}` and not from `{}`",
        Origin::DYNAMODB
    )]
    OtherOrigin {
        /// The record's place in the payload, from 0.
        index: usize,
        /// Where it says that it comes from.
        origin: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::chain;

    fn parse(text: &str) -> Result<usize, String> {
        let payload: Box<RawValue> = serde_json::from_str(text).unwrap();
        match Invocation::parse(&payload) {
            Ok(Invocation::Records(records)) => Ok(records.len()),
            Err(error) => Err(chain(&error)),
        }
    }

    #[test]
    fn records_are_taken_one_by_one_whatever_they_hold() {
        assert_eq!(parse(r#"{"Records":[]}"#), Ok(0));
        assert_eq!(
            parse(r#"{"Records":[{"eventSource":"aws:dynamodb"},{"dynamodb":7},null,"poison"]}"#),
            Ok(4)
        );
    }

    #[test]
    fn what_is_not_a_stream_event_is_refused() {
        let refusals: Vec<String> = [
            "null",
            "{}",
            r#"{"reconcile":{}}"#,
            r#"{"Records":{}}"#,
            r#"{"Records":[{"eventSource":"aws:dynamodb"},{"eventSource":"aws:sqs","body":"secret"}]}"#,
        ]
        .map(|text| parse(text).unwrap_err())
        .into();
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        the invocation is not an event of a DynamoDB stream: invalid type: null, expected struct StreamEvent at line 1 column 4
        the invocation is not an event of a DynamoDB stream: missing field `Records` at line 1 column 2
        the invocation is not an event of a DynamoDB stream: missing field `Records` at line 1 column 16
        the invocation is not an event of a DynamoDB stream: invalid type: map, expected a sequence at line 1 column 11
        record 1 of the invocation comes from `aws:sqs` and not from `aws:dynamodb`
        "#);
    }
}
