//! PURE: compares two templates, property by property.
//!
//! Both are renderings: JSON without parameters and conditions. A difference is identified by its path, such as
//! `Properties.Environment.Variables.LOG_LEVEL`. If all members of a list have a name, the path contains that name
//! (`Policies[api].PolicyDocument.Statement[ReadCatalogue].Action`), so that a member added at the front does not
//! make all others look changed.

mod value;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use value::{ValueChange, shown};

/// The differences between two templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The resources that differ, by logical id.
    pub resources: Vec<ResourceComparison>,
    /// Other differences: outputs, the description.
    pub others: Vec<ValueChange>,
}

/// The differences of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceComparison {
    /// The resource's logical id.
    pub logical_id: String,
    /// Its type; if that changes, the later one.
    pub resource_type: String,
    /// What happens to it.
    pub fate: Fate,
    /// Each property and attribute that differs; for an added or removed resource, all of them.
    pub changes: Vec<ValueChange>,
}

/// What happens to a resource between two templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// Only the later template has it.
    Added,
    /// Both have it.
    Changed,
    /// Only the earlier template has it.
    Removed,
}

impl Comparison {
    /// Compares two templates.
    ///
    /// # Errors
    /// One of them is not JSON.
    pub fn of(before: &str, after: &str) -> Result<Self, serde_json::Error> {
        let (before, after): (Value, Value) = (serde_json::from_str(before)?, serde_json::from_str(after)?);
        Ok(Self::of_values(&before, &after))
    }

    /// Compares two parsed templates.
    pub fn of_values(before: &Value, after: &Value) -> Self {
        let (old, new) = (resources(before), resources(after));
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let compared = names.into_iter().filter_map(|name| {
            let (before, after) = (old.get(name), new.get(name));
            ResourceComparison::of(name, before, after)
        });
        Self {
            resources: compared.collect(),
            others: value::changes(&without_resources(before), &without_resources(after)),
        }
    }

    /// Tells whether the templates are equivalent.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.others.is_empty()
    }
}

impl ResourceComparison {
    fn of(logical_id: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Self> {
        let nothing = json!({"Properties": {}});
        let fate = match (before, after) {
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
            _ => Fate::Changed,
        };
        let mut changes = value::changes(before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        if fate != Fate::Changed {
            changes.retain(|change| !["Type", "Properties"].contains(&change.path.as_str()));
        }
        let type_of = |resource: Option<&Value>| Some(resource?.get("Type")?.as_str()?.to_owned());
        (fate != Fate::Changed || !changes.is_empty()).then(|| Self {
            logical_id: logical_id.to_owned(),
            resource_type: type_of(after).or_else(|| type_of(before)).unwrap_or_default(),
            fate,
            changes,
        })
    }
}

fn resources(template: &Value) -> Map<String, Value> {
    template["Resources"].as_object().cloned().unwrap_or_default()
}

fn without_resources(template: &Value) -> Value {
    let mut rest = template.as_object().cloned().unwrap_or_default();
    rest.remove("Resources");
    Value::Object(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(resources: &Value) -> Value {
        json!({"Resources": resources})
    }

    fn told(comparison: &Comparison) -> String {
        let resources = comparison.resources.iter().flat_map(|resource| {
            let head = format!(
                "{:?} {} {}",
                resource.fate, resource.logical_id, resource.resource_type
            );
            std::iter::once(head).chain(
                resource
                    .changes
                    .iter()
                    .map(|change| format!("  {}", told_change(change))),
            )
        });
        let others = comparison.others.iter().map(told_change);
        resources.chain(others).collect::<Vec<_>>().join("\n")
    }

    fn told_change(change: &ValueChange) -> String {
        let side = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shown);
        format!(
            "{}: {} -> {}",
            change.path,
            side(&change.before),
            side(&change.after)
        )
    }

    #[test]
    fn the_same_template_in_another_order_does_not_differ() {
        let before = template(&json!({"A": {"Type": "T", "Properties": {"x": 1, "y": 2}}}));
        let after = template(&json!({"A": {"Properties": {"y": 2, "x": 1}, "Type": "T"}}));
        assert!(Comparison::of_values(&before, &after).is_empty());
    }

    #[test]
    fn what_comes_goes_and_changes_is_told_by_its_path() {
        let before = json!({
            "Resources": {
                "Api": {"Type": "AWS::Lambda::Function", "DependsOn": "Role", "Properties": {
                    "Timeout": 10, "Environment": {"Variables": {"LOG_LEVEL": "info", "OLD": "x"}}}},
                "Gone": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}},
                "Same": {"Type": "AWS::SQS::Queue"},
            },
            "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Api", "Arn"]}}},
        });
        let after = json!({
            "Resources": {
                "Api": {"Type": "AWS::Lambda::Function", "Properties": {
                    "Timeout": 20, "Environment": {"Variables": {"LOG_LEVEL": "info", "NEW": {"Ref": "Same"}}}}},
                "Come": {"Type": "AWS::SNS::Topic"},
                "Same": {"Type": "AWS::SQS::Queue"},
            },
            "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Api", "Url"]}}},
        });
        insta::assert_snapshot!(told(&Comparison::of_values(&before, &after)), @r#"
        Changed Api AWS::Lambda::Function
          DependsOn: "Role" -> nothing
          Properties.Environment.Variables.OLD: "x" -> nothing
          Properties.Environment.Variables.NEW: nothing -> !Ref Same
          Properties.Timeout: 10 -> 20
        Added Come AWS::SNS::Topic
        Removed Gone AWS::SNS::Topic
          Properties.TopicName: "t" -> nothing
        Outputs.Url.Value: !GetAtt Api.Arn -> !GetAtt Api.Url
        "#);
    }

    #[test]
    fn members_of_a_list_that_have_names_are_compared_by_name() {
        let role = |statements: Value| {
            template(
                &json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [
                {"PolicyName": "api", "PolicyDocument": {"Statement": statements}}]}}}),
            )
        };
        let read = json!({"Sid": "Read", "Action": ["dynamodb:Query"]});
        let before = role(json!([read]));
        let after = role(json!([{"Sid": "Write", "Action": "dynamodb:PutItem"}, read]));
        insta::assert_snapshot!(told(&Comparison::of_values(&before, &after)), @r#"
        Changed Role AWS::IAM::Role
          Properties.Policies[api].PolicyDocument.Statement[Write]: nothing -> {Action: "dynamodb:PutItem", Sid: "Write"}
        "#);
    }

    #[test]
    fn a_list_without_names_is_compared_as_a_whole() {
        let function = |list: Value| template(&json!({"F": {"Type": "T", "Properties": {"Types": list}}}));
        let comparison = Comparison::of_values(&function(json!(["a"])), &function(json!(["a", "b"])));
        assert_eq!(
            told(&comparison),
            "Changed F T\n  Properties.Types: [\"a\"] -> [\"a\", \"b\"]"
        );
    }
}
