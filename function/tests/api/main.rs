//! The API against DynamoDB in process: the same router, store and SDK as in production.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod appending;
mod bad_requests;
mod batches;
mod binary;
mod budgets;
mod caching;
mod conditional_puts;
mod edges;
mod explorer;
mod failures;
mod feed;
mod files;
mod lambda;
mod listing;
mod listing_meanwhile;
mod openapi;
mod page;
mod payloads;
mod readiness;
mod reading;
mod reconciling;

#[path = "../support/lambda_logs.rs"]
mod lambda_logs;
#[allow(
    dead_code,
    unused_imports,
    reason = "each program of tests uses its part of it"
)]
#[path = "../support/mod.rs"]
mod support;
