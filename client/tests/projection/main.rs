//! Projections: each event exactly once, whatever happens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any_order;
mod catching_up;
mod dynamodb;
mod dynamodb_answers;
mod rebuilding;
mod scripted;

use event_store_client::notification::BoxError;
use event_store_client::projection::{Applied, Projection};
use event_store_client::types::{Event, Revision, StreamId, StreamType};

/// Keeps the revisions of the events that were applied, in that order.
struct Revisions;

impl Projection for Revisions {
    type Changes = Vec<u64>;

    fn name(&self) -> &'static str {
        "revisions"
    }

    fn reads(&self, stream_type: &StreamType) -> bool {
        stream_type.as_str() != "foreign"
    }

    fn apply(&self, event: &Event, revisions: &mut Vec<u64>) -> Result<Applied, BoxError> {
        match event.event_type.as_str() {
            "unknown" => return Ok(Applied::Unknown),
            "half" => {
                revisions.push(0);
                return Err("only half of it can be applied".into());
            }
            _ => revisions.push(event.revision.as_u64()),
        }
        Ok(Applied::Applied)
    }
}

fn order() -> StreamType {
    "order".parse().unwrap()
}

/// The stream number `number`.
fn stream(number: u128) -> StreamId {
    uuid::Uuid::from_u128(number).into()
}

fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}
