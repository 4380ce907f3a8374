//! PURE: least-privilege IAM policies for each party: exact actions on exact names, derived from an environment and
//! its rendering.
//!
//! - [`ci()`]: for running the deployer; [`diff`]: for comparing only.
//! - [`drill()`]: for drilling the restore of the log.
//! - [`execution()`]: for the role that CloudFormation assumes, by the types of the resources.
//! - [`caller()`]: for calling a store with IAM access.
//! - [`boundary()`]: the maximum permissions of every role in the stack.
//! - [`key_policy`]: the policy of a customer managed key.
//! - [`trust()`]: which GitHub workflows may assume a role.
//! - [`Access`]: all of this as a template or as commands.

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
