//! DynamoDB: the only module that uses its SDK.

pub mod catalogue;
mod client;
mod commits;
mod error;
pub mod events;
pub mod feed;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
#[cfg(feature = "embedded")]
pub mod go_table;
mod item;
mod survey;
mod table;
#[cfg(test)]
mod testing;

pub use catalogue::CatalogueTable;
#[cfg(feature = "embedded")]
pub use client::connect_through;
pub use client::{Client, configuration, connect};
pub use events::EventsTable;
pub use feed::FeedTable;
pub use table::Table;

pub(crate) use error::translate;

/// The tables by their logical ids, as the template renders them for the environment `local`: the input of
/// `CreateTable`. Streams are omitted: nothing reads them in these databases, and each record kept would slow
/// down every later put.
#[cfg(feature = "embedded")]
pub(crate) const TABLES: &str = include_str!("tables.json");
