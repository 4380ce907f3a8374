//! The read model: where each order stands, and what all of them come to.

use event_store_client::BoxError;
use event_store_client::follow::Projection;
use event_store_client::follow::dynamodb::{AttributeValue, Changes, Table};
use event_store_client::schema::Recorded;
use event_store_client::types::Event;
use serde::{Deserialize, Serialize};

/// What is kept of an order beside its checkpoint. Amounts are cents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    total: u64,
    paid: u64,
    is_cancelled: bool,
}

/// What happens to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OrderEvent {
    Placed { total: u64 },
    PaidIn { amount: u64 },
    Cancelled {},
}

/// Keeps a row for each order, and one for all of them.
pub(crate) struct Orders {
    /// Its key is the text `pk`.
    pub(crate) table: Table,
}

/// The name that the read model is kept under. What makes something else of the same events gets another.
pub(crate) const NAME: &str = "orders-1";

impl Projection<OrderEvent, Changes<Order>> for Orders {
    fn apply(&self, event: &Recorded<OrderEvent>, changes: &mut Changes<Order>) -> Result<(), BoxError> {
        let (sum, cents) = match event.data {
            OrderEvent::Placed { total } => {
                changes.view.total = total;
                ("placed", total)
            }
            OrderEvent::PaidIn { amount } => {
                changes.view.paid += amount;
                ("paid", amount)
            }
            OrderEvent::Cancelled {} => {
                changes.view.is_cancelled = true;
                ("cancelled", changes.view.total)
            }
        };
        // Once an event, however often it is announced: that is what the checkpoint is for.
        changes.add(&self.table, [("pk".to_owned(), text("all"))], sum, cents)?;
        self.show(&event.event, changes)
    }
}

impl Orders {
    /// The order's row, as somebody would ask for it.
    fn show(&self, event: &Event, changes: &mut Changes<Order>) -> Result<(), BoxError> {
        let Order {
            total,
            paid,
            is_cancelled,
        } = changes.view;
        let status = match (is_cancelled, paid >= total) {
            (true, _) => "cancelled",
            (false, true) => "paid",
            (false, false) => "placed",
        };
        let row = [
            ("pk".into(), text(format!("order#{}", event.stream_id))),
            ("status".into(), text(status)),
            ("due".into(), number(total.saturating_sub(paid))),
        ];
        Ok(changes.put(&self.table, row)?)
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
