//! Bringing a stream into a read model.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use event_store_types::{Event, Revision};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::ahead::Ahead;
use super::consumer::{Consumer, Outcome, Panicked, Unknown};
use super::schedule::Work;
use super::source::StreamSource;
use super::{Advance, CheckpointKey, Committed, Loaded, Projection, ReadModel, Reason};
use crate::BoxError;
use crate::notification::StreamName;
use crate::schema::Schema;

/// Brings streams into a read model: takes the events that the feed gives, or reads from the store what a checkpoint says is
/// missing, has a projection apply them in order, and commits what comes of it together with the new checkpoint.
///
/// Each event is in the read model exactly once, however often it comes, and however many work on the same read model.
pub(super) struct Projector<Source, E, P, Model> {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) schema: Schema<E>,
    pub(super) projection: P,
    pub(super) model: Arc<Model>,
    pub(super) events_a_commit: u16,
}

impl<Source, E, P, Model> Projector<Source, E, P, Model>
where
    Source: StreamSource,
    E: 'static,
    P: Projection<E, Model::Changes>,
    Model: ReadModel,
{
    /// How often changes are made anew because others moved the checkpoint.
    const ATTEMPTS: u32 = 10;

    /// Brings a stream into the read model, at least up to the event at `at_least`. `ahead` holds those of its next events that are at
    /// hand.
    ///
    /// Dropped at any moment, it leaves the read model with all or nothing of each commit.
    pub(super) async fn pass(
        &self,
        stream: &StreamName,
        mut ahead: Ahead,
        at_least: Revision,
        unknown: &Unknown,
    ) -> Outcome {
        let key = &CheckpointKey::new(&self.name, &stream.0, stream.1);
        let mut outcome = Outcome::none(None);
        let mut at_once = usize::from(self.events_a_commit);
        let mut outrun = 0;
        loop {
            let Loaded {
                checkpoint,
                mut changes,
            } = match self.model.load(key).await {
                Ok(loaded) => loaded,
                Err(error) => return outcome.failed(Reason::NotLoaded(error.into())),
            };
            outcome.through = checkpoint;
            if checkpoint >= Some(at_least) {
                return outcome;
            }
            ahead.continue_after(checkpoint);
            if ahead.is_empty()
                && let Err(reason) = self.read(key, checkpoint, at_least, &mut ahead).await
            {
                return outcome.failed(reason);
            }
            let batch = match self.apply(ahead.first(at_once), &mut changes) {
                Ok(batch) => batch,
                Err(failed) if failed.before == 0 => return outcome.failed(failed.reason),
                Err(failed) => {
                    // The event that failed has left who knows what in the changes: make them anew of those before it.
                    at_once = failed.before;
                    continue;
                }
            };
            let advance = Advance::new(checkpoint, batch.to);
            match self.model.commit(key, advance, changes).await {
                Ok(Committed::Written) => {
                    outrun = 0;
                    outcome.through = Some(batch.to);
                    outcome.handled += batch.events as u64;
                    outcome.of_unknown_types += batch.unknown.len() as u64;
                    batch.unknown.into_iter().for_each(|event| unknown.tell(event));
                    // Others may be further than this, which the next event shows.
                    if batch.to >= at_least {
                        return outcome;
                    }
                }
                Ok(Committed::Outrun) => {
                    outrun += 1;
                    if outrun == Self::ATTEMPTS {
                        return outcome.failed(Reason::Outrun { attempts: outrun });
                    }
                }
                Ok(Committed::TooMuch) if batch.events == 1 => {
                    return outcome.failed(Reason::TooMuch { revision: batch.to });
                }
                Ok(Committed::TooMuch) => at_once = batch.events / 2,
                Err(error) => return outcome.failed(Reason::NotCommitted(error.into())),
            }
        }
    }

    /// Reads a page after `checkpoint`, which must bring something: the event at `at_least` comes after it.
    async fn read(
        &self,
        key: &CheckpointKey<'_>,
        checkpoint: Option<Revision>,
        at_least: Revision,
        ahead: &mut Ahead,
    ) -> Result<(), Reason> {
        let page = self
            .source
            .events(key.stream_type, key.stream_id, checkpoint, self.events_a_commit)
            .await
            .map_err(|error| not_read(error.into(), checkpoint, at_least))?;
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
            unknown: Vec::new(),
        };
        for event in events {
            match self.apply_one(event, changes) {
                Ok(true) => {}
                Ok(false) => batch.unknown.push(event),
                Err(source) => {
                    return Err(Failed {
                        before: batch.events,
                        reason: Reason::NotHandled {
                            event_type: event.event_type.clone(),
                            revision: event.revision,
                            source,
                        },
                    });
                }
            }
            batch.events += 1;
            batch.to = event.revision;
        }
        Ok(batch)
    }

    /// Applies an event, and says whether its type is known.
    fn apply_one(&self, event: &Event, changes: &mut Model::Changes) -> Result<bool, BoxError> {
        let recorded = match self.schema.decode(event.clone()) {
            Ok(recorded) => recorded,
            Err(undecodable) if undecodable.is_unknown_event_type() => return Ok(false),
            Err(undecodable) => return Err(undecodable.into_cause()),
        };
        // After a panic the changes are made anew.
        let applied = catch_unwind(AssertUnwindSafe(|| self.projection.apply(&recorded, changes)));
        match applied {
            Ok(applied) => applied.map(|()| true),
            Err(panic) => Err(Panicked::of(&*panic).into()),
        }
    }
}

/// Events that were applied to the same changes.
struct Batch<'a> {
    events: usize,
    /// The revision of the last.
    to: Revision,
    unknown: Vec<&'a Event>,
}

/// An event that could not be applied.
struct Failed {
    /// How many could before it.
    before: usize,
    reason: Reason,
}

impl<Source, E, P, Model> Consumer for Projector<Source, E, P, Model>
where
    Source: StreamSource,
    E: 'static,
    P: Projection<E, Model::Changes>,
    Model: ReadModel,
{
    fn handle<'a>(&'a self, work: &'a Work, unknown: &'a Unknown) -> BoxFuture<'a, Outcome> {
        let ahead = Ahead::of(work.events.clone());
        self.pass(&work.stream, ahead, work.through, unknown).boxed()
    }

    fn bring_forward<'a>(
        &'a self,
        stream: &'a StreamName,
        through: Revision,
        unknown: &'a Unknown,
    ) -> BoxFuture<'a, Outcome> {
        self.pass(stream, Ahead::default(), through, unknown).boxed()
    }

    fn is_exactly_once(&self) -> bool {
        true
    }
}

/// Why a stream was not read after `checkpoint`.
pub(super) fn not_read(error: BoxError, checkpoint: Option<Revision>, announced: Revision) -> Reason {
    match error.downcast_ref::<crate::Error>() {
        Some(told) if told.is_revision_not_reached() => match checkpoint {
            Some(checkpoint) => Reason::Ahead {
                checkpoint,
                reached: told.reached(),
            },
            None => Reason::NotRead(error),
        },
        Some(told) if told.is_not_found() => match checkpoint {
            Some(checkpoint) => Reason::Ahead {
                checkpoint,
                reached: None,
            },
            None => Reason::Behind {
                announced,
                reached: None,
            },
        },
        _ => Reason::NotRead(error),
    }
}
