//! PURE: one event of a stack.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An event of a stack or of one of its resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackEvent {
    /// Unique within the stack.
    pub id: String,
    /// When it happened.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub timestamp: Timestamp,
    /// The ARN of the stack.
    pub stack_id: String,
    /// The resource's logical id; the stack's name for the stack itself.
    pub logical_id: String,
    /// The resource's physical id; empty until it has one.
    pub physical_id: String,
    /// The resource's type, such as `AWS::DynamoDB::Table`.
    pub resource_type: String,
    /// The state of the resource.
    pub status: ResourceStatus,
    /// The reason, in AWS's words.
    pub reason: Option<String>,
    /// The token of the request that started the operation.
    pub token: Option<String>,
}

impl StackEvent {
    /// Tells whether the event is about the stack itself.
    pub fn is_of_the_stack(&self) -> bool {
        self.resource_type == "AWS::CloudFormation::Stack" && self.physical_id == self.stack_id
    }
}

/// Writes a time in RFC 3339.
pub(crate) fn as_text<S: Serializer>(timestamp: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(timestamp)
}

/// Reads a time in RFC 3339, with any offset.
pub(crate) fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// The state of a resource, such as `CREATE_COMPLETE`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceStatus(String);

/// The phase of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In progress.
    InProgress,
    /// Done.
    Complete,
    /// Failed; it is not tried again.
    Failed,
    /// Left as it was, because its policy says so.
    Skipped,
}

impl ResourceStatus {
    /// The name that AWS gives the state.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The phase of the resource; a state without a known ending counts as in progress.
    pub fn phase(&self) -> Phase {
        if self.0.ends_with("_FAILED") {
            Phase::Failed
        } else if self.0.ends_with("_SKIPPED") {
            Phase::Skipped
        } else if self.0.ends_with("_COMPLETE") {
            Phase::Complete
        } else {
            Phase::InProgress
        }
    }
}

impl From<&str> for ResourceStatus {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Display for ResourceStatus {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An event of a resource in a stack called `orders`, `second` seconds after the epoch.
    pub(crate) fn event(second: i64, logical_id: &str, status: &str, reason: Option<&str>) -> StackEvent {
        StackEvent {
            id: format!("{second}-{logical_id}-{status}"),
            timestamp: Timestamp::from_second(second).unwrap(),
            stack_id: "arn:stack/orders".into(),
            logical_id: logical_id.into(),
            physical_id: if logical_id == "orders" {
                "arn:stack/orders".into()
            } else {
                format!("orders-{logical_id}")
            },
            resource_type: if logical_id == "orders" {
                "AWS::CloudFormation::Stack"
            } else {
                "AWS::SNS::Topic"
            }
            .into(),
            status: status.into(),
            reason: reason.map(Into::into),
            token: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_ends_with_its_phase() {
        let phases = [
            "CREATE_IN_PROGRESS",
            "UPDATE_COMPLETE",
            "DELETE_FAILED",
            "DELETE_SKIPPED",
        ]
        .map(|status| ResourceStatus::from(status).phase());
        assert_eq!(
            phases,
            [Phase::InProgress, Phase::Complete, Phase::Failed, Phase::Skipped]
        );
    }
}
