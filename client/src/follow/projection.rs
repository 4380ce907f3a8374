//! What a read model makes of an event.

use crate::BoxError;
use crate::schema::Recorded;

/// What a read model makes of the events `E`, written into the `Changes` of the [`ReadModel`](super::ReadModel) that it is kept in.
///
/// A closure is one:
///
/// ```
/// use event_store_client::follow::Projection;
/// use event_store_client::schema::Recorded;
///
/// enum OrderEvent {
///     Placed { total: u64 },
///     Paid { amount: u64 },
/// }
///
/// fn due() -> impl Projection<OrderEvent, u64> {
///     |event: &Recorded<OrderEvent>, due: &mut u64| {
///         match event.data {
///             OrderEvent::Placed { total } => *due += total,
///             OrderEvent::Paid { amount } => *due -= amount,
///         }
///         Ok(())
///     }
/// }
/// # let _ = due();
/// ```
pub trait Projection<E, Changes>: Send + Sync {
    /// Writes what one event means into `changes`, after what the events of its stream before it meant.
    ///
    /// It may be called again for the same event, with changes that hold nothing of it: what it does besides writing into
    /// them is not done exactly once.
    ///
    /// # Errors
    /// When the event cannot be applied, which a panic says as well. Its stream is held there and tried again.
    fn apply(&self, event: &Recorded<E>, changes: &mut Changes) -> Result<(), BoxError>;
}

impl<F, E, Changes> Projection<E, Changes> for F
where
    F: Fn(&Recorded<E>, &mut Changes) -> Result<(), BoxError> + Send + Sync,
{
    fn apply(&self, event: &Recorded<E>, changes: &mut Changes) -> Result<(), BoxError> {
        self(event, changes)
    }
}
