//! PURE: what a template is rendered with.

use indexmap::IndexMap;

use crate::yaml::Location;

/// All that is known of a stack before it is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The file that the settings stand in, as the user named it.
    pub file: String,
    /// The parameters that the file sets, in its order.
    pub settings: IndexMap<String, Setting>,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Partition`.
    pub partition: String,
    /// `AWS::URLSuffix`: the domain of the partition.
    pub url_suffix: String,
    /// `AWS::StackName`.
    pub stack: String,
    /// What [`Fill::Environment`](crate::Fill::Environment) fills in.
    pub environment: String,
    /// What [`Fill::Instance`](crate::Fill::Instance) fills in; empty where the stack is no separate copy.
    pub instance: String,
    /// What [`Fill::Protected`](crate::Fill::Protected) fills in.
    pub protected: bool,
    /// What [`Fill::Architecture`](crate::Fill::Architecture) fills in: `arm64` or `x86_64`.
    pub processor: String,
    /// What [`Fill::Endpoint`](crate::Fill::Endpoint) fills in: where the AWS APIs are; empty where it is AWS that answers them.
    pub endpoint: String,
    /// What [`Fill::Url`](crate::Fill::Url) fills in: how a function URL is reached behind the endpoint, with `{id}` in it; empty where it is
    /// reached as AWS tells it.
    pub url: String,
    /// The ARN of the permissions boundary that each role and user gets which names none.
    pub permissions_boundary: Option<String>,
}

/// What a file gives a parameter, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: ParameterValue,
    /// Where its name stands.
    pub key_at: Location,
    /// Where the value stands.
    pub at: Location,
    /// Where the members of a list stand, one by one; empty for a text.
    pub members_at: Vec<Location>,
}

impl Setting {
    /// Finds where a text stands that is the value, or a member of it; `None` where it is neither.
    pub(crate) fn place_of(&self, text: &str) -> Option<Location> {
        match &self.value {
            ParameterValue::Text(value) => {
                let is_member = value == text || value.split(',').any(|member| member.trim() == text);
                is_member.then_some(self.at)
            }
            ParameterValue::List(members) => {
                // Of two that are the same, the second is one too many.
                let index = members.iter().rposition(|member| member.trim() == text)?;
                Some(self.members_at.get(index).copied().unwrap_or(self.at))
            }
        }
    }
}

/// The value of a parameter: CloudFormation knows texts and lists of texts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A text; a number or truth value as it is written.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}
