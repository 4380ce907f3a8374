//! PURE: a policy and its statements.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The statements do not fit into what one role may have attached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the permissions take {needed} managed policies of {} characters, and a role may have {}",
    Policy::MANAGED_SIZE,
    Policy::MANAGED_COUNT
)]
pub struct TooMany {
    /// How many policies it would take.
    pub needed: usize,
}

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

    /// Adds what another policy allows to the statements that allow the same actions.
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

    /// The statements in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// How many managed policies a role may have, unless AWS was asked for more: from the same page.
    pub const MANAGED_COUNT: usize = 10;

    /// The same statements as policies of which each fits into a managed policy, in as few as the order of their sizes gives.
    ///
    /// # Errors
    /// They are more than a role may have.
    pub fn managed(&self) -> Result<Vec<Self>, TooMany> {
        let mut parts: Vec<Statement> = self.0.iter().flat_map(Statement::fitting).collect();
        // The largest first: what is small then fills the gaps. Equal ones keep their order.
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

    /// What of it changes nothing: whoever compares what is deployed with what was meant needs no more.
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

    /// Allows some actions on some resources no longer.
    #[must_use]
    pub(super) fn without(self, actions: &[&str], resources: &BTreeSet<String>) -> Self {
        let split = |statement: Statement| {
            let (mut less, mut rest) = (statement.clone(), statement);
            less.sid.push_str("Protected");
            less.actions.retain(|action| !actions.contains(&action.as_str()));
            less.resources.retain(|arn| resources.contains(arn));
            if !less.resources.is_empty() && less.actions.len() == rest.actions.len() {
                // Nothing of it is taken away.
                less.resources.clear();
            } else {
                rest.resources.retain(|arn| !resources.contains(arn));
            }
            [rest, less]
        };
        Self::of(self.0.into_iter().flat_map(split))
    }

    /// The same policy, with names put in the place of others wherever a resource or a condition holds them.
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

    /// How many characters it has for IAM's limits, which count no white space.
    pub fn size(&self) -> usize {
        size(&self.document())
    }

    /// The policy as IAM takes it, for reading, ending in a line break.
    pub fn json(&self) -> String {
        format!("{:#}\n", self.document())
    }

    /// The policy as IAM takes it.
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

    /// How many characters it adds to a policy, with the comma before it.
    fn size(&self) -> usize {
        size(&self.document()) + 1
    }

    /// The statement, or what it says in halves, of which each fits into a managed policy of its own.
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

/// Renames in every text of a condition.
fn rename(value: &mut Value, name: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = name(text),
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, name)),
        Value::Object(members) => members.values_mut().for_each(|value| rename(value, name)),
        _ => {}
    }
}
