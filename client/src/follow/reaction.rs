//! What is done because of an event.

use event_store_types::{Event, Provenance};
use uuid::Uuid;

use crate::BoxError;
use crate::schema::Recorded;

/// What is done because of the events `E`: an invoice is sent, a command is given.
///
/// It happens at least once for each event: a process may end after it and before that is kept. What must not happen twice is
/// given the [id of the cause](Cause::id), which is the same each time; [`Executor::execute_once`](crate::decider::Executor::execute_once)
/// takes it as the command's id.
///
/// A function from [`Recorded`] and [`Cause`] to a future is a reaction:
///
/// ```
/// use event_store_client::BoxError;
/// use event_store_client::follow::{Cause, Reaction};
/// use event_store_client::schema::Recorded;
///
/// enum OrderEvent {
///     Placed { total: u64 },
///     Paid,
/// }
///
/// fn send_invoices() -> impl Reaction<OrderEvent> {
///     |event: Recorded<OrderEvent>, cause: Cause| async move {
///         if let OrderEvent::Placed { total } = event.data {
///             println!("invoice {}: {total}", cause.id());
///         }
///         Ok::<_, BoxError>(())
///     }
/// }
/// # let _ = send_invoices();
/// ```
pub trait Reaction<E>: Send + Sync {
    /// Why it could not be done.
    type Error: Into<BoxError> + Send;

    /// Does what is to be done because of `event`. Those of one stream come one after the other, in their order.
    ///
    /// It may be dropped at any of its `await`s, when its time limit has passed or the follower is dropped.
    ///
    /// # Errors
    /// When it could not be done, which a panic says as well. The event's stream is held there and tried again.
    fn react(&self, event: Recorded<E>, cause: Cause)
    -> impl Future<Output = Result<(), Self::Error>> + Send;
}

impl<F, E, Reacting, Error> Reaction<E> for F
where
    F: Fn(Recorded<E>, Cause) -> Reacting + Send + Sync,
    Reacting: Future<Output = Result<(), Error>> + Send,
    Error: Into<BoxError> + Send,
{
    type Error = Error;

    fn react(&self, event: Recorded<E>, cause: Cause) -> impl Future<Output = Result<(), Error>> + Send {
        self(event, cause)
    }
}

/// Why something is done: one event, as one follower sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    id: Uuid,
    provenance: Provenance,
    attempt: u32,
}

impl Cause {
    /// The namespace of the ids of causes (UUID version 5), drawn at random.
    const NAMESPACE: Uuid = Uuid::from_u128(0x6f0c_7a52_3b0e_4f0c_9a55_1d1f_5d0c_7f4e);

    /// Why `follower` does something because of `event`, for the time number `attempt`.
    pub fn new(follower: &str, event: &Event, attempt: u32) -> Self {
        let name = format!("{follower}/{}", event.event_id);
        Self {
            id: Uuid::new_v5(&Self::NAMESPACE, name.as_bytes()),
            provenance: Provenance::caused_by(event),
            attempt,
        }
    }

    /// The id of what this follower does because of this event: the same each time, and another for every other follower and
    /// every other event. An idempotency key, and good as the id of an event that is appended because of it.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What to append with: caused by the event, and of the same conversation.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Which attempt this is, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}
