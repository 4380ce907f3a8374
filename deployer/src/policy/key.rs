//! PURE: customer managed keys: the keys that encrypt a stack, and who must be allowed to use them by the key policy.

use std::collections::BTreeSet;

use cfn_template::{Rendered, Resource};
use serde_json::{Value, json};

use super::Names;
use super::execution::Place;
use crate::environment::Environment;

/// The properties that name a key, by resource type.
const KEYS: [(&str, &str); 5] = [
    ("AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId"),
    ("AWS::Lambda::Function", "/KmsKeyArn"),
    ("AWS::Logs::LogGroup", "/KmsKeyId"),
    ("AWS::SNS::Topic", "/KmsMasterKeyId"),
    ("AWS::SQS::Queue", "/KmsMasterKeyId"),
];

/// No resource is encrypted with a customer managed key.
#[derive(Debug, thiserror::Error)]
#[error("nothing in the stack is encrypted with a customer managed key: the environment sets no `KmsKeyArn`")]
pub struct NoKey;

/// The key that encrypts a resource.
pub(super) fn of_resource(resource: &Resource) -> Option<&str> {
    let (_, property) = KEYS.iter().find(|(kind, _)| *kind == resource.kind)?;
    resource.properties.pointer(property)?.as_str()
}

/// All keys in a rendering.
pub(super) fn of_all(rendered: &Rendered) -> BTreeSet<String> {
    let keys = rendered.resources().iter().filter_map(of_resource);
    keys.map(str::to_owned).collect()
}

/// The policy of the stack's key. The account's IAM policies decide who may use it; services that use it in their own
/// name are allowed here.
///
/// CloudWatch Logs names the log group that it encrypts in its request:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>. SNS uses the key when it
/// delivers to queues that are encrypted with it:
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>. If the topic belongs to another stack and its
/// ARN is not known yet, every topic of the account may use the key.
///
/// # Errors
/// The stack has no key.
pub fn key_policy(environment: &Environment, rendered: &Rendered) -> Result<String, NoKey> {
    if of_all(rendered).is_empty() {
        return Err(NoKey);
    }
    let names = Names::of(environment);
    let place = Place {
        names,
        environment,
        stack: environment.stack.as_str(),
        rendered,
    };
    let of_kind = |kind: &'static str| {
        let resources = rendered.resources().iter();
        resources.filter(move |resource| resource.kind == kind)
    };
    let groups: BTreeSet<String> = of_kind("AWS::Logs::LogGroup")
        .filter_map(|group| names.resource(place.stack, group))
        .map(|arn| arn.trim_end_matches(":*").to_owned())
        .collect();
    let subscribed =
        of_kind("AWS::SNS::Subscription").flat_map(|subscription| place.subscribed(subscription));
    let topics: BTreeSet<String> = subscribed.chain(place.topics()).collect();
    let mut statements = vec![json!({
        "Sid": "PoliciesOfTheAccountDecide",
        "Effect": "Allow",
        "Principal": {"AWS": names.iam("root")},
        "Action": "kms:*",
        "Resource": "*",
    })];
    // IAM rejects a condition with an empty list.
    if !groups.is_empty() {
        statements.push(json!({
            "Sid": "LogGroups",
            "Effect": "Allow",
            "Principal": {"Service": environment.region.service("logs")},
            "Action": ["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
        }));
    }
    if !topics.is_empty() {
        statements.push(json!({
            "Sid": "DeliveriesToEncryptedQueues",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:SourceArn": topics},
                "StringEquals": {"aws:SourceAccount": environment.account.as_str()},
            },
        }));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    Ok(written(&policy))
}

fn written(policy: &Value) -> String {
    format!("{policy:#}\n")
}
