//! DynamoDB: the only module that names its SDK.

pub mod catalogue;
mod client;
mod commits;
mod error;
pub mod events;
pub mod feed;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod item;
mod survey;
#[cfg(test)]
mod testing;

pub use catalogue::CatalogueTable;
#[cfg(feature = "embedded")]
pub use client::connect_through;
pub use client::{Client, configuration, connect};
pub use events::EventsTable;
pub use feed::FeedTable;

pub(crate) use error::translate;
