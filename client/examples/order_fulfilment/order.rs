//! Orders.

use event_store_client::decider::Decider;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    clippy::enum_variant_names,
    reason = "events of orders and of the stock are read as one enum"
)]
pub(crate) enum OrderEvent {
    OrderPlaced { item: String, quantity: u64 },
    OrderConfirmed {},
    OrderCancelled {},
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Command {
    Confirm,
    Cancel,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Unknown,
    Placed,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the order is not placed, or not any more")]
pub(crate) struct NotPlaced;

/// How orders live.
pub(crate) struct Orders;

impl Decider for Orders {
    type Command = Command;
    type Event = OrderEvent;
    type State = Order;
    type Error = NotPlaced;

    fn initial(&self) -> Order {
        Order::Unknown
    }

    fn evolve(&self, _: Order, event: &OrderEvent) -> Order {
        match event {
            OrderEvent::OrderPlaced { .. } => Order::Placed,
            OrderEvent::OrderConfirmed {} | OrderEvent::OrderCancelled {} => Order::Closed,
        }
    }

    fn decide(&self, order: &Order, command: &Command) -> Result<Vec<OrderEvent>, NotPlaced> {
        match (order, command) {
            (Order::Placed, Command::Confirm) => Ok(vec![OrderEvent::OrderConfirmed {}]),
            (Order::Placed, Command::Cancel) => Ok(vec![OrderEvent::OrderCancelled {}]),
            _ => Err(NotPlaced),
        }
    }
}
