//! PURE: what the role has to be allowed that CloudFormation works with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::actions::GRANTED;
use super::{Names, Policy, Statement};
use crate::environment::Environment;
use crate::template::{Rendered, Resource};

/// A type of which it is not known what CloudFormation calls for it.
#[derive(Debug, thiserror::Error)]
#[error("what CloudFormation calls for `{kind}` is not known: `{logical_id}` has that type")]
pub struct UnknownType {
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub kind: String,
}

/// The policy of CloudFormation's role: for each rendering, of the stack called so, what its resources' types need.
///
/// # Errors
/// A resource has a type that is not known.
pub fn execution(environment: &Environment, stacks: &[(&str, &Rendered)]) -> Result<Policy, UnknownType> {
    let names = Names::of(environment);
    // Actions on the same resources are one statement: IAM's limits count characters.
    let mut by_scope: BTreeMap<Scope, BTreeSet<String>> = BTreeMap::new();
    for (stack, rendered) in stacks {
        for resource in rendered.resources() {
            let (_, actions) = GRANTED
                .iter()
                .find(|(kind, _)| *kind == resource.kind)
                .ok_or_else(|| UnknownType {
                    logical_id: resource.logical_id.clone(),
                    kind: resource.kind.clone(),
                })?;
            for action in *actions {
                let scope = scope(
                    action,
                    resource,
                    &Place {
                        names,
                        environment,
                        stack,
                        rendered,
                    },
                );
                by_scope.entry(scope).or_default().insert((*action).to_owned());
            }
        }
    }
    Ok(Policy::of(merged(by_scope, environment)))
}

/// What an action is allowed on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    service: String,
    resources: BTreeSet<String>,
    condition: Option<Condition>,
}

/// Conditions, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    /// The mapping feeds one of these functions.
    FeedsFunction(BTreeSet<String>),
    /// The role is handed to this service.
    PassedTo(&'static str),
}

impl Condition {
    fn json(&self) -> Value {
        match self {
            Self::FeedsFunction(functions) => json!({"ArnLike": {"lambda:FunctionArn": functions}}),
            Self::PassedTo(service) => json!({"StringEquals": {"iam:PassedToService": service}}),
        }
    }
}

/// Where a resource is.
struct Place<'a> {
    names: Names<'a>,
    environment: &'a Environment,
    stack: &'a str,
    rendered: &'a Rendered,
}

impl Place<'_> {
    /// The ARNs of all resources of a type.
    fn all(&self, kind: &str, arn: impl Fn(&str) -> String) -> BTreeSet<String> {
        let resources = self
            .rendered
            .resources()
            .iter()
            .filter(|resource| resource.kind == kind);
        resources
            .map(|resource| arn(&self.names.name(self.stack, resource)))
            .collect()
    }

    fn roles(&self) -> BTreeSet<String> {
        self.all("AWS::IAM::Role", |name| self.names.iam(&format!("role/{name}")))
    }

    fn functions(&self) -> BTreeSet<String> {
        self.all("AWS::Lambda::Function", |name| {
            self.names.arn("lambda", &format!("function:{name}"))
        })
    }

    fn topics(&self) -> BTreeSet<String> {
        self.all("AWS::SNS::Topic", |name| self.names.arn("sns", name))
    }

    fn queues(&self) -> BTreeSet<String> {
        self.all("AWS::SQS::Queue", |name| self.names.arn("sqs", name))
    }
}

