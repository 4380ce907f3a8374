//! PURE: a reviewed deployment, to be applied later exactly as reviewed, or not at all.

mod file;
mod moved;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use file::UnreadablePlan;
pub use moved::{Moved, Target};

use super::release::{SourceRevision, StoredCode};
use super::{ChangeSummary, DeployedStack, template_digest};

/// Everything that a deployment consists of, and the state for which it was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The target of the plan.
    #[serde(flatten)]
    pub place: Target,
    /// The stack's state; `None` if there was no stack.
    pub stack_state: Option<StackState>,
    /// The changes that were shown; `None` if the change set was empty.
    pub changes: Option<ChangeSummary>,
    /// What was accepted by name, such as `replace:EventsTable`.
    pub accepted: Vec<String>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// The code that the template refers to, in the artifact bucket.
    pub artifacts: Vec<StoredCode>,
    /// The revision of the sources; `None` outside a checkout.
    pub revision: Option<SourceRevision>,
    /// The rendered template: exactly the bytes to deploy.
    pub template: String,
}

/// Identifies the state of a stack, so that a later change is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackState {
    /// The stack's ARN.
    pub stack_id: String,
    /// When it was last updated, in RFC 3339; `None` if never.
    pub last_updated: Option<String>,
    /// The SHA-256 of the deployed template's content.
    pub template_sha256: String,
}

impl StackState {
    /// The state of a stack with this template.
    pub fn of(stack: &DeployedStack, template: &str) -> Self {
        Self {
            stack_id: stack.id.clone(),
            last_updated: stack.updated.map(|time| time.to_string()),
            template_sha256: template_digest(template),
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A plan to change the topic of the stack `orders`.
    pub(crate) fn plan() -> Plan {
        Plan {
            place: Target {
                environment: "staging".into(),
                account: "123456789012".into(),
                region: "eu-central-1".into(),
                stack: "orders".into(),
                protected: false,
            },
            stack_state: Some(StackState {
                stack_id: "arn:stack/orders".into(),
                last_updated: Some("2027-01-15T08:00:00Z".into()),
                template_sha256: "t1".into(),
            }),
            changes: Some(ChangeSummary::default()),
            accepted: Vec::new(),
            tags: BTreeMap::from([("owner".into(), "platform".into())]),
            artifacts: vec![StoredCode {
                key: "code/api/arm64/a.zip".into(),
                code_sha256: "a=".into(),
            }],
            revision: None,
            template: r#"{"Resources":{}}"#.into(),
        }
    }
}
