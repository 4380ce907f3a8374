//! Parks records that can never be relayed, so that they do not block those after them.

use futures::future::join_all;
use serde::Serialize;
use serde_json::value::RawValue;

use super::batch::Poison;
use super::call::CallError;
use super::patience::Patience;
use super::record::Identity;
use super::sequence_number::SequenceNumber;
use super::shortfall::Shortfall;

/// The port to the failure queue.
pub trait FailureQueue {
    /// Puts a record on the queue.
    fn park(&self, record: &ParkedRecord<'_>) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// A parked record: enough to find the commit, and never a payload.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParkedRecord<'record> {
    /// Why it was parked.
    pub reason: &'record str,
    /// The key of the commit, as the record states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<&'record RawValue>,
    /// The record's sequence number in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<&'record SequenceNumber>,
}

impl<'record> ParkedRecord<'record> {
    /// The record as JSON in ASCII. A poison record may contain any character, and a queue does not accept
    /// all of them
    /// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut ascii = String::new();
        for character in serde_json::to_string(self)?.chars() {
            if character.is_ascii() {
                ascii.push(character);
            } else {
                // In JSON, only strings contain characters outside ASCII.
                ascii.extend(
                    character
                        .encode_utf16(&mut [0; 2])
                        .iter()
                        .map(|unit| format!("\\u{unit:04x}")),
                );
            }
        }
        Ok(ascii)
    }

    fn of(poison: &'record Poison, identities: &'record [Identity]) -> Self {
        let identity = identities.get(poison.record);
        Self {
            reason: &poison.reason,
            keys: identity.and_then(|identity| identity.keys.as_deref()),
            sequence_number: identity.and_then(|identity| identity.sequence_number.as_ref()),
        }
    }
}

/// Parks every poison record. A record that cannot be parked lacks an effect like any other.
pub(super) async fn park(
    queue: &impl FailureQueue,
    poison: &[Poison],
    identities: &[Identity],
    patience: Patience,
) -> Vec<Shortfall> {
    let calls = poison
        .iter()
        .map(|poison| park_one(queue, poison, identities, patience));
    join_all(calls).await.into_iter().flatten().collect()
}

async fn park_one(
    queue: &impl FailureQueue,
    poison: &Poison,
    identities: &[Identity],
    patience: Patience,
) -> Option<Shortfall> {
    let parked = ParkedRecord::of(poison, identities);
    let shortfall = |cause: &dyn std::error::Error| Some(Shortfall::of([poison.record], cause));
    let mut attempts = patience.begin();
    loop {
        let error = match attempts.attempt(queue.park(&parked)).await {
            Ok(Ok(())) => return None,
            Ok(Err(error @ CallError::Permanent(_))) => return shortfall(&error),
            Ok(Err(error @ CallError::Transient(_))) => error,
            Err(passed) => return shortfall(&passed),
        };
        if attempts.pause().await.is_err() {
            return shortfall(&error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parked_record_names_what_it_can() {
        let poison = Poison {
            record: 0,
            reason: "the record has no new image".to_owned(),
        };
        let keys = RawValue::from_string(r#"{"pk":{"S":"order/1"},"sk":{"N":"3"}}"#.to_owned()).unwrap();
        let known = Identity {
            sequence_number: Some("7".into()),
            keys: Some(keys),
        };
        let text = |identity| ParkedRecord::of(&poison, &[identity]).to_json().unwrap();
        insta::assert_snapshot!(text(known), @r#"{"reason":"the record has no new image","keys":{"pk":{"S":"order/1"},"sk":{"N":"3"}},"sequenceNumber":"7"}"#);
        insta::assert_snapshot!(text(Identity::default()), @r#"{"reason":"the record has no new image"}"#);
    }
    #[test]
    fn what_a_queue_does_not_take_is_escaped() {
        let keys = RawValue::from_string("{\"pk\":{\"S\":\"\u{ffff}/größe/\u{1f980}\"}}".to_owned()).unwrap();
        let parked = ParkedRecord {
            reason: "why",
            keys: Some(&keys),
            sequence_number: None,
        };
        let text = parked.to_json().unwrap();
        insta::assert_snapshot!(text, @r#"{"reason":"why","keys":{"pk":{"S":"\uffff/gr\u00f6\u00dfe/\ud83e\udd80"}}}"#);
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["keys"]["pk"]["S"], "\u{ffff}/größe/\u{1f980}");
    }
}
