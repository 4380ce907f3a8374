//! A process manager: it brings orders to stock and back, by reacting to what happens with commands.
//!
//! An order that is placed asks the stock for its goods; the stock sets them aside, or has too few; and the order is confirmed or
//! cancelled. It may be killed at any moment: what it was doing is done again with the same command ids, and so has its effect once.
//!
//! ```console
//! $ EVENT_STORE_URL=http://127.0.0.1:8080 CHECKPOINTS=fulfilment cargo run --example order_fulfilment
//! ```

mod fulfilment;
mod order;
mod stock;

use std::error::Error;

use event_store_client::decider::Executor;
use event_store_client::follow::{FileCheckpoints, Follow};
use event_store_client::schema::Schema;
use event_store_client::{Category, Client};
use tokio::signal::unix::{SignalKind, signal};

use fulfilment::{Fulfilment, Happened};
use order::Orders;
use stock::Stock;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let url = std::env::var("EVENT_STORE_URL").unwrap_or("http://127.0.0.1:8080".into());
    let folder = std::env::var("CHECKPOINTS").unwrap_or("fulfilment".into());
    let client = Client::builder(url).user_agent("order-fulfilment/1.0").build()?;
    let orders = Category::new(client.clone(), "order".parse()?);
    let stock = Category::new(client.clone(), "stock".parse()?);

    let types = [orders.stream_type().clone(), stock.stream_type().clone()];
    // What is kept tells which commands were executed, so that a stream is read from its first event once.
    let fulfilment = Fulfilment {
        orders: Executor::new(orders, Orders).cached(10_000),
        stock: Executor::new(stock, Stock).cached(1_000),
    };
    let following = Follow::new(&client, "fulfilment")
        .stream_types(types)
        .schema(Schema::<Happened>::new())
        .react(fulfilment, FileCheckpoints::in_folder(folder));

    let mut terminated = signal(SignalKind::terminate())?;
    let stop = async move {
        let _ = terminated.recv().await;
    };
    let progress = following.until(stop).await?;
    println!("{progress}");
    Ok(())
}
