//! Following: read models that hold every event exactly once, and reactions that happen at least once.
//!
//! A follower has a name, a source, and something to do about each event. The source is the store's feed, or notifications from
//! a queue or in a Lambda function; what is done is the same for each. [`Category::follow`](crate::Category::follow) begins one:
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use event_store_client::follow::{Cause, FileCheckpoints, InMemory};
//! use event_store_client::schema::Recorded;
//! use event_store_client::{BoxError, Category};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! enum OrderEvent {
//!     Placed { total: u64 },
//!     Paid,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("follow-{}", std::process::id()));
//! # let client = event_store_client::testing::InMemoryStore::new().client();
//! let orders = Category::<OrderEvent>::new(client, "order".parse()?);
//!
//! // A read model: synchronous, in order, exactly once.
//! let due = InMemory::default();
//! let projecting = orders.follow("due").project(
//!     |event: &Recorded<OrderEvent>, due: &mut u64| {
//!         *due = match event.data {
//!             OrderEvent::Placed { total } => total,
//!             OrderEvent::Paid => 0,
//!         };
//!         Ok(())
//!     },
//!     due.clone(),
//! );
//! projecting.to_end().await?;
//!
//! // A reaction: asynchronous, in order, at least once, with an id for those who must not do it twice.
//! let invoicing = orders.follow("invoices").from_end().react(
//!     |event: Recorded<OrderEvent>, cause: Cause| async move {
//!         if let OrderEvent::Placed { total } = event.data {
//!             println!("invoice {}: {total}", cause.id());
//!         }
//!         Ok::<_, BoxError>(())
//!     },
//!     FileCheckpoints::in_folder(&folder),
//! );
//! # invoicing.to_end().await?;
//! # let interrupted = std::future::ready(());
//! invoicing.until(interrupted).await?;
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! | part | what it is |
//! | --- | --- |
//! | [`Projection`] | what a read model makes of an event; a closure, or yours |
//! | [`Reaction`] | what is done because of an event; a closure, or yours |
//! | [`ReadModel`] | the port to a database that keeps changes and checkpoint in one: [`InMemory`], `dynamodb::DynamoDb` (feature `dynamodb`), or yours |
//! | [`Checkpoints`] | the port to where it is kept how far followers are: each read model, [`FileCheckpoints`], or yours |
//! | [`Following`] | the follower: run on the feed, or a handler of notifications |
//!
//! # What is promised
//! A projection has each event in its read model exactly once and in the order of its stream, whatever is repeated, ends or runs
//! twice, because changes and checkpoint are committed together. A reaction happens at least once for each event, in the
//! order of its stream, with the same [`Cause::id`] each time.
//!
//! An event of a type that the [`Schema`](crate::schema::Schema) does not know is passed over, with a warning at the first of its type, a count
//! in [`Progress`], and a call of [`Following::on_unknown`]. An event that cannot be handled holds its stream, and no other.
//!
//! # Another version of a read model
//! Give the follower a new name, run it [to the end](Following::to_end) beside the old one, and then have it asked instead.

mod ahead;
mod checkpoint;
mod checkpoints;
mod consumer;
mod drive;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod error;
mod excerpt;
mod file;
#[expect(clippy::module_inception, reason = "what is followed is called `Follow`")]
mod follow;
mod following;
mod held;
mod keeper;
mod memory;
mod origin;
mod progress;
mod projection;
mod projector;
mod reaction;
mod reactor;
mod read_model;
mod schedule;
mod settings;
mod source;

pub use checkpoint::{Checkpoint, HandledStream, HeldStream};
pub use checkpoints::{Checkpoints, Kept};
pub use error::{AnotherStore, FollowError, Reason, StreamError};
pub use file::FileCheckpoints;
pub use follow::Follow;
pub use following::Following;
pub use memory::InMemory;
pub use progress::Progress;
pub use projection::Projection;
pub use reaction::{Cause, Reaction};
pub use read_model::{Advance, CheckpointKey, Committed, Loaded, ReadModel};

#[cfg(all(test, feature = "dynamodb"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
