//! PURE: what a customer's key takes: by which key a stack is encrypted, and whom the key's own policy has to let use it.

use std::collections::BTreeSet;

use cfn_template::{Rendered, Resource};
use serde_json::{Value, json};

use super::Names;
use crate::environment::Environment;

/// The properties that name a key, by type.
const KEYS: [(&str, &str); 5] = [
    ("AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId"),
    ("AWS::Lambda::Function", "/KmsKeyArn"),
    ("AWS::Logs::LogGroup", "/KmsKeyId"),
    ("AWS::SNS::Topic", "/KmsMasterKeyId"),
    ("AWS::SQS::Queue", "/KmsMasterKeyId"),
];

/// Nothing is encrypted with a key of the customer's.
#[derive(Debug, thiserror::Error)]
#[error("nothing in the stack is encrypted with a key of yours: the environment sets no `KmsKeyArn`")]
pub struct NoKey;

/// The key that a resource is encrypted with.
pub(super) fn of_resource(resource: &Resource) -> Option<&str> {
    let (_, property) = KEYS.iter().find(|(kind, _)| *kind == resource.kind)?;
    resource.properties.pointer(property)?.as_str()
}

/// All keys of a rendering.
pub(super) fn of_all(rendered: &Rendered) -> BTreeSet<String> {
    let keys = rendered.resources().iter().filter_map(of_resource);
    keys.map(str::to_owned).collect()
}

/// The policy of the stack's key: the account's IAM policies decide who uses it, and the services are let in that use it in their own name.
///
/// The log service asks with the group that it encrypts:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>. SNS asks when it delivers to queues that are encrypted
/// with the same key: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>.
///
/// # Errors
/// The stack has no key.
pub fn key_policy(environment: &Environment, rendered: &Rendered) -> Result<String, NoKey> {
    if of_all(rendered).is_empty() {
        return Err(NoKey);
    }
    let names = Names::of(environment);
    let stack = environment.stack.as_str();
    let of_kind = |kind: &'static str| {
        let resources = rendered
            .resources()
            .iter()
            .filter(move |resource| resource.kind == kind);
        resources.filter_map(move |resource| names.resource(stack, resource))
    };
    let groups: Vec<String> = of_kind("AWS::Logs::LogGroup")
        .map(|arn| arn.trim_end_matches(":*").to_owned())
        .collect();
    let topics: Vec<String> = of_kind("AWS::SNS::Topic").collect();
    let (region, account) = (&environment.region, environment.account.as_str());
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PoliciesOfTheAccountDecide",
                "Effect": "Allow",
                "Principal": {"AWS": names.iam("root")},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "LogGroups",
                "Effect": "Allow",
                "Principal": {"Service": region.service("logs")},
                "Action": ["kms:Decrypt", "kms:Describe*", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                "Resource": "*",
                "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
            },
            {
                "Sid": "DeliveriesToEncryptedQueues",
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
                "Condition": {
                    "ArnEquals": {"aws:SourceArn": topics},
                    "StringEquals": {"aws:SourceAccount": account},
                },
            },
        ],
    });
    Ok(written(&policy))
}

fn written(policy: &Value) -> String {
    format!("{policy:#}\n")
}
