//! The stock of an item.

use std::convert::Infallible;

use event_store_client::decider::Decider;
use event_store_client::types::StreamId;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    clippy::enum_variant_names,
    reason = "events of orders and of the stock are read as one enum"
)]
pub(crate) enum StockEvent {
    GoodsReceived { quantity: u64 },
    GoodsReserved { order: StreamId, quantity: u64 },
    GoodsLacking { order: StreamId },
}

/// Sets goods aside for an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reserve {
    pub(crate) order: StreamId,
    pub(crate) quantity: u64,
}

/// How the stock of an item lives. Its state is how many are left; asked twice it would set aside twice: that this does not happen
/// is what command ids are for.
pub(crate) struct Stock;

impl Decider for Stock {
    type Command = Reserve;
    type Event = StockEvent;
    type State = u64;
    type Error = Infallible;

    fn initial(&self) -> u64 {
        0
    }

    fn evolve(&self, left: u64, event: &StockEvent) -> u64 {
        match event {
            StockEvent::GoodsReceived { quantity } => left + quantity,
            StockEvent::GoodsReserved { quantity, .. } => left - quantity,
            StockEvent::GoodsLacking { .. } => left,
        }
    }

    fn decide(&self, left: &u64, command: &Reserve) -> Result<Vec<StockEvent>, Infallible> {
        let Reserve { order, quantity } = *command;
        Ok(vec![if quantity <= *left {
            StockEvent::GoodsReserved { order, quantity }
        } else {
            StockEvent::GoodsLacking { order }
        }])
    }
}
