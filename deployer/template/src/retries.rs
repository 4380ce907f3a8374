//! PURE: queues whose messages come again while the function that reads them may still be at work.

use indexmap::IndexMap;

use super::evaluate::Evaluator;
use super::revision;
use super::rules::references;
use super::value::Value;
use crate::problem::Problem;
use crate::yaml::{Entry, Node};

/// For so many seconds a message that was received is out of sight, if a queue says nothing else
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html)).
const OUT_OF_SIGHT: i64 = 30;
/// So many seconds a function may take, if it says nothing else
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html)).
const TIMEOUT: i64 = 3;
/// So many times a function's time-out AWS recommends for its queue
/// ([guide](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)).
const RECOMMENDED: i64 = 6;

impl Evaluator<'_> {
    /// Refuses what Lambda refuses when the mapping is made: a function that may take longer than its queue keeps a message out of sight.
    pub(super) fn check_retries(&mut self, entries: &[Entry], resources: &IndexMap<String, Value>) {
        for mapping in resources
            .values()
            .filter(|body| is_a(body, "AWS::Lambda::EventSourceMapping"))
        {
            let queue = target(resources, mapping, "EventSourceArn");
            let Some((queue_id, queue)) = queue.filter(|(_, body)| is_a(body, "AWS::SQS::Queue")) else {
                continue;
            };
            let Some((function_id, function)) = function(resources, mapping) else {
                continue;
            };
            let (Some(again), Some(takes)) = (
                seconds(queue, "VisibilityTimeout", OUT_OF_SIGHT),
                seconds(function, "Timeout", TIMEOUT),
            ) else {
                continue;
            };
            if again < takes {
                let queue = (queue_id, again);
                self.refuse_retries(entries, queue, (function_id, takes));
            }
        }
    }

    /// What is wrong is a setting, where one of both values is one.
    fn refuse_retries(
        &mut self,
        entries: &[Entry],
        (queue, again): (&str, i64),
        (function, takes): (&str, i64),
    ) {
        let message = format!(
            "messages of `{queue}` come again after {again} s, and `{function}` may take {takes} s: Lambda refuses that"
        );
        let hint = format!(
            "AWS recommends {} s, {RECOMMENDED} times what the function may take",
            takes.saturating_mul(RECOMMENDED)
        );
        let property = |id: &str, name: &str| {
            let entry = entries.iter().find(|entry| entry.key == id)?;
            entry.value.get("Properties")?.get(name)
        };
        let places = [
            property(queue, "VisibilityTimeout"),
            property(function, "Timeout"),
        ];
        let mut names = Vec::new();
        places
            .iter()
            .flatten()
            .for_each(|node| references(node, &mut names));
        let setting = names.iter().find_map(|name| self.values.settings.get(*name));
        let at_queue = entries
            .iter()
            .find(|entry| entry.key == queue)
            .map(|entry| entry.at);
        let at = places
            .into_iter()
            .flatten()
            .next()
            .map(|node: &Node| node.at)
            .or(at_queue);
        let problem = match (setting, at) {
            (Some(setting), _) => Problem::new(&self.values.file, setting.at, message),
            (None, Some(at)) => Problem::new(&self.template.file, at, message),
            (None, None) => return,
        };
        self.problems.push(problem.with_hint(hint));
    }
}

fn is_a(body: &Value, kind: &str) -> bool {
    body.get("Type").and_then(Value::as_text).as_deref() == Some(kind)
}

/// The resource that a property refers to.
fn target<'r>(
    resources: &'r IndexMap<String, Value>,
    body: &Value,
    property: &str,
) -> Option<(&'r str, &'r Value)> {
    let mut names = Vec::new();
    revision::references(body.get("Properties")?.get(property)?, &mut names);
    let (id, body) = names.iter().find_map(|name| resources.get_key_value(*name))?;
    Some((id, body))
}

/// The function that a mapping invokes, through a version or an alias if it is so.
fn function<'r>(resources: &'r IndexMap<String, Value>, mapping: &Value) -> Option<(&'r str, &'r Value)> {
    let (mut id, mut body) = target(resources, mapping, "FunctionName")?;
    // An alias leads to its function; nothing leads further.
    for _ in 0..2 {
        if is_a(body, "AWS::Lambda::Function") {
            return Some((id, body));
        }
        (id, body) = target(resources, body, "FunctionName")?;
    }
    None
}

/// A property in seconds; none where AWS alone knows it.
fn seconds(body: &Value, property: &str, default: i64) -> Option<i64> {
    match body
        .get("Properties")
        .and_then(|properties| properties.get(property))
    {
        None => Some(default),
        Some(value) => value.as_text()?.parse().ok(),
    }
}
