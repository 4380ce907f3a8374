//! What is followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_store_types::{Payload, StreamType, Timestamp};

use super::following::Following;
use super::projector::Projector;
use super::reactor::Reactor;
use super::{Checkpoints, Projection, Reaction, ReadModel};
use crate::schema::Schema;
use crate::{Category, Client};

/// What is followed, and under which name. Begun with [`Category::follow`], or with [`Follow::new`] for the events of several types of
/// streams, or as they are stored.
///
/// The name is what everything is kept under. Whoever makes something else of the same events gets another name, and so begins at the
/// beginning.
#[derive(Clone, Debug)]
#[must_use = "nothing is followed before it is projected or reacted to, and run"]
pub struct Follow<E> {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) schema: Schema<E>,
    pub(super) stream_types: BTreeSet<StreamType>,
    pub(super) begins_at_end: bool,
    since: Option<Timestamp>,
}

impl Follow<Payload> {
    /// Follows the events of all streams, each with its payload as it is stored. No type of event is unknown then.
    pub fn new(client: &Client, name: impl Into<String>) -> Self {
        Self {
            client: client.clone(),
            name: name.into(),
            schema: Schema::stored(),
            stream_types: BTreeSet::new(),
            begins_at_end: false,
            since: None,
        }
    }
}

impl<E: Send + 'static> Follow<E> {
    /// Reads the events by `schema` instead.
    pub fn schema<Other>(self, schema: Schema<Other>) -> Follow<Other> {
        Follow {
            schema,
            client: self.client,
            name: self.name,
            stream_types: self.stream_types,
            begins_at_end: self.begins_at_end,
            since: self.since,
        }
    }

    /// Follows only streams of these types, and of those named before.
    pub fn stream_types(mut self, types: impl IntoIterator<Item = StreamType>) -> Self {
        self.stream_types.extend(types);
        self
    }

    /// Begins where the feed ends when the follower is run for the first time: what has happened before is not handled, but for streams
    /// that go on, which a read model takes in from their beginning.
    pub fn from_end(mut self) -> Self {
        self.begins_at_end = true;
        self
    }

    /// Reacts only to events that were appended at `moment` or later. Others are passed over, wherever the events come from. A read model
    /// has all events of its streams, whatever is said here.
    pub fn since(mut self, moment: Timestamp) -> Self {
        self.since = Some(moment);
        self
    }

    /// Keeps what `projection` makes of the events in `model`, exactly once each.
    pub fn project<P, Model>(self, projection: P, model: Model) -> Following
    where
        P: Projection<E, Model::Changes> + 'static,
        Model: ReadModel + 'static,
    {
        let model = Arc::new(model);
        let projector = Projector {
            name: self.name.clone(),
            source: self.client.clone(),
            schema: self.schema.clone(),
            projection,
            model: Arc::clone(&model),
            events_a_commit: Following::PAGE_OF_PROJECTIONS,
        };
        Following::projecting(self, projector, model)
    }

    /// Does what `reaction` says, at least once for each event, and keeps in `checkpoints` how far it is.
    pub fn react<R>(self, reaction: R, checkpoints: impl Checkpoints + 'static) -> Following
    where
        R: Reaction<E> + 'static,
    {
        let checkpoints: Arc<dyn Checkpoints> = Arc::new(checkpoints);
        let reactor = Reactor {
            name: self.name.clone(),
            source: self.client.clone(),
            schema: self.schema.clone(),
            reaction,
            since: self.since,
            checkpoints: Arc::clone(&checkpoints),
        };
        Following::reacting(self, reactor, checkpoints)
    }
}

impl<E: Send + 'static> Category<E> {
    /// Starts to follow the events of these streams under a name.
    pub fn follow(&self, name: impl Into<String>) -> Follow<E> {
        Follow::new(self.client(), name)
            .stream_types([self.stream_type().clone()])
            .schema(self.schema().clone())
    }
}
