//! The HTTP client against a scripted store.

mod errors;
mod pages;
mod requests;
mod retries;
mod signing;
mod store;
