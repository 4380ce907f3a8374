//! The HTTP client.

mod address;
mod append;
mod builder;
mod create;
mod credentials;
mod details;
mod error;
mod events;
mod pages;
mod retry;
mod sign;
mod streams;
mod transport;

use std::sync::Arc;

pub use address::InvalidBaseUrl;
pub use append::Appended;
pub use builder::{ClientBuilder, InvalidClient};
pub use error::{Conflict, Error, Unsettled};
pub use events::ReadEvents;
pub use retry::RetryPolicy;
pub use streams::ListStreams;

use address::Address;
use transport::Transport;

/// A client of one event store. Cheap to clone: clones share connections and credentials.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    address: Address,
    transport: Transport,
}

impl Client {
    /// Starts a client of the store at `base_url`, which may end in a path: everything is asked for below it.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(base_url.into())
    }

    fn new(address: Address, transport: Transport) -> Self {
        Self {
            shared: Arc::new(Shared { address, transport }),
        }
    }

    fn address(&self) -> &Address {
        &self.shared.address
    }

    fn transport(&self) -> &Transport {
        &self.shared.transport
    }
}
