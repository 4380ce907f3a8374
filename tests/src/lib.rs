//! The harness of the end-to-end tests: an emulator of AWS, the deployer's program, and what it deployed.
//!
//! Nothing here is a test. Whatever goes wrong while a test is being set up panics with what to do about it.

#![expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a harness fails by panicking"
)]

mod build;
mod cloud;
pub mod conformance;
mod deployer;
mod deployment;
mod emulator;
mod environment;
pub mod generated;
mod subscription;
mod terminal;
mod verifier;
pub mod verify;
mod workspace;

pub use build::Build;
pub use cloud::Cloud;
pub use deployer::{Deployer, Run};
pub use deployment::{Deployment, Described};
pub use emulator::Emulator;
pub use environment::Environment;
pub use subscription::{FilterScope, Subscription};
pub use terminal::Terminal;
pub use verifier::Verifier;
