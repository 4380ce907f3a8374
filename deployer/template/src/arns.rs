//! PURE: ARNs in the properties of known resources. What lies in another partition, region or account is refused where AWS would refuse
//! it when the resource is made, or would take it and never reach it.

use super::evaluate::Evaluator;
use super::properties::each_at;
use super::value::Value;
use crate::yaml::Node;

/// What a resource and what an ARN in it names have to have in common, beside the partition, which they always have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    /// Nothing more: a caller may be of any account.
    Partition,
    /// The region; the account may be another, where a policy there allows it.
    Region,
    /// The account, or AWS itself.
    Account,
}

use Shared::{Account, Partition, Region};

/// By the type of a resource and the path of a property, in which `*` is each item of a list.
///
/// - Actions of alarms are in the alarm's region, of any account whose policies allow it.
/// - Keys: a service in one region uses keys of that region
///   ([KMS](https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html)), of any account whose key policy allows it.
/// - Roles, boundaries and managed policies are those of the account
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

/// The parts of an ARN that say where what it names is.
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
                    // What is set once and used in many places is told once.
                    if !self.problems.iter().any(|known| known.is_of_same_fact(&problem)) {
                        self.problems.push(problem);
                    }
                }
            });
        }
    }

    /// Where what an ARN names is, and where the stack is, if that does not go together.
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
