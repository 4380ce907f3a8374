//! Read models that hold every event exactly once.
//!
//! Notifications come at least once, in no certain order, and to whoever of many workers takes them. A [`Projector`]
//! makes a read model of that all the same: it takes a notification as "the stream has reached at least this revision",
//! reads what comes after its checkpoint of that stream, has a [`Projection`] apply it in order, and commits the outcome
//! together with the new checkpoint, on the condition that the checkpoint is still the one it began with.
//!
//! | part | what it is |
//! | --- | --- |
//! | [`Projection`] | what is made of an event; yours |
//! | [`ReadModel`] | the port to a database that keeps changes and checkpoint in one: [`InMemory`], `dynamodb::DynamoDb` (feature `dynamodb`), or yours |
//! | [`EventSource`] | the port to the store; `Client` is one |
//! | [`Projector`] | brings one stream into the read model; a handler of notifications for `sqs::Receiver::run` and `lambda::Function` |
//! | [`Rebuild`] | brings every stream of a type into the read model |
//!
//! An event of a type that the projection does not know is passed over, with a warning at the first of its type, a count
//! in [`Projected`], and a call of [`Projector::on_unknown`].
//!
//! # A new projection
//! 1. Give it a name that no other has or had.
//! 2. Subscribe its queue, so that nothing is announced unheard from now on (`subscribe::Subscription`).
//! 3. [Rebuild](Projector::rebuild) it from what the store holds.
//! 4. Run it on its queue. Before the end of the rebuild is as well: they do not get into each other's way.
//!
#![cfg_attr(all(feature = "http", feature = "sqs"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "http", feature = "sqs")), doc = "```ignore")]
//! use std::sync::Arc;
//!
//! use event_store_client::Client;
//! use event_store_client::notification::BoxError;
//! use event_store_client::projection::{Applied, InMemory, Projection, Projector};
//! use event_store_client::sqs::Receiver;
//! use event_store_client::types::Event;
//!
//! struct OrderSizes;
//!
//! impl Projection for OrderSizes {
//!     type Changes = u32;
//!
//!     fn name(&self) -> &str {
//!         "order-sizes-1"
//!     }
//!
//!     fn apply(&self, event: &Event, lines: &mut u32) -> Result<Applied, BoxError> {
//!         match event.event_type.as_str() {
//!             "line-added" => *lines += 1,
//!             _ => return Ok(Applied::Unknown),
//!         }
//!         Ok(Applied::Applied)
//!     }
//! }
//!
//! # async fn example(client: Client, receiver: Receiver) -> Result<(), BoxError> {
//! let projector = Arc::new(Projector::new(client, OrderSizes, InMemory::default()));
//! let order = "order".parse()?;
//! let rebuilt = projector.rebuild(&order).run();
//! let running = receiver.run(Arc::clone(&projector)).until(std::future::pending());
//! let (rebuilt, running) = tokio::join!(rebuilt, running);
//! # rebuilt?; running?;
//! # Ok(())
//! # }
//! ```

mod ahead;
mod applying;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod error;
mod memory;
mod model;
mod projector;
mod rebuild;
mod source;

pub use applying::{Applied, Projection};
pub use error::{ProjectError, Reason};
pub use memory::InMemory;
pub use model::{Advance, CheckpointKey, Committed, Loaded, ReadModel};
pub use projector::{Projected, Projector};
pub use rebuild::{NotRebuilt, Position, Progress, Rebuild, RebuildTally, Rebuilt};
pub use source::EventSource;
