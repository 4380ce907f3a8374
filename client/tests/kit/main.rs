//! What an event-sourced application is made of, against a store in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod at_end;
mod category;
mod deadline;
mod dropping;
mod executor;
mod faults;
mod once;
mod polling;
mod reading;
mod scenario;
mod snapshots;
mod support;
