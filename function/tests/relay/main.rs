//! The relay: its binary between a scripted Lambda runtime and scripted services, and its handler behind an event
//! source that keeps AWS's rules, over hundreds of seeded runs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod binary;
#[path = "../support/lambda_logs.rs"]
mod lambda_logs;
mod source;
