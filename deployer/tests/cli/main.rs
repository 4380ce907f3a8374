//! What a user sees: every `--help`, and every refusal that needs no cloud.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod automation;
mod bad_input;
mod consumer;
mod credentials;
mod explain;
mod forms;
mod help;
mod init;
mod reconcile;
mod rendering;
mod session;
