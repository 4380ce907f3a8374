//! Client library of the serverless event store.
//!
//! | feature | brings |
//! | --- | --- |
//! | `http` (default) | [`Client`]: create, append, read and list over HTTP, signed with AWS credentials where asked |
//! | `sqs` | [`sqs::Receiver`]: the store's notifications from an SQS queue |
//!
//! Retries are safe by construction: every create carries a stream id and an event id, every append an event
//! id, so a write whose answer was lost is recognised when it is sent again.
//!
#![cfg_attr(feature = "http", doc = "```no_run")]
#![cfg_attr(not(feature = "http"), doc = "```ignore")]
//! use event_store_client::Client;
//! use event_store_client::types::{NewEvent, Payload, Revision};
//! use futures::TryStreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://abc123.lambda-url.eu-central-1.on.aws/").build()?;
//! let order = "order".parse()?;
//!
//! let placed = NewEvent::new("placed".parse()?, Payload::from_text(r#"{"total":"12.50"}"#)?);
//! let created = client.create_stream(&order, placed).await?;
//!
//! let paid = NewEvent::new("paid".parse()?, Payload::from_text("{}")?);
//! match client.append(&order, created.stream.stream_id, 2.try_into()?, paid).await {
//!     Ok(appended) => println!("at revision {}", appended.stream.revision),
//!     Err(error) if error.is_conflict() => println!("somebody was faster: {error}"),
//!     Err(error) => return Err(error.into()),
//! }
//!
//! let mut events = client.events(&order, created.stream.stream_id).after(Revision::FIRST).into_stream();
//! while let Some(event) = events.try_next().await? {
//!     println!("{} {}", event.revision, event.event_type);
//! }
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "http")]
mod category;
pub mod decider;
#[cfg(feature = "http")]
mod http;
pub mod schema;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(feature = "testing")]
pub mod testing;

pub use event_store_types as types;

#[cfg(feature = "http")]
pub use crate::category::{Category, Folded};
#[cfg(feature = "ssm")]
pub use crate::http::NoAddress;
#[cfg(feature = "http")]
pub use crate::http::{
    Appended, Batch, Client, ClientBuilder, Conflict, Consistency, Error, EventPages, InvalidBaseUrl,
    InvalidClient, ListStreams, PollStreams, ReadEvents, Retry, RetryPolicy, StreamPages, Unsettled,
    transport,
};
