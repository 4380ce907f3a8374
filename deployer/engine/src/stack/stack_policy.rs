//! PURE: the stack policy, which restricts updates for every caller.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::guard;

/// A stack policy: which updates are allowed for which resources.
///
/// CloudFormation refuses a policy that names a resource outside the stack. A policy can be changed but not removed,
/// so one that allows everything stands for none
/// ([guide](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPolicy(String);

impl StackPolicy {
    /// Denies the replacement and deletion of a template's logs, topics and URLs, except for those in `lifted`.
    pub fn protecting(template: &Value, lifted: &BTreeSet<String>) -> Self {
        let resources: Vec<String> = guard::irreplaceable(template)
            .into_iter()
            .filter(|logical_id| !lifted.contains(logical_id))
            .map(|logical_id| format!("LogicalResourceId/{logical_id}"))
            .collect();
        if resources.is_empty() {
            return Self::permissive();
        }
        let denied = json!({
            "Effect": "Deny",
            "Action": ["Update:Replace", "Update:Delete"],
            "Principal": "*",
            "Resource": resources,
        });
        Self(json!({"Statement": [allowing(), denied]}).to_string())
    }

    /// Allows everything.
    pub fn permissive() -> Self {
        Self(json!({"Statement": [allowing()]}).to_string())
    }

    /// Wraps the policy that a stack has.
    pub fn of_stack(text: String) -> Self {
        Self(text)
    }

    /// The policy document.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether a stack has this policy, which AWS may return in another format. A stack without a policy allows
    /// everything.
    pub fn is_in_force(&self, actual: Option<&Self>) -> bool {
        let read = |policy: &Self| serde_json::from_str::<Value>(&policy.0).ok();
        match actual {
            None => read(self) == read(&Self::permissive()),
            Some(actual) => read(self) == read(actual),
        }
    }
}

/// Without this statement, everything would be denied.
fn allowing() -> Value {
    json!({"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Value {
        json!({"Resources": {
            "EventsTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain"},
            "CatalogueTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete"},
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"EventSourceArn": {"Fn::GetAtt": ["EventsTable", "StreamArn"]}}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Url": {"Type": "AWS::Lambda::Url"},
        }})
    }

    #[test]
    fn the_log_the_topic_and_the_url_are_neither_replaced_nor_deleted() {
        insta::assert_snapshot!(StackPolicy::protecting(&template(), &BTreeSet::new()).as_str(), @r#"{"Statement":[{"Action":"Update:*","Effect":"Allow","Principal":"*","Resource":"*"},{"Action":["Update:Replace","Update:Delete"],"Effect":"Deny","Principal":"*","Resource":["LogicalResourceId/EventsTable","LogicalResourceId/Topic","LogicalResourceId/Url"]}]}"#);
    }

    #[test]
    fn what_is_lifted_is_left_out_and_with_all_lifted_everything_is_allowed() {
        let lifted = |names: &[&str]| {
            StackPolicy::protecting(
                &template(),
                &names.iter().map(|name| (*name).to_owned()).collect(),
            )
        };
        assert!(!lifted(&["Topic"]).as_str().contains("LogicalResourceId/Topic"));
        assert_eq!(
            lifted(&["EventsTable", "Topic", "Url"]),
            StackPolicy::permissive()
        );
        assert_eq!(
            StackPolicy::protecting(&json!({}), &BTreeSet::new()),
            StackPolicy::permissive()
        );
    }

    #[test]
    fn a_policy_is_the_same_however_it_is_laid_out() {
        let policy = StackPolicy::protecting(&template(), &BTreeSet::new());
        let laid_out: Value = serde_json::from_str(policy.as_str()).unwrap();
        let actual = StackPolicy::of_stack(format!("{laid_out:#}"));
        assert!(policy.is_in_force(Some(&actual)));
        assert!(!policy.is_in_force(Some(&StackPolicy::permissive())));
        assert!(!policy.is_in_force(None));
        assert!(!policy.is_in_force(Some(&StackPolicy::of_stack("no JSON".into()))));
        assert!(StackPolicy::permissive().is_in_force(None));
    }
}
