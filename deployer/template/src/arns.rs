//! PURE: checks ARNs in the properties of known resource types. An ARN in another partition, region or account is
//! refused where AWS would refuse it when it creates the resource, or would accept it but never reach its target.

use super::evaluate::Evaluator;
use super::properties::each_at;
use super::value::Value;
use crate::yaml::Node;

/// What an ARN must share with the stack, besides the partition, which it must always share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// Nothing more: a caller may belong to any account.
    Partition,
    /// The region; the account may differ if a policy there allows it.
    Region,
    /// The account; ARNs of AWS itself are allowed, too.
    Account,
}

use Shared::{Account, Partition, Region};

/// By resource type and property path; `*` in a path is each item of a list.
///
/// - Alarm actions are in the alarm's region, in any account whose policies allow it.
/// - Keys: a service in one region uses keys of that region
///   ([KMS](https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html)), of any account whose key policy allows it.
/// - Roles, boundaries and managed policies belong to the stack's account
///   ([`iam:PassRole`](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html)).
const ARNS: [(&str, &[(&str, Shared)]); 10] = [
    (
        "AWS::CloudWatch::Alarm",
        &[
            ("AlarmActions.*", Region),
            ("InsufficientDataActions.*", Region),
            ("OKActions.*", Region),
        ],
    ),
    (
        "AWS::DynamoDB::Table",
        &[("SSESpecification.KMSMasterKeyId", Region)],
    ),
    (
        "AWS::IAM::Role",
        &[("ManagedPolicyArns.*", Account), ("PermissionsBoundary", Account)],
    ),
    (
        "AWS::IAM::User",
        &[("ManagedPolicyArns.*", Account), ("PermissionsBoundary", Account)],
    ),
    ("AWS::Lambda::EventSourceMapping", &[("EventSourceArn", Region)]),
    (
        "AWS::Lambda::Function",
        &[
            ("DeadLetterConfig.TargetArn", Region),
            ("KmsKeyArn", Region),
            ("Layers.*", Region),
            ("Role", Account),
        ],
    ),
    ("AWS::Lambda::Permission", &[("Principal", Partition)]),
    ("AWS::Logs::LogGroup", &[("KmsKeyId", Region)]),
    ("AWS::SNS::Topic", &[("KmsMasterKeyId", Region)]),
    ("AWS::SQS::Queue", &[("KmsMasterKeyId", Region)]),
];

/// The parts of an ARN that locate its resource.
struct Arn<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (scheme, partition, _service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, _resource) = (parts.next()?, parts.next()?, parts.next()?);
        (scheme == "arn").then_some(Self {
            partition,
            region,
            account,
        })
    }
}

impl Evaluator<'_> {
    /// Checks the ARNs in the properties of a resource of the type `kind`.
    pub(super) fn check_arns(&mut self, kind: &str, node: &Node, properties: &mut Value) {
        let known = ARNS.iter().find(|(known, _)| *known == kind);
        for (path, shared) in known.iter().flat_map(|(_, paths)| paths.iter()) {
            each_at(node, properties, path, &mut |node, value| {
                if let Value::Text(text) = value
                    && let Some(arn) = Arn::parse(text)
                    && let Some(fact) = self.elsewhere(&arn, *shared)
                {
                    let problem = self.problem_of(node, text, format!("`{text}` is in {fact}"));
                    // A setting that is used in many places is reported once.
                    if !self.problems.iter().any(|known| known.is_of_same_fact(&problem)) {
                        self.problems.push(problem);
                    }
                }
            });
        }
    }

    /// Describes where the ARN and the stack are, if the two do not match.
    fn elsewhere(&self, arn: &Arn<'_>, shared: Shared) -> Option<String> {
        let values = self.values;
        let differs = |what: &str, of: &str, here: &str| {
            (of != here).then(|| format!("the {what} `{of}`, the stack in `{here}`"))
        };
        differs("partition", arn.partition, &values.partition).or_else(|| match shared {
            Region if !arn.region.is_empty() => differs("region", arn.region, &values.region),
            Account if arn.account != "aws" => differs("account", arn.account, &values.account),
            _ => None,
        })
    }
}
