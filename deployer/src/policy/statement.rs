//! PURE: a policy and its statements.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The statements exceed what one role may have attached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the permissions take {needed} managed policies of {} characters, and a role may have {}",
    Policy::MANAGED_SIZE,
    Policy::MANAGED_COUNT
)]
pub struct TooMany {
    /// The number of policies that would be needed.
    pub needed: usize,
}

/// A policy for a user or a role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy(Vec<Statement>);

/// Some actions on some resources.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its purpose, in letters and digits.
    pub sid: String,
    /// The actions, as IAM names them.
    pub actions: BTreeSet<String>,
    /// The ARNs. `*` stands alone only for actions that support no resource.
    pub resources: BTreeSet<String>,
    /// The condition under which it applies.
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
    /// The maximum size of a managed policy in characters, without white space:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
    pub const MANAGED_SIZE: usize = 6_144;

    /// Makes a policy of statements, and drops those without actions or resources.
    pub(super) fn of(statements: impl IntoIterator<Item = Statement>) -> Self {
        let says_something =
            |statement: &Statement| !statement.actions.is_empty() && !statement.resources.is_empty();
        Self(statements.into_iter().filter(says_something).collect())
    }

    /// Appends the statements of another policy.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Merges another policy: its resources join the statements with the same actions.
    #[must_use]
    pub(crate) fn merged(mut self, other: Self) -> Self {
        for statement in other.0 {
            let same = |mine: &&mut Statement| {
                mine.actions == statement.actions && mine.condition == statement.condition
            };
            match self.0.iter_mut().find(same) {
                Some(mine) => mine.resources.extend(statement.resources),
                None => self.0.push(statement),
            }
        }
        self
    }

    /// The statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// The default quota of managed policies for a role, from the same page.
    pub const MANAGED_COUNT: usize = 10;

    /// Splits the statements into as few managed policies as first-fit by decreasing size gives.
    ///
    /// # Errors
    /// They need more policies than a role may have.
    pub fn managed(&self) -> Result<Vec<Self>, TooMany> {
        let mut parts: Vec<Statement> = self.0.iter().flat_map(Statement::fitting).collect();
        // The largest come first, so that small ones fill the gaps. Equal ones keep their order.
        parts.sort_by_key(|statement| Reverse(statement.size()));
        let mut policies: Vec<Self> = Vec::new();
        for statement in parts {
            let roomy = policies.iter_mut().find(|policy| {
                policy.size() + statement.size() < Self::MANAGED_SIZE
                    && policy.0.iter().all(|other| other.sid != statement.sid)
            });
            match roomy {
                Some(policy) => policy.0.push(statement),
                None => policies.push(Self(vec![statement])),
            }
        }
        for policy in &mut policies {
            policy.0.sort_by(|one, other| one.sid.cmp(&other.sid));
        }
        if policies.len() > Self::MANAGED_COUNT {
            return Err(TooMany {
                needed: policies.len(),
            });
        }
        Ok(policies)
    }

    /// Keeps only the actions that read, for a principal that only compares.
    #[must_use]
    pub fn reading(self) -> Self {
        let reads = |action: &String| {
            let verb = action.split(':').nth(1).unwrap_or_default();
            ["Describe", "Get", "List"]
                .iter()
                .any(|start| verb.starts_with(start))
        };
        Self::of(self.0.into_iter().map(|mut statement| {
            statement.actions.retain(reads);
            statement
        }))
    }

    /// Removes some actions on some resources.
    #[must_use]
    pub(super) fn without(self, actions: &[&str], resources: &BTreeSet<String>) -> Self {
        let split = |statement: Statement| {
            let (mut less, mut rest) = (statement.clone(), statement);
            less.sid.push_str("Protected");
            less.actions.retain(|action| !actions.contains(&action.as_str()));
            less.resources.retain(|arn| resources.contains(arn));
            if !less.resources.is_empty() && less.actions.len() == rest.actions.len() {
                // Nothing is removed from this statement.
                less.resources.clear();
            } else {
                rest.resources.retain(|arn| !resources.contains(arn));
            }
            [rest, less]
        };
        Self::of(self.0.into_iter().flat_map(split))
    }

    /// The same policy, with names replaced in all resources and conditions.
    #[must_use]
    pub(super) fn renamed(mut self, name: impl Fn(&str) -> String) -> Self {
        for statement in &mut self.0 {
            statement.resources = statement.resources.iter().map(|arn| name(arn)).collect();
            if let Some(condition) = &mut statement.condition {
                rename(condition, &name);
            }
        }
        self
    }

    #[cfg(test)]
    pub(crate) fn statements_mut(&mut self) -> &mut [Statement] {
        &mut self.0
    }

    /// Its size by IAM's count, in characters without white space.
    pub fn size(&self) -> usize {
        size(&self.document())
    }

    /// The policy document as indented JSON, ending in a line break.
    pub fn json(&self) -> String {
        format!("{:#}\n", self.document())
    }

    /// The policy document.
    pub fn document(&self) -> Value {
        let statements: Vec<Value> = self.0.iter().map(Statement::document).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }
}

impl Statement {
    fn document(&self) -> Value {
        let mut written = json!({
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources,
        });
        if let Some(condition) = &self.condition {
            written["Condition"] = condition.clone();
        }
        written
    }

    /// The characters that it adds to a policy, including the comma before it.
    fn size(&self) -> usize {
        size(&self.document()) + 1
    }

    /// The statement, or its halves, each of which fits into a managed policy.
    fn fitting(&self) -> Vec<Self> {
        let fits = Policy(vec![self.clone()]).size() <= Policy::MANAGED_SIZE;
        if fits || self.resources.len() < 2 {
            return vec![self.clone()];
        }
        let (mut first, mut second) = (self.clone(), self.clone());
        let middle = self.resources.iter().nth(self.resources.len() / 2);
        if let Some(middle) = middle {
            second.resources = first.resources.split_off(middle);
        }
        [first, second].iter().flat_map(Self::fitting).collect()
    }
}

fn size(document: &Value) -> usize {
    document
        .to_string()
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .count()
}

/// Replaces names in every string of a condition.
fn rename(value: &mut Value, name: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = name(text),
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, name)),
        Value::Object(members) => members.values_mut().for_each(|value| rename(value, name)),
        _ => {}
    }
}