fn scope(action: &str, resource: &Resource, place: &Place<'_>) -> Scope {
    let names = place.names;
    let name = names.name(place.stack, resource);
    let service = action.split(':').next().unwrap_or_default().to_owned();
    let one = |arn: String| BTreeSet::from([arn]);
    let (resources, condition) = match (action, resource.kind.as_str()) {
        ("iam:PassRole", kind) => {
            let service = if kind == "AWS::SNS::Topic" {
                "sns.amazonaws.com"
            } else {
                "lambda.amazonaws.com"
            };
            (place.roles(), Some(Condition::PassedTo(service)))
        }
        ("logs:DescribeLogGroups" | "logs:DescribeResourcePolicies", _) => (one("*".to_owned()), None),
        // A mapping has no ARN before it is made, and a made-up one afterwards: it is told by its function.
        ("lambda:CreateEventSourceMapping", _) => (
            one("*".to_owned()),
            Some(Condition::FeedsFunction(place.functions())),
        ),
        ("lambda:UpdateEventSourceMapping" | "lambda:DeleteEventSourceMapping", _) => (
            one(names.arn("lambda", "event-source-mapping:*")),
            Some(Condition::FeedsFunction(place.functions())),
        ),
        (_, "AWS::Lambda::EventSourceMapping") => (one(names.arn("lambda", "event-source-mapping:*")), None),
        (_, "AWS::Lambda::Function") if service == "s3" => {
            let bucket = place.environment.artifact_bucket();
            (one(names.bucket(&format!("{bucket}/code/*"))), None)
        }
        ("iam:GetRole", _) => (place.roles(), None),
        (_, kind) => {
            let arns = match kind {
                "AWS::IAM::Role" => place.roles(),
                kind if kind.starts_with("AWS::Lambda::") => place.functions(),
                "AWS::SNS::TopicPolicy" => place.topics(),
                "AWS::SQS::QueuePolicy" => place.queues(),
                "AWS::S3::BucketPolicy" => place.all("AWS::S3::Bucket", |name| names.bucket(name)),
                "AWS::CloudWatch::Alarm" => one(names.arn("cloudwatch", &format!("alarm:{name}"))),
                "AWS::DynamoDB::Table" => one(names.arn("dynamodb", &format!("table/{name}"))),
                "AWS::Logs::LogGroup" => BTreeSet::from([
                    names.arn("logs", &format!("log-group:{name}")),
                    names.arn("logs", &format!("log-group:{name}:*")),
                ]),
                "AWS::S3::Bucket" => one(names.bucket(&name)),
                "AWS::SNS::Topic" => one(names.arn("sns", &name)),
                "AWS::SQS::Queue" => one(names.arn("sqs", &name)),
                // The name begins with a slash, the ARN has it once.
                _ => one(names.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))),
            };
            (arns, None)
        }
    };
    Scope {
        service,
        resources,
        condition,
    }
}

/// Joins statements of the same actions: tables, parameters, alarms and log groups have them.
fn merged(by_scope: BTreeMap<Scope, BTreeSet<String>>, environment: &Environment) -> Vec<Statement> {
    let mut by_actions: BTreeMap<(BTreeSet<String>, Option<Condition>), BTreeSet<String>> = BTreeMap::new();
    for (scope, actions) in by_scope {
        by_actions
            .entry((actions, scope.condition))
            .or_default()
            .extend(scope.resources);
    }
    let mut statements: Vec<Statement> = Vec::new();
    for ((mut actions, condition), resources) in by_actions {
        let bounded = actions.contains("iam:CreateRole");
        let boundary = environment.permissions_boundary.as_ref().filter(|_| bounded);
        if let Some(boundary) = boundary {
            // Without the boundary, a role could be made that may do more than the one that makes it.
            let wants_boundary = [
                "iam:CreateRole",
                "iam:PutRolePolicy",
                "iam:PutRolePermissionsBoundary",
            ];
            actions.retain(|action| !wants_boundary.contains(&action.as_str()));
            let statement = Statement::new("", wants_boundary, resources.clone());
            statements.push(
                statement.when(json!({"StringEquals": {"iam:PermissionsBoundary": boundary.as_str()}})),
            );
        }
        let statement = Statement::new("", actions, resources);
        statements.push(match condition {
            Some(condition) => statement.when(condition.json()),
            None => statement,
        });
    }
    for (index, statement) in statements.iter_mut().enumerate() {
        let service = statement
            .actions
            .iter()
            .next()
            .and_then(|action| action.split(':').next());
        statement.sid = format!("CloudFormation{}{index}", capital(service.unwrap_or_default()));
    }
    statements
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
