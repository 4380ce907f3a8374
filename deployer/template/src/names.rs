//! PURE: resolves the names in a template.

use super::declaration::Declaration;
use super::evaluate::{Evaluator, Presence};
use crate::values::ParameterValue;
use crate::yaml::Location;

/// What a name refers to.
pub(super) enum Named {
    Text(String),
    List(Vec<String>),
    /// The name of a parameter in AWS's Parameter Store.
    Stored(String),
    /// `AWS::NoValue`.
    Nothing,
    /// Only AWS knows it.
    Open,
    /// Refused with a problem.
    Refused,
}

/// The pseudo parameters: some the deployer knows before a deployment, the others are left to AWS.
const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The dynamic reference by which CloudFormation reads a parameter from the Parameter Store
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html)).
pub(super) fn dynamic_reference(stored: &str) -> String {
    format!("{{{{resolve:ssm:{stored}}}}}")
}

impl Evaluator<'_> {
    /// Resolves a name to a parameter, a pseudo parameter or a resource.
    pub(super) fn name(&mut self, name: &str, at: Location) -> Named {
        if let Some(value) = self.parameters.get(name) {
            let is_stored = self
                .template
                .declarations
                .get(name)
                .is_some_and(Declaration::is_stored);
            return match value {
                ParameterValue::Text(text) if is_stored => Named::Stored(text.clone()),
                ParameterValue::Text(text) => Named::Text(text.clone()),
                // CloudFormation reads an empty list parameter as a list of one empty string.
                ParameterValue::List(items) if items.is_empty() => Named::List(vec![String::new()]),
                ParameterValue::List(items) => Named::List(items.clone()),
            };
        }
        match name {
            "AWS::Region" => Named::Text(self.values.region.clone()),
            "AWS::AccountId" => Named::Text(self.values.account.clone()),
            "AWS::StackName" => Named::Text(self.values.stack.clone()),
            "AWS::Partition" => Named::Text(self.values.partition.clone()),
            "AWS::URLSuffix" => Named::Text(self.values.url_suffix.clone()),
            "AWS::NoValue" => Named::Nothing,
            "AWS::NotificationARNs" | "AWS::StackId" => Named::Open,
            _ if self.resource(name, at) => Named::Open,
            _ => Named::Refused,
        }
    }

    /// Checks that a resource exists and is not removed.
    pub(super) fn resource(&mut self, name: &str, at: Location) -> bool {
        let Some(resources) = &self.resources else {
            self.refuse_unknown_before_resources(name, at);
            return false;
        };
        match resources.get(name) {
            Some(Presence::Kept) => true,
            Some(Presence::Removed { condition }) => {
                let message = format!("`{name}` is not there, because the condition `{condition}` is false");
                self.refuse(at, message);
                false
            }
            // `Ref` and `Sub` resolve parameters before this; only `Fn::GetAtt` can still reach it with a parameter's
            // name.
            None if self.parameters.contains_key(name) || PSEUDO_PARAMETERS.contains(&name) => {
                self.refuse(at, format!("`{name}` is a parameter, and has no attributes"));
                false
            }
            None => {
                let names: Vec<String> = self.parameters.keys().chain(resources.keys()).cloned().collect();
                let names = names.iter().map(String::as_str).chain(PSEUDO_PARAMETERS);
                self.unknown("parameter or resource", name, at, names);
                false
            }
        }
    }

    fn refuse_unknown_before_resources(&mut self, name: &str, at: Location) {
        if self
            .template
            .section("Resources")
            .iter()
            .any(|entry| entry.key == name)
        {
            self.refuse(
                at,
                format!("`{name}` is a resource, which is not there yet when this is decided"),
            );
        } else {
            let names: Vec<String> = self.parameters.keys().cloned().collect();
            self.unknown(
                "parameter",
                name,
                at,
                names.iter().map(String::as_str).chain(PSEUDO_PARAMETERS),
            );
        }
    }
}
