//! What is done because of what happened.

use event_store_client::BoxError;
use event_store_client::decider::{ExecuteError, Executor};
use event_store_client::follow::{Cause, Reaction};
use event_store_client::schema::Recorded;
use event_store_client::types::StreamId;
use serde::{Deserialize, Serialize};

use crate::order::{Command, NotPlaced, Orders};
use crate::stock::{Reserve, Stock};

/// What happens to orders and in the stock.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Happened {
    OrderPlaced { item: String, quantity: u64 },
    OrderConfirmed {},
    OrderCancelled {},
    GoodsReceived {},
    GoodsReserved { order: StreamId },
    GoodsLacking { order: StreamId },
}

/// Gives the next command. It keeps nothing itself: what it goes by is in the event, and what it does is known by the cause's id.
pub(crate) struct Fulfilment {
    pub(crate) orders: Executor<Orders>,
    pub(crate) stock: Executor<Stock>,
}

impl Reaction<Happened> for Fulfilment {
    type Error = BoxError;

    async fn react(&self, happened: Recorded<Happened>, cause: Cause) -> Result<(), BoxError> {
        match happened.data {
            Happened::OrderPlaced { item, quantity } => {
                let stock = self.stock.with_provenance(cause.provenance().clone());
                let order = happened.event.stream_id;
                let item = stock.category().id_of(&item);
                let reserve = Reserve { order, quantity };
                stock.execute_once(cause.id(), item, reserve).await?;
            }
            Happened::GoodsReserved { order } => self.close(order, &cause, Command::Confirm).await?,
            Happened::GoodsLacking { order } => self.close(order, &cause, Command::Cancel).await?,
            Happened::OrderConfirmed {} | Happened::OrderCancelled {} | Happened::GoodsReceived {} => {}
        }
        Ok(())
    }
}

impl Fulfilment {
    async fn close(
        &self,
        order: StreamId,
        cause: &Cause,
        command: Command,
    ) -> Result<(), ExecuteError<NotPlaced>> {
        let orders = self.orders.with_provenance(cause.provenance().clone());
        match orders.execute_once(cause.id(), order, command).await {
            // The customer was faster.
            Err(ExecuteError::Rejected(NotPlaced)) => Ok(()),
            executed => executed.map(drop),
        }
    }
}
