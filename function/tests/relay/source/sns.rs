//! `PublishBatch`, as far as the relay uses it: entries are taken or refused one by one, under one success.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::flaw::Flaw;
use super::ledger::{Effects, Ledger};
use super::log::Revision;
use super::record::UNACCEPTABLE;
use super::services::Answered;
use super::violation::Property;
use super::weather::{Entry, Weather};

/// <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>
const ENTRIES_A_CALL: usize = 10;

/// Answers a batch of notifications.
pub(super) fn publish_batch(body: &[u8], effects: &mut Effects, weather: &mut Weather) -> Answered {
    let entries = entries(body);
    if entries.is_empty() || entries.len() > ENTRIES_A_CALL {
        return Answered::failure(400, refusal("TooManyEntriesInBatchRequest"));
    }
    let (mut successful, mut failed, mut known) = (String::new(), String::new(), Vec::new());
    for entry in entries {
        let fate = if entry.event_type.as_deref() == Some(UNACCEPTABLE) {
            Entry::Refused("InvalidParameter", true)
        } else {
            weather.entry()
        };
        if matches!(fate, Entry::Taken | Entry::TakenUnseen) {
            take(&entry, effects);
        }
        let is_overlooked = effects.flaw == Some(Flaw::RelayOverlooksEntries);
        match fate {
            Entry::Refused(code, is_senders_fault) if !is_overlooked => write!(
                failed,
                "<member><Id>{}</Id><Code>{code}</Code><Message>scripted</Message>\
                 <SenderFault>{is_senders_fault}</SenderFault></member>",
                entry.id
            )
            .unwrap(),
            Entry::Passed if !is_overlooked => {}
            Entry::TakenUnseen if !is_overlooked => write!(
                failed,
                "<member><Id>{}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>",
                entry.id
            )
            .unwrap(),
            _ => {
                write!(
                    successful,
                    "<member><Id>{}</Id><MessageId>m</MessageId></member>",
                    entry.id
                )
                .unwrap();
                known.push(entry.revision);
            }
        }
    }
    let answer = format!(
        "<PublishBatchResponse><PublishBatchResult><Successful>{successful}</Successful>\
         <Failed>{failed}</Failed></PublishBatchResult></PublishBatchResponse>"
    );
    Answered::success(answer, Ledger::announced(known))
}

fn take(entry: &Notification, effects: &mut Effects) {
    effects
        .announced
        .insert((entry.revision.clone(), entry.event_type.clone()));
    if !entry.is_consistent {
        let what = format!(
            "the attributes of {:?} are not those of its message",
            entry.revision
        );
        effects.violate(Property::NothingElseIsAnnounced, what);
    }
}

fn refusal(code: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>")
}

/// An entry of a batch.
struct Notification {
    id: String,
    revision: Revision,
    event_type: Option<String>,
    /// Whether its attributes say what its message says.
    is_consistent: bool,
}

fn entries(body: &[u8]) -> Vec<Notification> {
    let mut members: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(body).into_owned() {
        if let Some(rest) = name.strip_prefix("PublishBatchRequestEntries.member.") {
            let (place, field) = rest.split_once('.').unwrap();
            let member = members.entry(place.parse().unwrap()).or_default();
            member.insert(field.to_owned(), value);
        }
    }
    members.into_values().map(|fields| entry(&fields)).collect()
}

fn entry(fields: &BTreeMap<String, String>) -> Notification {
    let message: Value = serde_json::from_str(&fields["Message"]).unwrap();
    let text = |name: &str| message[name].as_str().unwrap();
    let stream = format!("{}/{}", text("StreamType"), text("StreamId"));
    let attribute = |name: &str| {
        let named = |(field, value): &(&String, &String)| field.ends_with(".Name") && *value == name;
        let (field, _) = fields.iter().find(named)?;
        fields
            .get(&format!("{}Value.StringValue", field.strip_suffix("Name")?))
            .cloned()
    };
    let is_consistent = attribute("StreamType").as_deref() == Some(text("StreamType"))
        && attribute("StreamRevision").as_deref() == Some(text("StreamRevision"));
    Notification {
        id: fields["Id"].clone(),
        revision: (stream, text("StreamRevision").parse().unwrap()),
        event_type: attribute("EventType"),
        is_consistent,
    }
}
