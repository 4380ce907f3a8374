//! Appends to an order, projects what is due of all orders, and asks for it.

use event_store_client::follow::InMemory;
use event_store_client::schema::Recorded;
use event_store_client::{BoxError, Category, Client};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrderEvent {
    Placed { total: i64 },
    Paid { amount: i64 },
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let url = std::env::var("EVENT_STORE_URL").unwrap_or("http://127.0.0.1:8080".into());
    let orders = Category::<OrderEvent>::new(Client::builder(url).build()?, "order".parse()?);
    let events = [OrderEvent::Placed { total: 42 }, OrderEvent::Paid { amount: 40 }];
    let order = orders.create(events).await?;

    let apply = |event: &Recorded<OrderEvent>, due: &mut i64| {
        match event.data {
            OrderEvent::Placed { total } => *due += total,
            OrderEvent::Paid { amount } => *due -= amount,
        }
        Ok(())
    };
    let due = InMemory::default();
    let following = orders.follow("due").project(apply, due.clone());
    following.to_end().await?;
    following.catch_up(&order.stream).await?; // The feed may lag a little behind what was just appended.
    for (order, due) in due.views("due") {
        println!("order {order}: {due} due");
    }
    Ok(())
}
