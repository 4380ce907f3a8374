//! Why a stream could not be projected.

use event_store_types::{EventType, Revision, StreamId, StreamType};

use super::CheckpointKey;
use crate::notification::BoxError;

/// Why a stream could not be projected as far as it should. What was committed before is kept; trying again is safe.
#[derive(Debug, thiserror::Error)]
#[error("the projection `{projection}` cannot go on with the stream `{stream_type}/{stream_id}`")]
#[non_exhaustive]
pub struct ProjectError {
    /// The projection's name.
    pub projection: String,
    /// The type of the stream.
    pub stream_type: StreamType,
    /// The stream.
    pub stream_id: StreamId,
    /// Why.
    #[source]
    pub reason: Reason,
}

/// Why a stream could not be projected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The store did not give the events.
    #[error("its events cannot be read")]
    NotRead(#[source] BoxError),
    /// The read model did not tell how far it is.
    #[error("its checkpoint cannot be loaded")]
    NotLoaded(#[source] BoxError),
    /// The read model did not take the changes, or did not say whether it has.
    #[error("what its events change cannot be committed")]
    NotCommitted(#[source] BoxError),
    /// The projection cannot make anything of an event. What comes before it is committed.
    #[error("its event `{event_type}` at revision {revision} cannot be applied")]
    #[non_exhaustive]
    NotApplied {
        /// The type of the event.
        event_type: EventType,
        /// Its revision.
        revision: Revision,
        /// What the projection said.
        source: BoxError,
    },
    /// The store gave an event that is not the next one.
    #[error("the event after {} was asked for, and the one at revision {found} given", after.map_or(0, Revision::as_u64))]
    #[non_exhaustive]
    Gap {
        /// The revision of the event before.
        after: Option<Revision>,
        /// The revision of the event that came.
        found: Revision,
    },
    /// The store has fewer events than were announced: it is another store, or the notification somebody else's.
    #[error("revision {announced} was announced, and {} is the last that can be read", reached.map_or(0, Revision::as_u64))]
    #[non_exhaustive]
    Behind {
        /// The revision that was announced.
        announced: Revision,
        /// The revision of the last event that is there.
        reached: Option<Revision>,
    },
    /// The read model is further than the store: it was made of another store, or this one was restored to an earlier moment.
    #[error("the checkpoint is revision {checkpoint}, and {} is the last of the stream", reached.map_or(0, Revision::as_u64))]
    #[non_exhaustive]
    Ahead {
        /// The revision up to which the read model holds the stream.
        checkpoint: Revision,
        /// The revision that the stream is at, if the store told it.
        reached: Option<Revision>,
    },
    /// Others move the checkpoint all the time.
    #[error("the checkpoint was moved by others in each of {attempts} attempts")]
    #[non_exhaustive]
    Outrun {
        /// How often the changes were made anew.
        attempts: u32,
    },
    /// One event alone changes more than the read model commits at once.
    #[error("its event at revision {revision} changes more than fits one commit")]
    #[non_exhaustive]
    TooMuch {
        /// The revision of the event.
        revision: Revision,
    },
}

impl Reason {
    pub(super) fn of(self, place: &CheckpointKey<'_>) -> ProjectError {
        ProjectError {
            projection: place.projection.to_owned(),
            stream_type: place.stream_type.clone(),
            stream_id: place.stream_id,
            reason: self,
        }
    }
}
