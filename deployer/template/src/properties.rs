//! PURE: AWS's requirements on properties of known resource types, checked after evaluation.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::evaluate::Evaluator;
use super::rules::references;
use super::value::Value;
use crate::problem::Problem;
use crate::tags;
use crate::yaml::{Entry, Location, Node};

/// The properties of each resource type that are whole numbers: those of type `Integer` in the
/// [reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html).
/// `*` is each item of a list.
const WHOLE_NUMBERS: [(&str, &[&str]); 10] = [
    (
        "AWS::CloudWatch::Alarm",
        &[
            "DatapointsToAlarm",
            "EvaluationPeriods",
            "Metrics.*.MetricStat.Period",
            "Metrics.*.Period",
            "Period",
        ],
    ),
    (
        "AWS::DynamoDB::Table",
        &[
            "GlobalSecondaryIndexes.*.OnDemandThroughput.MaxReadRequestUnits",
            "GlobalSecondaryIndexes.*.OnDemandThroughput.MaxWriteRequestUnits",
            "GlobalSecondaryIndexes.*.ProvisionedThroughput.ReadCapacityUnits",
            "GlobalSecondaryIndexes.*.ProvisionedThroughput.WriteCapacityUnits",
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
    /// Checks the properties of a resource that is kept, and converts them to the form that AWS expects.
    pub(super) fn check_properties(&mut self, resource: &Entry, properties: &mut Value) {
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
            each_at(node, properties, path, &mut |node, value| {
                self.check_whole_number(node, value, path);
            });
        }
        self.check_arns(kind, node, properties);
        if let Some(tags) = properties.get("Tags") {
            let at = node.get("Tags").map_or(node.at, |tags| tags.at);
            self.check_tags(at, tags);
        }
    }

    /// Checks a value, and converts it to a number, because parameters hold strings. CloudFormation accepts both and
    /// follows the resource's schema; an emulator may pass the string on.
    fn check_whole_number(&mut self, node: &Node, value: &mut Value, path: &str) {
        match whole_number(value) {
            Some(number) => *value = Value::Number(number),
            None if value.is_literal() => self.refuse_as_whole_number(node, value, path),
            None => {}
        }
    }

    fn refuse_as_whole_number(&mut self, node: &Node, value: &Value, path: &str) {
        let shown = value
            .as_text()
            .map_or_else(|| value.noun().to_owned(), |text| format!("`{text}`"));
        let message = format!("`{path}` is a whole number, not {shown}");
        // If the value comes from a setting, the setting is what is wrong.
        let mut names = Vec::new();
        references(node, &mut names);
        let setting = names.iter().find_map(|name| self.values.settings.get(*name));
        self.problems.push(match setting {
            Some(setting) => Problem::new(&self.values.file, setting.at, message)
                .with_hint(format!("it is used in {}:{}", self.template.file, node.at.line)),
            None => Problem::new(&self.template.file, node.at, message),
        });
    }

    /// Some resource types take tags as a list of `Key` and `Value`, others as a mapping.
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

/// Visits the values at `path` below `value`, each with the node that it comes from. `*` is each item of a list.
pub(super) fn each_at(node: &Node, value: &mut Value, path: &str, visit: &mut impl FnMut(&Node, &mut Value)) {
    let (key, below) = match path.split_once('.') {
        Some((key, below)) => (key, below),
        None if path.is_empty() => return visit(node, value),
        None => (path, ""),
    };
    match (key, value) {
        ("*", Value::List(items)) => {
            let nodes = node.as_sequence().filter(|nodes| nodes.len() == items.len());
            for (index, item) in items.iter_mut().enumerate() {
                each_at(nodes.map_or(node, |nodes| &nodes[index]), item, below, visit);
            }
        }
        (key, Value::Object(members)) => {
            if let Some(member) = members.get_mut(key) {
                each_at(node.get(key).unwrap_or(node), member, below, visit);
            }
        }
        _ => {}
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

/// Reads a whole number, or a string that spells one.
fn whole_number(value: &Value) -> Option<serde_json::Number> {
    match value {
        Value::Number(number) => Some(number.clone()).filter(|number| number.is_i64() || number.is_u64()),
        Value::Text(text) if !text.starts_with('+') => text.parse::<i64>().ok().map(Into::into),
        _ => None,
    }
}
