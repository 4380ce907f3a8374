//! Bringing a stream into a read model.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use event_store_types::{Event, EventType, Notification, Revision, StreamId, StreamType};

use super::ahead::Ahead;
use super::{
    Advance, Applied, CheckpointKey, Committed, EventSource, Loaded, ProjectError, Projection, ReadModel,
    Reason,
};
use crate::notification::BoxError;
use crate::notification::Handler;

/// Brings streams into a read model: reads from a store what a checkpoint says is missing, has a projection apply it in
/// order, and commits what comes of it together with the new checkpoint.
///
/// Each event is in the read model exactly once, whatever the order and number of notifications, and however many
/// projectors work on the same read model. It is a [`Handler`] of notifications; in an [`Arc`](std::sync::Arc) it is one,
/// too, and can be [rebuilt](Self::rebuild) with beside.
pub struct Projector<Source, P, Model> {
    pub(super) source: Source,
    pub(super) projection: P,
    pub(super) model: Model,
    events_a_commit: u16,
    on_unknown: Box<dyn Fn(&Event) + Send + Sync>,
    /// The event types that were warned of: a warning for each of a million events would be no warning.
    warned_of: Mutex<BTreeSet<EventType>>,
}

impl<Source, P, Model> Projector<Source, P, Model>
where
    Source: EventSource,
    P: Projection<Changes = Model::Changes>,
    Model: ReadModel,
{
    /// How often changes are made anew because others moved the checkpoint.
    const ATTEMPTS: u32 = 10;
    /// The most events that the store puts on a page; it refuses to be asked for more.
    const LARGEST_PAGE: u16 = 1_000;

    /// Brings what `source` holds into `model` as `projection` says.
    pub fn new(source: Source, projection: P, model: Model) -> Self {
        Self {
            source,
            projection,
            model,
            events_a_commit: 100,
            on_unknown: Box::new(|_| ()),
            warned_of: Mutex::new(BTreeSet::new()),
        }
    }

    /// Sets how many events are read and committed at once, between 1 and 1,000; 100 when not set. Fewer are, when so
    /// many change more than fits one commit.
    #[must_use]
    pub fn events_a_commit(mut self, events: u16) -> Self {
        self.events_a_commit = events.clamp(1, Self::LARGEST_PAGE);
        self
    }

    /// Sets what is called with each event that the projection [does not know](Applied::Unknown), besides the warning
    /// that is logged at the first of each type.
    #[must_use]
    pub fn on_unknown(mut self, told: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_unknown = Box::new(told);
        self
    }

    /// The read model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Brings the stream that `notification` is about into the read model, at least as far as it says.
    ///
    /// # Errors
    /// See [`ProjectError`]. The notification is to come again.
    pub async fn catch_up(&self, notification: &Notification) -> Result<Projected, ProjectError> {
        if !self.projection.reads(&notification.stream_type) {
            return Ok(Projected::default());
        }
        let Notification {
            stream_type,
            stream_id,
            stream_revision,
        } = notification;
        self.project(stream_type, *stream_id, *stream_revision).await
    }

    /// Brings a stream into the read model, at least up to the event at `at_least`.
    ///
    /// Dropped at any moment, it leaves the read model with all or nothing of each commit.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub async fn project(
        &self,
        stream_type: &StreamType,
        stream_id: StreamId,
        at_least: Revision,
    ) -> Result<Projected, ProjectError> {
        let place = CheckpointKey::new(self.projection.name(), stream_type, stream_id);
        let pass = self.pass(&place, at_least).await;
        pass.map_err(|reason| reason.of(&place))
    }

    async fn pass(&self, place: &CheckpointKey<'_>, at_least: Revision) -> Result<Projected, Reason> {
        let mut projected = Projected::default();
        let mut ahead = Ahead::default();
        let mut at_once = usize::from(self.events_a_commit);
        let mut outrun = 0;
        loop {
            let loaded = self.model.load(place).await;
            let Loaded {
                checkpoint,
                mut changes,
            } = loaded.map_err(|error| Reason::NotLoaded(error.into()))?;
            if checkpoint >= Some(at_least) {
                projected.checkpoint = checkpoint;
                return Ok(projected);
            }
            ahead.continue_after(checkpoint);
            if ahead.is_empty() {
                self.read(place, checkpoint, at_least, &mut ahead).await?;
            }
            let batch = match self.apply(ahead.first(at_once), &mut changes) {
                Ok(batch) => batch,
                Err(failed) if failed.before == 0 => return Err(failed.reason),
                Err(failed) => {
                    // The event that failed has left who knows what in the changes: make them anew of those before it.
                    at_once = failed.before;
                    continue;
                }
            };
            let advance = Advance::new(checkpoint, batch.to);
            let committed = self.model.commit(place, advance, changes).await;
            match committed.map_err(|error| Reason::NotCommitted(error.into()))? {
                Committed::Written => {
                    outrun = 0;
                    projected.applied += batch.applied;
                    projected.unknown += batch.unknown.len() as u64;
                    batch
                        .unknown
                        .into_iter()
                        .for_each(|event| self.tell_unknown(event));
                }
                Committed::Outrun => {
                    outrun += 1;
                    if outrun == Self::ATTEMPTS {
                        return Err(Reason::Outrun { attempts: outrun });
                    }
                }
                Committed::TooMuch if batch.events == 1 => {
                    return Err(Reason::TooMuch { revision: batch.to });
                }
                Committed::TooMuch => at_once = batch.events / 2,
            }
        }
    }

    /// Reads a page after `checkpoint`, which must bring something: the event at `at_least` comes after it.
    async fn read(
        &self,
        place: &CheckpointKey<'_>,
        checkpoint: Option<Revision>,
        at_least: Revision,
        ahead: &mut Ahead,
    ) -> Result<(), Reason> {
        let page = self
            .source
            .events(
                place.stream_type,
                place.stream_id,
                checkpoint,
                self.events_a_commit,
            )
            .await
            .map_err(|error| not_read(error.into(), checkpoint))?;
        if page.events.is_empty() {
            return Err(Reason::Behind {
                announced: at_least,
                reached: checkpoint,
            });
        }
        ahead
            .take_page(page.events, checkpoint)
            .map_err(|gap| Reason::Gap {
                after: gap.after,
                found: gap.found,
            })
    }

    fn apply<'a>(
        &self,
        events: impl Iterator<Item = &'a Event>,
        changes: &mut Model::Changes,
    ) -> Result<Batch<'a>, Failed> {
        let mut batch = Batch {
            events: 0,
            to: Revision::FIRST,
            applied: 0,
            unknown: Vec::new(),
        };
        for event in events {
            let applied = self.projection.apply(event, changes).map_err(|source| Failed {
                before: batch.events,
                reason: Reason::NotApplied {
                    event_type: event.event_type.clone(),
                    revision: event.revision,
                    source,
                },
            })?;
            match applied {
                Applied::Applied => batch.applied += 1,
                Applied::Unknown => batch.unknown.push(event),
            }
            batch.events += 1;
            batch.to = event.revision;
        }
        Ok(batch)
    }

    fn tell_unknown(&self, event: &Event) {
        let mut warned_of = self.warned_of.lock().unwrap_or_else(PoisonError::into_inner);
        if !warned_of.contains(&event.event_type) {
            warned_of.insert(event.event_type.clone());
            tracing::warn!(
                projection = self.projection.name(),
                event_type = %event.event_type,
                stream_id = %event.stream_id,
                revision = %event.revision,
                "an event of an unknown type is passed over, as every other of its type will be",
            );
        }
        drop(warned_of);
        (self.on_unknown)(event);
    }
}

