//! The handling of notifications, each in a task of its own.

use std::collections::HashMap;
use std::sync::Arc;

use event_store_types::{Notification, TraceParent};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::BoxError;
use crate::notification::{Handler, span};
use crate::sqs::Receipt;

/// A message in hand.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) message_id: String,
    pub(super) receipt: Receipt,
    pub(super) times_received: u32,
    pub(super) trace_parent: Option<TraceParent>,
}

/// Notifications that are being handled. In tasks, so that they run on all processors and one that panics fails alone;
/// dropping this ends them.
pub(super) struct Work<H> {
    handler: Arc<H>,
    tasks: JoinSet<Result<(), BoxError>>,
    messages: HashMap<Id, (Notification, Held)>,
}

/// What came of handling one notification.
pub(super) struct Ended {
    pub(super) notification: Notification,
    pub(super) held: Held,
    pub(super) result: Result<(), BoxError>,
}

impl<H: Handler + 'static> Work<H> {
    pub(super) fn new(handler: H) -> Self {
        Self {
            handler: Arc::new(handler),
            tasks: JoinSet::new(),
            messages: HashMap::new(),
        }
    }

    pub(super) fn begin(&mut self, notification: Notification, held: Held) {
        let handler = Arc::clone(&self.handler);
        let copy = notification.clone();
        let span = span(&notification, &held.message_id, held.trace_parent.as_ref());
        let handling = async move { handler.handle(copy).await.map_err(Into::into) };
        let task = self.tasks.spawn(handling.instrument(span));
        self.messages.insert(task.id(), (notification, held));
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &Held> {
        self.messages.values().map(|(_, held)| held)
    }

    /// Waits until one of them has ended; `None` at once when there is none. Dropped meanwhile, it loses nothing.
    pub(super) async fn ended(&mut self) -> Option<Ended> {
        let joined = self.tasks.join_next_with_id().await?;
        self.ended_as(joined)
    }

    /// One more that has ended already.
    pub(super) fn also_ended(&mut self) -> Option<Ended> {
        let joined = self.tasks.try_join_next_with_id()?;
        self.ended_as(joined)
    }

    fn ended_as(&mut self, joined: Result<(Id, Result<(), BoxError>), JoinError>) -> Option<Ended> {
        let (id, result) = match joined {
            Ok(ended) => ended,
            Err(panicked) => (panicked.id(), Err(panicked.into())),
        };
        let (notification, held) = self.messages.remove(&id)?;
        Some(Ended {
            notification,
            held,
            result,
        })
    }
}
