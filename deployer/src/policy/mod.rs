//! PURE: the least that each party has to be allowed by IAM: exact actions on exact names, from an environment and its rendering.
//!
//! - [`ci()`]: whoever runs the deployer; [`diff`]: whoever only compares.
//! - [`drill()`]: whoever drills that the log can be restored.
//! - [`execution()`]: the role that CloudFormation works with, by the types of the resources that it makes.
//! - [`caller()`]: who uses a store with IAM access.
//! - [`boundary()`]: the most that any role of the stack may do.
//! - [`key_policy`]: whom a customer's key has to let use it.
//! - [`trust()`]: who may become a role in a workflow of GitHub.
//! - [`Access`]: all of that as a template or as commands.

mod access;
mod actions;
mod boundary;
mod caller;
mod ci;
mod drill;
mod execution;
mod instances;
mod key;
mod names;
mod statement;
mod subject;
mod trust;

pub use access::{Access, provider_arn};
pub use boundary::{Untold, boundary, boundary_arn, boundary_name};
pub use caller::{NoUrl, caller};
pub use ci::{ci, diff, direct};
pub use drill::drill;
pub use execution::{UnknownTypes, execution};
pub use instances::{Instances, InstancesError};
pub use key::{NoKey, key_policy};
pub use names::Names;
pub use statement::{Policy, Statement, TooMany};
pub use subject::{Subject, SubjectError};
pub use trust::trust;

#[cfg(test)]
mod tests;
