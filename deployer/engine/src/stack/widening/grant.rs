//! PURE: one thing that somebody may do.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

/// One principal, one action, one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Who: `everybody`, a role's ARN or its name in the template, `Service lambda.amazonaws.com`.
    pub principal: String,
    /// What, such as `dynamodb:Query`.
    pub action: String,
    /// On what, as the template says it; of a boundary its policy, of what is not read its path.
    pub resource: String,
    /// Under which conditions, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Whether it is allowed or refused.
    pub effect: Effect,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// It allows.
    Allow,
    /// It refuses, whatever else allows.
    Deny,
    /// A permissions boundary that was not there: it refuses all that it does not allow itself.
    Bound,
    /// A permissions boundary that is there no longer.
    Unbound,
    /// It changes, and this version cannot tell what it grants.
    Unread,
}

impl Grant {
    /// Whether this version could not tell what is granted.
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
