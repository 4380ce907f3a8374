//! The store: its domain, its protocols, and the port to the database.
//!
//! The protocols ([`append`], [`append_at_end`], [`read`], [`list`]) are pure step machines: they take the
//! last answer of the database and return the next request or the outcome. [`EventLog`] defines the requests,
//! an adapter of the database answers them, and [`operations`] connects the two.

pub mod append;
pub mod append_at_end;
pub mod checksum;
pub mod commit;
pub mod consumed;
pub mod cursor;
pub mod error;
pub mod import;
pub mod limits;
pub mod list;
pub mod operations;
pub mod port;
pub mod position;
pub mod read;
pub mod shard;
pub mod stream_key;
pub mod tails;
#[cfg(test)]
pub(crate) mod testing;

pub use consumed::{Consumed, Meter};
pub use error::StoreError;
pub use port::{Commits, Consistency, EventLog, Order, Put};
pub use stream_key::StreamKey;
