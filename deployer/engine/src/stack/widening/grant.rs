//! PURE: a single permission.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

/// One principal, one action, one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// The principal: `everybody`, a role's ARN or logical id, `Service lambda.amazonaws.com`.
    pub principal: String,
    /// The action, such as `dynamodb:Query`.
    pub action: String,
    /// The resource, as the template writes it; for a boundary its policy, and for an unread property its path.
    pub resource: String,
    /// The conditions, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether it is allowed or denied.
    pub effect: Effect,
}

/// The effect of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows it.
    Deny,
    /// A new permissions boundary: denies everything that it does not allow itself.
    Bound,
    /// A removed permissions boundary.
    Unbound,
    /// A change whose grants this version cannot read.
    Unread,
}

impl Grant {
    /// Tells whether this version could not read the grant.
    pub fn is_unread(&self) -> bool {
        self.effect == Effect::Unread
    }
}

impl Display for Grant {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            principal,
            action,
            resource,
            ..
        } = self;
        match self.effect {
            Effect::Allow => write!(formatter, "{principal} may {action} on {resource}")?,
            Effect::Deny => write!(
                formatter,
                "{principal} may no longer be refused {action} on {resource}"
            )?,
            Effect::Bound => write!(formatter, "the boundary of {principal} is now {resource}")?,
            Effect::Unbound => write!(formatter, "the boundary of {principal} is no longer {resource}")?,
            Effect::Unread => write!(
                formatter,
                "`{resource}` of {principal} changes, and this version cannot read what it grants"
            )?,
        }
        match &self.condition {
            Some(condition) => write!(formatter, ", if {condition}"),
            None => Ok(()),
        }
    }
}
