//! The HTTP client.

mod address;
mod answer;
mod append;
mod appended;
mod batch;
mod builder;
mod client_error;
mod connection;
mod create;
#[cfg(feature = "sigv4")]
mod credentials;
mod details;
mod error;
mod events;
mod feed;
mod kind;
mod may_pass;
mod pages;
mod poll;
mod range;
mod request;
mod retry;
#[cfg(feature = "sigv4")]
mod sign;
#[cfg(not(feature = "sigv4"))]
#[path = "unsigned.rs"]
mod sign;
#[cfg(feature = "ssm")]
mod ssm;
mod streams;
pub mod transport;
mod unsettled;
mod write;

use std::sync::Arc;

pub use address::InvalidBaseUrl;
pub use appended::Appended;
pub use batch::Batch;
pub use builder::ClientBuilder;
pub use client_error::ClientError;
pub use error::{Conflict, Error};
pub use events::{Consistency, EventPages, ReadEvents};
pub use feed::{FeedPages, FollowFeed, ReadFeed};
pub use poll::PollStreams;
pub use retry::{Retry, RetryPolicy};
#[cfg(feature = "ssm")]
pub use ssm::AddressError;
pub use streams::{ListStreams, StreamPages};
pub use unsettled::Unsettled;

use address::Address;
use connection::Connection;
pub(crate) use may_pass::MayPass;
pub(crate) use retry::pauses_of_writers;

/// A client of one event store. Cheap to clone: clones share connections and credentials.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    address: Address,
    connection: Connection,
}

impl Client {
    /// Starts a client of the store at `base_url`, which may end in a path: everything is asked for below it.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    fn new(address: Address, connection: Connection) -> Self {
        Self {
            shared: Arc::new(Shared { address, connection }),
        }
    }

    fn address(&self) -> &Address {
        &self.shared.address
    }

    fn connection(&self) -> &Connection {
        &self.shared.connection
    }
}
