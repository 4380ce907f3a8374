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
    /// On what, as the template says it.
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
}

impl Display for Grant {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let may = match self.effect {
            Effect::Allow => "may",
            Effect::Deny => "may no longer be refused",
        };
        let Self {
            principal,
            action,
            resource,
            ..
        } = self;
        write!(formatter, "{principal} {may} {action} on {resource}")?;
        match &self.condition {
            Some(condition) => write!(formatter, ", if {condition}"),
            None => Ok(()),
        }
    }
}
