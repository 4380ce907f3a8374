//! Which store a follower's events come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use event_store_types::{Event, EventId, FeedEvent, Notification, Revision, StreamId, StreamType};
use serde::{Deserialize, Serialize};

use super::source::StreamSource;
use super::{AnotherStore, Checkpoints, Committed, FollowError, Kept};
use crate::Client;

/// The first event that a follower has met, and whether the store that it follows now has it.
///
/// A cursor is good for one store only, but a read model may be kept without one, and streams of different stores may have the same
/// ids. So the first event is kept beside the checkpoint, and never changed.
pub(super) struct Origin {
    client: Client,
    checkpoints: Arc<dyn Checkpoints>,
    follower: String,
    key: String,
    /// Whether the store is known to be the one.
    is_known: AtomicBool,
}

/// What is kept of the first event.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct First {
    stream_type: StreamType,
    stream_id: StreamId,
    revision: Revision,
    event_id: EventId,
}

impl Origin {
    pub(super) fn new(client: Client, checkpoints: Arc<dyn Checkpoints>, follower: &str) -> Self {
        Self {
            client,
            checkpoints,
            key: format!("{follower}/origin"),
            follower: follower.to_owned(),
            is_known: AtomicBool::new(false),
        }
    }

    /// Asks the store for the first event, if one is kept.
    ///
    /// # Errors
    /// [`FollowError::AnotherStore`] when the store does not have it; otherwise when that cannot be found out.
    pub(super) async fn check(&self) -> Result<(), FollowError> {
        let Some(first) = self.kept().await? else {
            return Ok(());
        };
        let found = self
            .event_at(&first.stream_type, first.stream_id, first.revision)
            .await?;
        let is_there = match &found {
            Found::Event(event) => event.event_id == first.event_id,
            // Somebody has erased it by hand, which leaves a gap.
            Found::Gap => true,
            Found::Nothing => false,
        };
        self.is_known.store(is_there, Ordering::Relaxed);
        if is_there {
            return Ok(());
        }
        let another = AnotherStore {
            follower: self.follower.clone(),
            stream_type: first.stream_type,
            stream_id: first.stream_id,
            revision: first.revision,
            event_id: first.event_id,
        };
        Err(FollowError::AnotherStore(Box::new(another)))
    }

    /// Keeps the event as the first, if none is kept.
    ///
    /// # Errors
    /// See [`Self::check`].
    pub(super) async fn note(&self, event: &FeedEvent) -> Result<(), FollowError> {
        if self.is_known.load(Ordering::Relaxed) {
            return Ok(());
        }
        let first = First {
            stream_type: event.stream_type.clone(),
            stream_id: event.stream_id,
            revision: event.revision,
            event_id: event.event_id,
        };
        let text = serde_json::to_string(&first).map_err(|error| self.error(error.into()))?;
        let kept = self.checkpoints.keep(&self.key, Kept::new(1, text)).await;
        match kept.map_err(|source| self.error(source))? {
            Committed::Written => {
                self.is_known.store(true, Ordering::Relaxed);
                Ok(())
            }
            Committed::Outrun => self.check().await,
            Committed::TooMuch => Err(self.error("it is too large".into())),
        }
    }

    /// Checks, or keeps, the first event for a follower that is told of `notification` and does not read the feed; once.
    ///
    /// # Errors
    /// See [`Self::check`].
    pub(super) async fn check_once(&self, notification: &Notification) -> Result<(), FollowError> {
        if self.is_known.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.check().await?;
        if self.is_known.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Notification {
            stream_type,
            stream_id,
            stream_revision,
            ..
        } = notification;
        match self.event_at(stream_type, *stream_id, *stream_revision).await? {
            Found::Event(event) => self.note(&FeedEvent::of(stream_type.clone(), *event)).await,
            Found::Gap | Found::Nothing => Ok(()),
        }
    }

    async fn kept(&self) -> Result<Option<First>, FollowError> {
        let kept = self.checkpoints.kept(&self.key).await;
        let Some(kept) = kept.map_err(|source| self.error(source))? else {
            return Ok(None);
        };
        serde_json::from_str(&kept.text).map_err(|error| self.error(error.into()))
    }

    async fn event_at(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        revision: Revision,
    ) -> Result<Found, FollowError> {
        let read = StreamSource::events(&self.client, stream_type, stream_id, revision.previous(), 1);
        match read.await {
            Ok(page) => Ok(match page.events.into_iter().next() {
                Some(event) if event.revision == revision => Found::Event(Box::new(event)),
                Some(_) => Found::Gap,
                None => Found::Nothing,
            }),
            Err(error) if error.is_not_found() || error.is_revision_not_reached() => Ok(Found::Nothing),
            Err(error) => Err(FollowError::Feed(error)),
        }
    }

    fn error(&self, source: crate::BoxError) -> FollowError {
        FollowError::Checkpoint {
            key: self.key.clone(),
            source,
        }
    }
}

/// What stands at a place of a stream.
enum Found {
    Event(Box<Event>),
    Gap,
    Nothing,
}
