//! PURE: a stack as it exists in AWS.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::StackStatus;

/// The description of a stack by AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedStack {
    /// The ARN. It is unique to this stack, whereas the name may be reused.
    pub id: String,
    pub name: String,
    /// The state.
    pub status: StackStatus,
    /// Why the stack is in that state, in AWS's words.
    pub status_reason: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last updated.
    pub updated: Option<Timestamp>,
    /// The tags, without those that AWS sets.
    pub tags: BTreeMap<String, String>,
    /// The outputs, by name.
    pub outputs: BTreeMap<String, String>,
    /// Whether the stack has termination protection.
    pub termination_protection: bool,
}

impl DeployedStack {
    /// When the current or last operation began, as far as the description shows it.
    pub fn since(&self) -> Timestamp {
        self.updated.unwrap_or(self.created)
    }
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    /// Its logical id.
    pub logical_id: String,
    /// Its physical id; empty until it has one.
    pub physical_id: String,
    /// Its type, such as `AWS::DynamoDB::Table`.
    pub resource_type: String,
}
