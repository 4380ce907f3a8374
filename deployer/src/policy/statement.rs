//! PURE: a policy and its statements.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// A policy that is attached to a user or a role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy(Vec<Statement>);

/// Some actions on some resources.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is for: letters and digits.
    pub sid: String,
    /// The actions, as IAM names them.
    pub actions: BTreeSet<String>,
    /// The ARNs, `*` among them only for actions that know no resource.
    pub resources: BTreeSet<String>,
    /// Under which condition.
    pub condition: Option<Value>,
}

impl Statement {
    pub(super) fn new<Action: Into<String>, Resource: Into<String>>(
        sid: &str,
        actions: impl IntoIterator<Item = Action>,
        resources: impl IntoIterator<Item = Resource>,
    ) -> Self {
        Self {
            sid: sid.to_owned(),
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            condition: None,
        }
    }

    pub(super) fn when(mut self, condition: Value) -> Self {
        self.condition = Some(condition);
        self
    }
}

impl Policy {
    /// What a managed policy may hold, white space not counted:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
    pub const MANAGED_SIZE: usize = 6_144;

    /// Puts statements together; one without actions or resources says nothing and is left out.
    pub(super) fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let says_something =
            |statement: &Statement| !statement.actions.is_empty() && !statement.resources.is_empty();
        Self(statements.into_iter().filter(says_something).collect())
    }

    /// Adds the statements of another policy.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The statements in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// How many characters it has for IAM's limits.
    pub fn size(&self) -> usize {
        self.document().to_string().chars().count()
    }

    /// The policy as IAM takes it, for reading, ending in a line break.
    pub fn json(&self) -> String {
        format!("{:#}\n", self.document())
    }

    fn document(&self) -> Value {
        let statements: Vec<Value> = self
            .0
            .iter()
            .map(|statement| {
                let mut written = json!({
                    "Sid": statement.sid,
                    "Effect": "Allow",
                    "Action": statement.actions,
                    "Resource": statement.resources,
                });
                if let Some(condition) = &statement.condition {
                    written["Condition"] = condition.clone();
                }
                written
            })
            .collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }
}
