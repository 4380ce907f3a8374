//! The API against DynamoDB in process: the same router, store and SDK as in production.

mod appending;
mod bad_requests;
mod budgets;
mod failures;
mod lambda;
mod listing;
mod payloads;
mod reading;
mod support;
