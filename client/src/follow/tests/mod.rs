//! Projections: each event exactly once, whatever happens.

mod any_order;
mod catching_up;
mod dynamodb;
mod dynamodb_answers;
mod scripted;

use std::sync::Arc;

use event_store_types::{Event, Notification, Payload, Revision, StreamId, StreamType};

use super::ahead::Ahead;
use super::consumer::Unknown;
use super::source::StreamSource;
use super::{Projection, ReadModel, StreamError, projector};
use crate::BoxError;
use crate::schema::{Recorded, Schema};

/// A projection of events as they are stored, and the types that it knows.
trait Known {
    const NAME: &'static str;
    const TYPES: &'static [&'static str];
}

/// A projector that is told by notifications.
struct Projector<Source, P, Model> {
    inner: projector::Projector<Source, Payload, P, Model>,
    unknown: Unknown,
}

/// What was brought into the read model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Projected {
    checkpoint: Option<Revision>,
    applied: u64,
    unknown: u64,
}

impl<Source, P, Model> Projector<Source, P, Model>
where
    Source: StreamSource,
    P: Projection<Payload, Model::Changes> + Known,
    Model: ReadModel,
{
    fn new(source: Source, projection: P, model: Model) -> Self {
        Self {
            inner: projector::Projector {
                name: P::NAME.into(),
                source,
                schema: Schema::stored_of(P::TYPES.iter().copied()),
                projection,
                model: Arc::new(model),
                events_a_commit: 100,
            },
            unknown: Unknown::new(P::NAME.into(), |_| ()),
        }
    }

    fn events_a_commit(mut self, events: u16) -> Self {
        self.inner.events_a_commit = events;
        self
    }

    fn on_unknown(mut self, told: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.unknown = Unknown::new(P::NAME.into(), told);
        self
    }

    fn model(&self) -> &Model {
        &self.inner.model
    }

    async fn catch_up(&self, notification: &Notification) -> Result<Projected, StreamError> {
        let stream = (notification.stream_type.clone(), notification.stream_id);
        let pass = self.inner.pass(
            &stream,
            Ahead::default(),
            notification.stream_revision,
            &self.unknown,
        );
        let outcome = pass.await.error(P::NAME, &stream)?;
        Ok(Projected {
            checkpoint: outcome.through,
            applied: outcome.handled - outcome.of_unknown_types,
            unknown: outcome.of_unknown_types,
        })
    }
}

/// Keeps the revisions of the events that were applied, in that order.
struct Revisions;

impl Known for Revisions {
    const NAME: &'static str = "revisions";
    const TYPES: &'static [&'static str] = &["known", "half", "panic"];
}

impl Projection<Payload, Vec<u64>> for Revisions {
    fn apply(&self, recorded: &Recorded<Payload>, revisions: &mut Vec<u64>) -> Result<(), BoxError> {
        match recorded.event.event_type.as_str() {
            "half" => {
                revisions.push(0);
                Err("only half of it can be applied".into())
            }
            "panic" => {
                revisions.push(0);
                panic!("no {}", "stock")
            }
            _ => {
                revisions.push(recorded.event.revision.as_u64());
                Ok(())
            }
        }
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
