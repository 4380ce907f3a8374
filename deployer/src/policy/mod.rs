//! PURE: the least that each party has to be allowed by IAM: exact actions on exact names, from an environment and its rendering.
//!
//! - [`ci`]: whoever runs the deployer.
//! - [`execution`]: the role that CloudFormation works with, by the types of the resources that it makes.
//! - [`caller`]: who uses a store with IAM access.
//! - [`trust`]: who may become the role in a workflow of GitHub.

mod actions;
mod caller;
mod ci;
mod execution;
mod names;
mod statement;
mod trust;

pub use caller::{NoUrl, caller};
pub use ci::ci;
pub use execution::{UnknownType, execution};
pub use names::Names;
pub use statement::{Policy, Statement};
pub use trust::{Subject, SubjectError, trust};

#[cfg(test)]
mod tests;
