//! The harness of the end-to-end tests: an emulator of AWS, the deployer's program, and the deployed store.
//!
//! Nothing here is a test. A failure during the setup of a test panics with the remedy.

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
