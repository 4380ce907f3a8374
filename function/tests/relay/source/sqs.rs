//! `SendMessage`, as far as the relay uses it.

use serde_json::{Value, json};

use super::flaw::Flaw;
use super::ledger::{Effects, Ledger};
use super::services::Answered;

/// Answers a message for the failure queue.
pub(super) fn send_message(body: &[u8], effects: &mut Effects) -> Answered {
    let request: Value = serde_json::from_slice(body).unwrap();
    let message = request["MessageBody"].as_str().unwrap();
    if !message.chars().all(is_allowed) || message.len() > MESSAGE_BYTES {
        let refusal = json!({"__type": "InvalidMessageContents", "message": "scripted"});
        return Answered::failure(400, refusal.to_string());
    }
    let parked: Value = serde_json::from_str(message).unwrap();
    if effects.flaw != Some(Flaw::RelayParksNothing) {
        effects.parked.push(parked.clone());
    }
    Answered::success(json!({"MessageId": "m"}).to_string(), Ledger::parked(parked))
}

/// How many bytes a message may have on any queue (a newer one may take 1 MiB), and of which characters:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
const MESSAGE_BYTES: usize = 256 * 1024;

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
