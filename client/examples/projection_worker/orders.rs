//! The read model: where each order stands, and what all of them come to.

use event_store_client::notification::BoxError;
use event_store_client::projection::dynamodb::{AttributeValue, Changes, Table};
use event_store_client::projection::{Applied, Projection};
use event_store_client::types::{Event, StreamType};
use serde::{Deserialize, Serialize};

/// What is kept of an order beside its checkpoint. Amounts are cents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    total: u64,
    paid: u64,
    is_cancelled: bool,
}

#[derive(Deserialize)]
struct Placed {
    total: u64,
}

#[derive(Deserialize)]
struct PaidIn {
    amount: u64,
}

/// Keeps a row for each order, and one for all of them.
pub(crate) struct Orders {
    /// Its key is the text `pk`.
    pub(crate) table: Table,
}

impl Projection for Orders {
    type Changes = Changes<Order>;

    fn name(&self) -> &'static str {
        "orders-1"
    }

    fn reads(&self, stream_type: &StreamType) -> bool {
        stream_type.as_str() == "order"
    }

    fn apply(&self, event: &Event, changes: &mut Changes<Order>) -> Result<Applied, BoxError> {
        match event.event_type.as_str() {
            "placed" => {
                let Placed { total } = event.payload.parse()?;
                changes.view.total = total;
                self.add(changes, "placed", total)?;
            }
            "paid-in" => {
                let PaidIn { amount } = event.payload.parse()?;
                changes.view.paid += amount;
                self.add(changes, "paid", amount)?;
            }
            "cancelled" => {
                changes.view.is_cancelled = true;
                let total = changes.view.total;
                self.add(changes, "cancelled", total)?;
            }
            _ => return Ok(Applied::Unknown),
        }
        self.show(event, changes)?;
        Ok(Applied::Applied)
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

    /// Adds to the row of all orders. Once an event, however often it is announced: that is what the checkpoint is for.
    fn add(&self, changes: &mut Changes<Order>, sum: &str, cents: u64) -> Result<(), BoxError> {
        let key = [("pk".to_owned(), text("all"))];
        let update = changes.update(&self.table, key, |update| {
            update
                .update_expression("ADD #sum :cents")
                .expression_attribute_names("#sum", sum)
                .expression_attribute_values(":cents", number(cents))
        });
        Ok(update?)
    }
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
