//! PURE: a stack as it stands in AWS.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::StackStatus;

/// What AWS says of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployedStack {
    /// The ARN: it stays the same for the life of the stack, the name may be used again.
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
    /// Whether AWS refuses to delete the stack.
    pub termination_protection: bool,
}

impl DeployedStack {
    /// When the running or last operation began, as far as the description tells.
    pub fn since(&self) -> Timestamp {
        self.updated.unwrap_or(self.created)
    }
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS; empty while it has none.
    pub physical_id: String,
    /// Its type, such as `AWS::DynamoDB::Table`.
    pub resource_type: String,
}
