//! What came of an append, whichever machine it ran on.

use event_store_function::store::commit::Tail;
use event_store_function::store::{append, append_at_end};
use event_store_types::{Event, EventId, Revision, Stream};

/// What came of an append, whichever machine it ran on.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Appended(Tail),
    Replayed(Tail),
    NotFound,
    Conflict {
        expected: Option<Revision>,
        current: Revision,
        event: Option<Event>,
    },
    EventIdReused {
        ids: Vec<EventId>,
    },
}

impl From<append::Outcome> for Outcome {
    fn from(outcome: append::Outcome) -> Self {
        match outcome {
            append::Outcome::Appended { stream } => Self::Appended(end(&stream)),
            append::Outcome::Replayed { stream } => Self::Replayed(end(&stream)),
            append::Outcome::NotFound => Self::NotFound,
            append::Outcome::Conflict {
                expected,
                current,
                event,
            } => Self::Conflict {
                expected,
                current,
                event,
            },
            append::Outcome::EventIdReused { ids } => Self::EventIdReused { ids },
        }
    }
}

impl From<append_at_end::Outcome> for Outcome {
    fn from(outcome: append_at_end::Outcome) -> Self {
        match outcome {
            append_at_end::Outcome::Appended { stream } => Self::Appended(end(&stream)),
            append_at_end::Outcome::Replayed { stream } => Self::Replayed(end(&stream)),
            append_at_end::Outcome::NotFound => Self::NotFound,
            append_at_end::Outcome::EventIdReused { ids } => Self::EventIdReused { ids },
            append_at_end::Outcome::Outrun { .. } | append_at_end::Outcome::Full => {
                panic!("there are fewer commits than attempts, and than revisions: {outcome:?}")
            }
        }
    }
}

/// The end of the stream, as an acknowledgement tells it.
fn end(stream: &Stream) -> Tail {
    Tail {
        revision: stream.revision,
        created_at: stream.updated_at,
    }
}
