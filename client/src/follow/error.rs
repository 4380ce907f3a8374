//! Why a follower cannot go on, or not with one of its streams.

use std::error::Error as StdError;
use std::fmt;

use event_store_types::{EventId, EventType, Revision, StreamId, StreamType};

use super::progress::Count;
use super::{CheckpointKey, HeldStream, Progress};
use crate::BoxError;
use crate::chain::Chain;
use crate::http::MayPass;

/// Why a follower ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum FollowError {
    /// The feed cannot be read, and no waiting changes that. After [`Error::is_feed_begun_anew`](crate::Error::is_feed_begun_anew) a
    /// follower that reacts must be given another name, which says where it begins.
    Feed(crate::Error),
    /// It cannot be found out, or not be kept, how far the follower is.
    Checkpoint {
        /// What it is kept under.
        key: String,
        /// Why.
        source: BoxError,
    },
    /// What is kept under the follower's name was made of another store. Nothing of this one is handled.
    AnotherStore(Box<AnotherStore>),
    /// The end of the feed is reached, and some streams are held. All others are handled.
    Incomplete {
        /// The streams of which an event could not be handled.
        held: Vec<HeldStream>,
        /// What was done.
        progress: Progress,
    },
}

impl FollowError {
    /// The same, as the reason why one stream could not be handled.
    pub(super) fn into_reason(self) -> Reason {
        match self {
            Self::AnotherStore(another) => Reason::AnotherStore(another),
            Self::Feed(error) => Reason::NotRead(error.into()),
            Self::Checkpoint { source, .. } => Reason::NotLoaded(source),
            Self::Incomplete { .. } => Reason::NotLoaded(self.into()),
        }
    }
}

impl fmt::Display for FollowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feed(error) => write!(formatter, "the feed cannot be followed: {}", Chain(error)),
            Self::Checkpoint { key, source } => write!(
                formatter,
                "the checkpoint `{key}` cannot be loaded or kept: {}",
                Chain(&**source)
            ),
            Self::AnotherStore(another) => write!(formatter, "{another}"),
            Self::Incomplete { held, .. } => {
                let (are, such_as) = if held.len() == 1 {
                    ("is", "")
                } else {
                    ("are", "such as ")
                };
                write!(formatter, "{} {are} held", Count(held.len(), "stream"))?;
                if let Some(first) = held.first() {
                    let (stream_type, stream_id) = (&first.stream_type, first.stream_id);
                    write!(
                        formatter,
                        ": {such_as}`{stream_type}/{stream_id}`: {}",
                        first.reason
                    )?;
                }
                Ok(())
            }
        }
    }
}

// What led to it is in the text, and no source: whoever prints the chain would print it twice.
impl StdError for FollowError {}

/// What a follower keeps was made of another store: the first event that it has met is not in the store that it follows now.
///
/// The store was thrown away and begun anew, or the follower was given another address. Follow under another name, or remove all that
/// is kept under this one. An application that followed both stores into one read model would mix them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what `{follower}` keeps was made of another store: this one does not have its first event, `{event_id}` at revision {revision} of \
     `{stream_type}/{stream_id}`; follow under another name, or remove what is kept under this one"
)]
#[non_exhaustive]
pub struct AnotherStore {
    /// The follower's name.
    pub follower: String,
    /// The type of the event's stream.
    pub stream_type: StreamType,
    /// The event's stream.
    pub stream_id: StreamId,
    /// The event's revision.
    pub revision: Revision,
    /// The event.
    pub event_id: EventId,
}

/// Why a stream could not be handled as far as it should. What was handled before is kept; trying again is safe.
#[derive(Debug)]
#[non_exhaustive]
pub struct StreamError {
    /// The follower's name.
    pub follower: String,
    /// The type of the stream.
    pub stream_type: StreamType,
    /// The stream.
    pub stream_id: StreamId,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for StreamError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` cannot go on with the stream `{}/{}`: {}",
            self.follower,
            self.stream_type,
            self.stream_id,
            Chain(&self.reason)
        )
    }
}

// As above.
impl StdError for StreamError {}

/// Why a stream could not be handled.
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
    /// An event cannot be read, applied or reacted to. What comes before it is handled.
    #[error("its event `{event_type}` at revision {revision} cannot be handled")]
    #[non_exhaustive]
    NotHandled {
        /// The type of the event.
        event_type: EventType,
        /// Its revision.
        revision: Revision,
        /// What the handler said.
        source: BoxError,
    },
    /// Handling took longer than its time limit, and was given up.
    #[error("its handling took longer than {} s", limit.as_secs_f32())]
    #[non_exhaustive]
    TimedOut {
        /// The limit.
        limit: std::time::Duration,
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
    #[error("revision {announced} was announced, and {}", last_of(*reached))]
    #[non_exhaustive]
    Behind {
        /// The revision that was announced.
        announced: Revision,
        /// The revision of the last event that is there; `None` when there is no such stream.
        reached: Option<Revision>,
    },
    /// The read model is further than the store: it was made of another store, or this one was restored to an earlier moment.
    #[error("the checkpoint is revision {checkpoint}, and {}", last_of(*reached))]
    #[non_exhaustive]
    Ahead {
        /// The revision up to which the read model holds the stream.
        checkpoint: Revision,
        /// The revision that the stream is at, if the store told it.
        reached: Option<Revision>,
    },
    /// What is kept under the follower's name was made of another store.
    #[error(transparent)]
    AnotherStore(Box<AnotherStore>),
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

fn last_of(reached: Option<Revision>) -> String {
    match reached {
        Some(revision) => format!("{revision} is the last that can be read"),
        None => "there is no such stream".into(),
    }
}

impl Reason {
    /// Whether trying the event again changes nothing: not when the store, or what tells how far the read model is, was away.
    pub(super) fn is_of_event(&self) -> bool {
        match self {
            Self::NotLoaded(_) => false,
            Self::NotRead(source) | Self::NotHandled { source, .. } => !is_away(&**source),
            _ => true,
        }
    }

    pub(super) fn of(self, key: &CheckpointKey<'_>) -> StreamError {
        StreamError {
            follower: key.follower.to_owned(),
            stream_type: key.stream_type.clone(),
            stream_id: key.stream_id,
            reason: self,
        }
    }
}

/// Whether the store did not answer, or cannot at the moment.
fn is_away(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let told = error.downcast_ref::<crate::Error>();
        if error.is::<MayPass>() || told.is_some_and(crate::Error::is_retryable) {
            return true;
        }
        next = error.source();
    }
    false
}
