//! Client library of the serverless event store.
//!
//! | feature | brings | crates |
//! | --- | --- | --- |
//! | `http` (default) | [`Client`]: create, append, read and list over HTTP; [`Category`]: the same with events as values; [`decider::Executor`]: commands; [`follow`]: read models and reactions | 105 |
//! | `sigv4` (default) | [`ClientBuilder::aws_iam`]: requests signed with AWS credentials, for a store that asks who is calling | 135 |
//! | `dynamodb` | `follow::dynamodb::DynamoDb`: read models and checkpoints in DynamoDB | 146 |
//! | `ssm` | [`ClientBuilder::from_environment_stack`]: the store's address by the name of its environment | 146 |
//! | `sqs` | `sqs::Receiver`: runs a handler on the store's notifications from an SQS queue | 85 |
//! | `lambda` | `lambda::Function`: runs a handler on the store's notifications in a Lambda function | 46 |
//! | `subscribe` | `subscribe::Subscription`: subscribes a queue to the store's topic | 85 |
//! | `testing` | [`testing`]: a store in memory behind the same `Client`, faults on demand, given-when-then for deciders and projections | 105 |
//!
//! The last column says how many crates of others a feature needs by itself on Linux, procedural macros included, build scripts' own not; with none it is
//! 26, and with all 165, because the features share most: the TLS and HTTP of reqwest, and the AWS SDK's runtime.
//! `cargo tree -p event-store-client --no-default-features --features sqs -e normal` lists them.
//!
//! Without any feature there are the wire [`types`], [`schema::Schema`] for events as values, and the [`decider::Decider`] trait.
//!
//! # Appending and reading
//!
#![cfg_attr(feature = "testing", doc = "```")]
#![cfg_attr(not(feature = "testing"), doc = "```ignore")]
//! use event_store_client::Client;
//! use event_store_client::types::{ExpectedRevision, NewEvent, StreamId};
//! use futures::TryStreamExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://abc123.lambda-url.eu-central-1.on.aws/").build()?;
//! # let client = event_store_client::testing::InMemoryStore::new().client();
//! let order = "order".parse()?;
//! let id = StreamId::from_name(&order, "A-1");
//!
//! let placed = NewEvent::of("placed".parse()?, &serde_json::json!({"total": "12.50"}))?;
//! let placed = client.append(&order, id, ExpectedRevision::NoStream, placed).await?;
//!
//! let events = [NewEvent::of("paid".parse()?, &())?, NewEvent::of("sent".parse()?, &())?];
//! match client.append(&order, id, placed.stream.revision, events).await {
//!     Ok(appended) => println!("at revision {}", appended.stream.revision),
//!     Err(error) if error.is_conflict() => println!("somebody was faster: {error}"),
//!     Err(error) => return Err(error.into()),
//! }
//!
//! let mut events = client.events(&order, id).into_stream();
//! while let Some(event) = events.try_next().await? {
//!     println!("{} {} {}", event.revision, event.event_type, event.payload.as_str());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is safe by construction
//!
//! Every event gets an id before it is first sent, and whatever is sent again is sent in the same words, signed anew: so a write whose answer was
//! lost is recognised by the store and told as `replayed`. An append ends as done, or as a true conflict. When all attempts are
//! used up and nothing is known, the error says so and keeps the write, for `Client::settle` to send once more.
//!
//! # Commands
//!
//! A [`decider::Decider`] says how an entity lives; a [`decider::Executor`] loads the state, lets it decide, and appends at the revision of that
//! state, again when another writer was faster.
//!
//! # Read models and reactions
//!
//! A [`follow::Following`] keeps what a projection makes of the events in a read model, exactly once each, or reacts to them, at least once each. It
//! reads the store's feed, or is the handler that `sqs::Receiver::run` and `lambda::Function` call on notifications.
//!
//! # Examples
//!
//! The folder `examples` holds small programs: `first_steps` is the shortest, `order_service` takes commands over HTTP, `order_fulfilment` reacts to
//! what happens with commands, `projection_worker` keeps a read model from a queue, `lambda_projection` the same one in a Lambda function, `backfill`
//! brings in the history of another system, and `traced` hands OpenTelemetry's traces on.

#![warn(missing_docs)]

#[cfg(any(feature = "http", feature = "sqs"))]
mod backoff;
#[cfg(feature = "http")]
mod category;
mod chain;
pub mod decider;
#[cfg(feature = "http")]
pub mod follow;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "lambda")]
pub mod lambda;
#[cfg(any(feature = "http", feature = "lambda", feature = "sqs"))]
pub mod notification;
pub mod schema;
#[cfg(feature = "sqs")]
pub mod sqs;
#[cfg(feature = "subscribe")]
pub mod subscribe;
#[cfg(feature = "testing")]
pub mod testing;

/// An error of any kind, as an application's own code has it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub use event_store_types as types;

#[cfg(any(feature = "http", feature = "sqs"))]
pub use crate::backoff::Backoff;

#[cfg(feature = "http")]
pub use crate::category::{Category, Folded};
#[cfg(feature = "ssm")]
pub use crate::http::AddressError;
#[cfg(feature = "http")]
pub use crate::http::{
    Appended, Batch, Client, ClientBuilder, ClientError, Conflict, Consistency, Error, EventPages, FeedPages,
    FollowFeed, InvalidBaseUrl, ListStreams, PollStreams, ReadEvents, ReadFeed, Retry, RetryPolicy,
    StreamPages, Unsettled, transport,
};
