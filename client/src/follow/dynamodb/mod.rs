//! Read models in DynamoDB.
//!
//! A commit is one `TransactWriteItems`: the checkpoint, on the condition that it is still the one that was loaded, and
//! up to 99 writes of the projection. Where there is nothing but the checkpoint, it is one `PutItem` at half the price.
//!
//! Two ways to keep a read model, alone or together:
//!
//! - The [`view`](Changes::view): a value that the events of one stream are folded into, kept as JSON beside the stream's
//!   checkpoint. A thousand events are one write.
//! - [Writes](Changes::put) of items in tables of your own, with any keys: rows for queries, sums over streams. They count
//!   exactly once, so that `ADD` in an update adds each event once.
//!
//! ```
//! use event_store_client::BoxError;
//! use event_store_client::follow::Projection;
//! use event_store_client::follow::dynamodb::{AttributeValue, Changes, Table};
//! use event_store_client::schema::Recorded;
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! enum OrderEvent {
//!     LineAdded { product: String, count: u32 },
//!     Paid,
//! }
//!
//! /// How many of each product were ordered, over all orders.
//! struct Demand {
//!     products: Table,
//! }
//!
//! impl Projection<OrderEvent, Changes> for Demand {
//!     fn apply(&self, event: &Recorded<OrderEvent>, changes: &mut Changes) -> Result<(), BoxError> {
//!         if let OrderEvent::LineAdded { product, count } = &event.data {
//!             let product = [("product".to_owned(), AttributeValue::S(product.clone()))];
//!             changes.add(&self.products, product, "ordered", *count)?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> Result<(), BoxError> {
//! let demand = Demand { products: Table::new("products", "product") };
//! # let event = serde_json::from_str(r#"{"streamId":"2886e475-d5cc-40f7-aec5-401071388b3c","revision":1,"eventType":"line-added",
//! #     "payload":{"product":"tea","count":3},"createdAt":"2025-01-25T10:11:12.000000Z","eventId":"0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"}"#)?;
//! # let event = event_store_client::schema::Schema::new().decode(event)?;
//! let mut changes = Changes::default();
//! demand.apply(&event, &mut changes)?;
//! assert_eq!(changes.writes().len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # The table of checkpoints
//! Any table with a text as its partition key, a table of your own among them: keys are
//! `<follower>/<stream type>/<stream id>`, `<follower>` for where the feed goes on, and `<follower>/origin` for the first event. With a sort key, a text as well, checkpoints stand at `checkpoint`. Needed are
//! `dynamodb:GetItem` and `dynamodb:PutItem`, and what the projection's own writes need.

mod changes;
mod checkpoint;
mod commit;
mod error;
mod kept;
mod model;
mod table;

pub use aws_sdk_dynamodb::types::AttributeValue;

pub use changes::{Changes, Write};
pub use error::{NoKey, NotKept};
pub use model::DynamoDb;
pub use table::Table;
