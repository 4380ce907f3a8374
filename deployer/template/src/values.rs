//! PURE: the values that a template is rendered with.

use indexmap::IndexMap;

use crate::yaml::Location;

/// Everything that is known about a stack before it is deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The file that contains the settings, as the user named it.
    pub file: String,
    /// The parameters that the file sets, in file order.
    pub settings: IndexMap<String, Setting>,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Partition`.
    pub partition: String,
    /// `AWS::URLSuffix`: the partition's domain.
    pub url_suffix: String,
    /// `AWS::StackName`.
    pub stack: String,
    /// The value of [`Fill::Environment`](crate::Fill::Environment).
    pub environment: String,
    /// The value of [`Fill::Instance`](crate::Fill::Instance); empty unless the stack is a separate copy.
    pub instance: String,
    /// The value of [`Fill::Protected`](crate::Fill::Protected).
    pub protected: bool,
    /// The value of [`Fill::Architecture`](crate::Fill::Architecture): `arm64` or `x86_64`.
    pub processor: String,
    /// The value of [`Fill::Endpoint`](crate::Fill::Endpoint): the endpoint of the AWS APIs; empty for AWS itself.
    pub endpoint: String,
    /// The value of [`Fill::Url`](crate::Fill::Url): the URL pattern, with `{id}` in it, that reaches a function URL
    /// behind the endpoint; empty where the URL that AWS reports works as it is.
    pub url: String,
    /// The ARN of the permissions boundary for every role and user that names none.
    pub permissions_boundary: Option<String>,
}

/// The value that a file gives a parameter, and where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: ParameterValue,
    /// Where the parameter's name stands.
    pub key_at: Location,
    /// Where the value stands.
    pub at: Location,
    /// Where each member of a list stands; empty for a single value.
    pub members_at: Vec<Location>,
}

impl Setting {
    /// Finds the place of `text` if it is the value or a member of it; otherwise `None`.
    pub(crate) fn place_of(&self, text: &str) -> Option<Location> {
        match &self.value {
            ParameterValue::Text(value) => {
                let is_member = value == text || value.split(',').any(|member| member.trim() == text);
                is_member.then_some(self.at)
            }
            ParameterValue::List(members) => {
                // Of two equal members, the second one is the duplicate.
                let index = members.iter().rposition(|member| member.trim() == text)?;
                Some(self.members_at.get(index).copied().unwrap_or(self.at))
            }
        }
    }
}

/// The value of a parameter: CloudFormation knows only strings and lists of strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A string; numbers and booleans stay as written.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
}
