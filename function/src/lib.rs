//! The event store's functions: the HTTP API, and the relay from the events table to the catalogue and SNS.

pub mod aws;
pub mod config;
pub mod dynamo;
pub mod feed;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod http;
#[cfg(feature = "embedded")]
pub mod local;
pub mod messaging;
pub mod relay;
pub mod relay_handler;
pub mod store;
pub mod telemetry;
