//! PURE: what AWS asks of properties of known resources, checked once they are evaluated.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::evaluate::Evaluator;
use super::rules::references;
use super::value::Value;
use crate::problem::Problem;
use crate::tags;
use crate::yaml::{Entry, Location, Node};

/// The properties that are whole numbers, by the type of their resource
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html)): `Integer` there.
const WHOLE_NUMBERS: [(&str, &[&str]); 10] = [
    (
        "AWS::CloudWatch::Alarm",
        &["DatapointsToAlarm", "EvaluationPeriods", "Period"],
    ),
    (
        "AWS::DynamoDB::Table",
        &[
            "OnDemandThroughput.MaxReadRequestUnits",
            "OnDemandThroughput.MaxWriteRequestUnits",
            "ProvisionedThroughput.ReadCapacityUnits",
            "ProvisionedThroughput.WriteCapacityUnits",
        ],
    ),
    (
        "AWS::Lambda::Alias",
        &["ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"],
    ),
    (
        "AWS::Lambda::EventInvokeConfig",
        &["MaximumEventAgeInSeconds", "MaximumRetryAttempts"],
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        &[
            "BatchSize",
            "MaximumBatchingWindowInSeconds",
            "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts",
            "ParallelizationFactor",
            "ScalingConfig.MaximumConcurrency",
            "TumblingWindowInSeconds",
        ],
    ),
    (
        "AWS::Lambda::Function",
        &[
            "EphemeralStorage.Size",
            "MemorySize",
            "ReservedConcurrentExecutions",
            "Timeout",
        ],
    ),
    ("AWS::Lambda::Url", &["Cors.MaxAge"]),
    (
        "AWS::Lambda::Version",
        &["ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"],
    ),
    ("AWS::Logs::LogGroup", &["RetentionInDays"]),
    (
        "AWS::SQS::Queue",
        &[
            "DelaySeconds",
            "KmsDataKeyReusePeriodSeconds",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "VisibilityTimeout",
        ],
    ),
];

impl Evaluator<'_> {
    /// Checks the properties of a resource that is kept.
    pub(super) fn check_properties(&mut self, resource: &Entry, properties: &Value) {
        let Some(node) = resource.value.get("Properties") else {
            return;
        };
        if !matches!(properties, Value::Object(_) | Value::Call(..)) {
            self.refuse(
                node.at,
                format!(
                    "the `Properties` of `{}` are {}, not a mapping",
                    resource.key,
                    properties.noun()
                ),
            );
            return;
        }
        let kind = resource
            .value
            .get("Type")
            .and_then(Node::as_text)
            .unwrap_or_default();
        let whole = WHOLE_NUMBERS.iter().find(|(known, _)| *known == kind);
        for path in whole.iter().flat_map(|(_, paths)| paths.iter()) {
            self.check_whole_number(node, properties, path);
        }
        if let Some(tags) = properties.get("Tags") {
            let at = node.get("Tags").map_or(node.at, |tags| tags.at);
            self.check_tags(at, tags);
        }
    }

    fn check_whole_number(&mut self, node: &Node, properties: &Value, path: &str) {
        let value = path.split('.').try_fold(properties, |value, key| value.get(key));
        let Some(value) = value.filter(|value| value.is_literal() && !is_whole_number(value)) else {
            return;
        };
        let node = path
            .split('.')
            .fold(node, |node, key| node.get(key).unwrap_or(node));
        let shown = value
            .as_text()
            .map_or_else(|| value.noun().to_owned(), |text| format!("`{text}`"));
        let message = format!("`{path}` is a whole number, not {shown}");
        // What is wrong is a setting, where the value is one.
        let mut names = Vec::new();
        references(node, &mut names);
        let setting = names.iter().find_map(|name| self.values.settings.get(*name));
        self.problems.push(match setting {
            Some(setting) => Problem::new(&self.values.file, setting.at, message)
                .with_hint(format!("it is used in {}:{}", self.template.file, node.at.line)),
            None => Problem::new(&self.template.file, node.at, message),
        });
    }

    /// Some types take tags as a list of `Key` and `Value`, others as a mapping.
    fn check_tags(&mut self, at: Location, tags: &Value) {
        let pairs: Vec<(Option<String>, Option<String>)> = match tags {
            Value::List(items) => items.iter().map(key_and_value).collect(),
            Value::Object(members) => pairs_of(members),
            _ => return,
        };
        if let Some(message) = tags::too_many(pairs.len()) {
            self.refuse(at, message);
        }
        let mut keys = BTreeSet::new();
        for (key, value) in pairs {
            let Some(key) = key else { continue };
            if let Some(message) = tags::wrong_key(&key) {
                self.refuse(at, message);
            }
            if let Some(message) = value.and_then(|value| tags::wrong_value(&key, &value)) {
                self.refuse(at, message);
            }
            if !keys.insert(key.clone()) {
                self.refuse(at, format!("the tag `{key}` is repeated"));
            }
        }
    }
}

fn key_and_value(tag: &Value) -> (Option<String>, Option<String>) {
    let text = |key: &str| tag.get(key).and_then(Value::as_text);
    (text("Key"), text("Value"))
}

fn pairs_of(members: &IndexMap<String, Value>) -> Vec<(Option<String>, Option<String>)> {
    members
        .iter()
        .map(|(key, value)| (Some(key.clone()), value.as_text()))
        .collect()
}

/// A number, or a text that is one: CloudFormation takes either.
fn is_whole_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_i64() || number.is_u64(),
        Value::Text(text) => text.parse::<i64>().is_ok() && !text.starts_with('+'),
        _ => false,
    }
}
