//! DynamoDB: the only module that names its SDK.

mod client;
mod error;
pub mod events;
mod item;

pub use client::{Client, connect};
pub use events::EventsTable;

pub(crate) use error::translate;
