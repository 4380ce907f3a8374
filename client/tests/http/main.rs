//! The HTTP client against a scripted store.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "ssm")]
mod discovery;
mod errors;
mod feed;
mod matrix;
mod network;
mod pages;
mod requests;
mod retries;
mod signing;
mod store;
