//! A small service that takes orders: the command side of an event-sourced application.
//!
//! ```console
//! $ EVENT_STORE_URL=http://127.0.0.1:8080 PORT=3000 cargo run --example order_service --features testing
//! $ curl 127.0.0.1:3000/orders/A-1/place -d '{"total": 42}' -H 'content-type: application/json'
//! {"status":"placed","total":42,"paid":0,"revision":1}
//! ```
//!
//! Without `EVENT_STORE_URL` the events are kept in memory. A store that asks who is calling is given credentials where the client is
//! built, with `ClientBuilder::aws_iam`.

mod http;
mod order;
#[cfg(test)]
mod tests;

use std::error::Error;

use event_store_client::decider::Executor;
use event_store_client::testing::InMemoryStore;
use event_store_client::{Category, Client};
use tokio::net::TcpListener;

use order::Orders;

/// How many orders' states are kept in this process.
const CACHED: usize = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = match std::env::var("EVENT_STORE_URL") {
        Ok(url) => Client::builder(url).user_agent("order-service/1.0").build()?,
        Err(_) => InMemoryStore::new().client(),
    };
    let orders = Category::new(client, "order".parse()?);
    let executor = Executor::new(orders, Orders).cached(CACHED);

    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("taking orders at http://{}", listener.local_addr()?);
    axum::serve(listener, http::router(executor)).await?;
    Ok(())
}
