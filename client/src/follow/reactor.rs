//! Reacting to the events of a stream.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use event_store_types::{Event, Revision, Timestamp, TraceParent};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracing::Instrument as _;

use super::consumer::{Consumer, Outcome, Panicked, Unknown};
use super::projector::not_read;
use super::schedule::Work;
use super::source::StreamSource;
use super::{Cause, CheckpointKey, Checkpoints, Committed, HandledStream, Kept, Reaction, Reason};
use crate::BoxError;
use crate::notification::StreamName;
use crate::schema::Schema;

/// Reacts to the events of streams, in the order of each stream.
pub(super) struct Reactor<Source, E, R> {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) schema: Schema<E>,
    pub(super) reaction: R,
    pub(super) since: Option<Timestamp>,
    pub(super) checkpoints: Arc<dyn Checkpoints>,
}

impl<Source, E, R> Reactor<Source, E, R>
where
    Source: StreamSource,
    E: Send + 'static,
    R: Reaction<E>,
{
    /// How many events are reacted to before it is looked whether the follower is to stop.
    const EVENTS_AT_ONCE: u16 = 16;

    /// Reacts to an event, and says whether its type is known.
    async fn react(&self, event: &Event, attempt: u32) -> Result<bool, BoxError> {
        if self.since.is_some_and(|since| event.created_at < since) {
            return Ok(true);
        }
        let recorded = match self.schema.decode(event.clone()) {
            Ok(recorded) => recorded,
            Err(undecodable) if undecodable.is_unknown_event_type() => return Ok(false),
            Err(undecodable) => return Err(undecodable.into_cause()),
        };
        let cause = Cause::new(&self.name, event, attempt);
        let span = tracing::debug_span!(
            "react",
            event_type = %event.event_type,
            revision = %event.revision,
            event_id = %event.event_id,
            traceparent = cause.provenance().trace_parent.as_ref().map(TraceParent::as_str),
        );
        // What is called may panic before there is a future, too.
        let reacting = async { self.reaction.react(recorded, cause).await };
        match AssertUnwindSafe(reacting.instrument(span)).catch_unwind().await {
            Ok(done) => done.map(|()| true).map_err(Into::into),
            Err(panic) => Err(Panicked::of(&*panic).into()),
        }
    }

    /// Reacts to an event; an error is that of the whole.
    async fn handle_one(
        &self,
        event: &Event,
        attempt: u32,
        unknown: &Unknown,
        outcome: &mut Outcome,
    ) -> Result<(), Reason> {
        let is_known = self
            .react(event, attempt)
            .await
            .map_err(|source| Reason::NotHandled {
                event_type: event.event_type.clone(),
                revision: event.revision,
                source,
            })?;
        if !is_known {
            outcome.of_unknown_types += 1;
            unknown.tell(event);
        }
        outcome.handled += 1;
        outcome.through = Some(event.revision);
        Ok(())
    }

    /// Reads what comes after `after`, which must bring something: the event at `through` comes after it.
    async fn read(
        &self,
        stream: &StreamName,
        after: Option<Revision>,
        through: Revision,
    ) -> Result<Vec<Event>, Reason> {
        let (stream_type, stream_id) = stream;
        let page = self
            .source
            .events(stream_type, *stream_id, after, Self::EVENTS_AT_ONCE);
        let page = page
            .await
            .map_err(|error| not_read(error.into(), after, through))?;
        match page.events.first() {
            None => Err(Reason::Behind {
                announced: through,
                reached: after,
            }),
            Some(first) if first.revision.previous() != after => Err(Reason::Gap {
                after,
                found: first.revision,
            }),
            Some(_) => Ok(page.events),
        }
    }

    async fn work(&self, work: &Work, unknown: &Unknown) -> Outcome {
        let mut outcome = Outcome::none(work.after);
        let read;
        let events = if work.events.is_empty() {
            match self.read(&work.stream, work.after, work.through).await {
                Ok(events) => {
                    read = events;
                    &read
                }
                Err(reason) => return outcome.failed(reason),
            }
        } else {
            &work.events
        };
        let mut attempt = work.attempts + 1;
        for event in events {
            if let Err(reason) = self.handle_one(event, attempt, unknown, &mut outcome).await {
                return outcome.failed(reason);
            }
            attempt = 1;
        }
        outcome
    }

    /// Reacts to what is kept as not handled of a stream, and keeps each event as handled before the next.
    async fn forward(&self, stream: &StreamName, through: Revision, unknown: &Unknown) -> Outcome {
        let key = CheckpointKey::new(&self.name, &stream.0, stream.1).to_string();
        let mut outcome = Outcome::none(None);
        loop {
            let kept = match self.checkpoints.kept(&key).await {
                Ok(kept) => kept,
                Err(source) => return outcome.failed(Reason::NotLoaded(source)),
            };
            let (mut version, known) = match kept {
                None => (0, None),
                Some(kept) => match serde_json::from_str::<HandledStream>(&kept.text) {
                    Ok(handled) => (kept.version, Some(handled.through)),
                    Err(error) => return outcome.failed(Reason::NotLoaded(error.into())),
                },
            };
            outcome.through = known;
            if known >= Some(through) {
                return outcome;
            }
            let events = match self.read(stream, known, through).await {
                Ok(events) => events,
                Err(reason) => return outcome.failed(reason),
            };
            for event in &events {
                if let Err(reason) = self.handle_one(event, 1, unknown, &mut outcome).await {
                    // What comes after `through` is announced by itself.
                    let is_reached = outcome.through >= Some(through);
                    return if is_reached {
                        outcome
                    } else {
                        outcome.failed(reason)
                    };
                }
                version += 1;
                match self.keep(&key, stream, version, event.revision).await {
                    Ok(Committed::Written) => {}
                    // Another has reacted to the same event, or this one was kept and its answer lost.
                    Ok(_) => break,
                    Err(source) => return outcome.failed(Reason::NotCommitted(source)),
                }
            }
        }
    }

    async fn keep(
        &self,
        key: &str,
        (stream_type, stream_id): &StreamName,
        version: u64,
        through: Revision,
    ) -> Result<Committed, BoxError> {
        let handled = HandledStream {
            stream_type: stream_type.clone(),
            stream_id: *stream_id,
            through,
        };
        let text = serde_json::to_string(&handled)?;
        self.checkpoints.keep(key, Kept::new(version, text)).await
    }
}

impl<Source, E, R> Consumer for Reactor<Source, E, R>
where
    Source: StreamSource,
    E: Send + 'static,
    R: Reaction<E>,
{
    fn handle<'a>(&'a self, work: &'a Work, unknown: &'a Unknown) -> BoxFuture<'a, Outcome> {
        self.work(work, unknown).boxed()
    }

    fn bring_forward<'a>(
        &'a self,
        stream: &'a StreamName,
        through: Revision,
        unknown: &'a Unknown,
    ) -> BoxFuture<'a, Outcome> {
        self.forward(stream, through, unknown).boxed()
    }

    fn is_exactly_once(&self) -> bool {
        false
    }
}