/// Events that were applied to the same changes.
struct Batch<'a> {
    events: usize,
    /// The revision of the last.
    to: Revision,
    applied: u64,
    unknown: Vec<&'a Event>,
}

/// An event that could not be applied.
struct Failed {
    /// How many could before it.
    before: usize,
    reason: Reason,
}

/// What was brought into the read model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Projected {
    /// The checkpoint of the stream; `None` when its type is not for the projection.
    pub checkpoint: Option<Revision>,
    /// How many events were applied and committed here.
    pub applied: u64,
    /// How many events were passed over here, because their type is not known.
    pub unknown: u64,
}

impl<Source, P, Model> Handler for Projector<Source, P, Model>
where
    Source: EventSource,
    P: Projection<Changes = Model::Changes>,
    Model: ReadModel,
{
    type Error = ProjectError;

    async fn handle(&self, notification: Notification) -> Result<(), Self::Error> {
        self.catch_up(&notification).await.map(drop)
    }
}

impl<Source, P: Projection, Model> fmt::Debug for Projector<Source, P, Model> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Projector")
            .field("projection", &self.projection.name())
            .field("events_a_commit", &self.events_a_commit)
            .finish_non_exhaustive()
    }
}

/// Why a stream was not read after `checkpoint`.
fn not_read(error: BoxError, checkpoint: Option<Revision>) -> Reason {
    #[cfg(feature = "http")]
    if let Some((checkpoint, told)) = checkpoint.zip(error.downcast_ref::<crate::Error>())
        && told.is_revision_not_reached()
    {
        return Reason::Ahead {
            checkpoint,
            reached: told.reached(),
        };
    }
    #[cfg(not(feature = "http"))]
    let _ = checkpoint;
    Reason::NotRead(error)
}
