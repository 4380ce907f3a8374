//! What is made of an event.

use event_store_types::{Event, StreamType};

use crate::notification::BoxError;

/// A projection: what a read model makes of the events of a stream.
///
/// ```
/// use event_store_client::notification::BoxError;
/// use event_store_client::projection::{Applied, Projection};
/// use event_store_client::types::Event;
///
/// #[derive(Clone, Debug, Default, PartialEq)]
/// struct Order {
///     lines: u32,
///     is_paid: bool,
/// }
///
/// struct Orders;
///
/// impl Projection for Orders {
///     type Changes = Order;
///
///     fn name(&self) -> &str {
///         "orders-1"
///     }
///
///     fn apply(&self, event: &Event, order: &mut Order) -> Result<Applied, BoxError> {
///         match event.event_type.as_str() {
///             "line-added" => order.lines += 1,
///             "paid" => order.is_paid = true,
///             _ => return Ok(Applied::Unknown),
///         }
///         Ok(Applied::Applied)
///     }
/// }
/// ```
pub trait Projection: Send + Sync {
    /// What events are written into: the changes of the [`ReadModel`](super::ReadModel) that it is kept in.
    type Changes;

    /// The name under which its checkpoints are kept. A projection that makes something else of the same events is
    /// another projection: it gets another name, and is [rebuilt](super::Projector::rebuild).
    fn name(&self) -> &str;

    /// Whether streams of this type are for this projection, which all are unless it says otherwise. Notifications of
    /// others are done with at once, so that several projections may share a queue.
    fn reads(&self, stream_type: &StreamType) -> bool {
        let _ = stream_type;
        true
    }

    /// Writes what one event means into `changes`, after what the events before it meant.
    ///
    /// It may be called again for the same event, with changes that hold nothing of it: what it does beside writing into
    /// them is not done exactly once.
    ///
    /// # Errors
    /// When the event cannot be applied. The stream stops there until it can.
    fn apply(&self, event: &Event, changes: &mut Self::Changes) -> Result<Applied, BoxError>;
}

/// Whether an event was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is in the changes now, or is known to mean nothing here.
    Applied,
    /// Its type is not known. It is passed over, and that is told.
    Unknown,
}
