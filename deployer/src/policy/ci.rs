//! PURE: what whoever runs the deployer has to be allowed: the calls of its commands, on this environment alone.

use serde_json::json;

use super::{Names, Policy, Statement, caller};
use crate::environment::Environment;
use crate::template::{Rendered, Resource};

/// What any command asks of the stack.
const STACK: [&str; 21] = [
    "cloudformation:CancelUpdateStack",
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeEvents",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:DetectStackDrift",
    "cloudformation:DetectStackResourceDrift",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:GetStackPolicy",
    "cloudformation:GetTemplate",
    "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources",
    "cloudformation:RollbackStack",
    "cloudformation:SetStackPolicy",
    "cloudformation:UpdateTerminationProtection",
];

/// What the stack of the artifact bucket takes.
const BUCKET_STACK: [&str; 4] = [
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
];

/// What knows no resource to be limited to, or finds the stack that somebody else's resource is in.
const ANYWHERE: [&str; 3] = [
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStackResources",
    "logs:DescribeLogGroups",
];

/// What tables are asked, and what brings an adopted one to what the template says.
const TABLES: [&str; 6] = [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
];

/// What functions are asked, and what pushes code and brings it back.
const FUNCTIONS: [&str; 8] = [
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:InvokeFunction",
    "lambda:ListVersionsByFunction",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
];

/// What the queue takes on which `smoke` waits for a notification.
const QUEUES: [&str; 8] = [
    "sqs:CreateQueue",
    "sqs:DeleteMessage",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "sqs:ReceiveMessage",
    "sqs:TagQueue",
];

/// The policy of whoever runs the deployer on an environment whose artifacts are in the stack `bucket_stack`.
///
/// What CloudFormation does with the resources is its role's; without an `executionRole` it works with the caller's permissions, and needs
/// those of [`super::execution`] besides.
pub fn ci(environment: &Environment, rendered: &Rendered, bucket_stack: &str) -> Policy {
    let of = Own {
        environment,
        rendered,
    };
    let mut statements = of.cloudformation(bucket_stack);
    statements.extend(of.artifacts());
    statements.extend(of.resources());
    statements.extend(of.smoke());
    Policy::of(statements)
}

/// What an environment's stack has of its own.
struct Own<'a> {
    environment: &'a Environment,
    rendered: &'a Rendered,
}

impl Own<'_> {
    fn names(&self) -> Names<'_> {
        Names::of(self.environment)
    }

    fn stack(&self) -> &str {
        self.environment.stack.as_str()
    }

    fn all(&self, kind: &str, arn: impl Fn(&str) -> String) -> Vec<String> {
        let of_kind = |resource: &&Resource| resource.kind == kind;
        let resources = self.rendered.resources().iter().filter(of_kind);
        resources
            .map(|resource| arn(&self.names().name(self.stack(), resource)))
            .collect()
    }

    fn cloudformation(&self, bucket_stack: &str) -> Vec<Statement> {
        let names = self.names();
        let role = self.environment.execution_role.as_ref().map(ToString::to_string);
        vec![
            Statement::new("Stack", STACK, [names.stack(self.stack())]),
            Statement::new("StackOfArtifacts", BUCKET_STACK, [names.stack(bucket_stack)]),
            Statement::new("Find", ANYWHERE, ["*"]),
            Statement::new("HandOverRole", ["iam:PassRole"], role)
                .when(json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}})),
        ]
    }

    fn artifacts(&self) -> [Statement; 2] {
        let bucket = self.environment.artifact_bucket();
        let object = |prefix: &str| self.names().bucket(&format!("{bucket}/{prefix}"));
        let stack = self.stack();
        let objects = [
            object("code/*"),
            object(&format!("templates/{stack}/*")),
            object(&format!("releases/{stack}/*")),
        ];
        [
            Statement::new(
                "ListArtifacts",
                ["s3:ListBucket"],
                [object("").trim_end_matches('/')],
            ),
            Statement::new(
                "Artifacts",
                ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                objects,
            ),
        ]
    }

    fn resources(&self) -> Vec<Statement> {
        let names = self.names();
        let tables = self.all("AWS::DynamoDB::Table", |name| {
            names.arn("dynamodb", &format!("table/{name}"))
        });
        let functions = self.all("AWS::Lambda::Function", |name| {
            names.arn("lambda", &format!("function:{name}"))
        });
        let log_groups = self.all("AWS::Logs::LogGroup", |name| {
            names.arn("logs", &format!("log-group:{name}:*"))
        });
        let queues = self.all("AWS::SQS::Queue", |name| names.arn("sqs", name));
        // `down` deletes no table of a protected environment: first it has to be protected no longer.
        let deleted = if self.environment.protected {
            Vec::new()
        } else {
            tables.clone()
        };
        vec![
            Statement::new("Tables", TABLES, tables),
            Statement::new("PurgeTables", ["dynamodb:DeleteTable"], deleted),
            Statement::new("Functions", FUNCTIONS, functions),
            Statement::new(
                "Mappings",
                ["lambda:GetEventSourceMapping"],
                [names.arn("lambda", "event-source-mapping:*")],
            ),
            Statement::new(
                "Logs",
                ["logs:DeleteLogGroup", "logs:FilterLogEvents"],
                log_groups,
            ),
            Statement::new(
                "FailureQueue",
                ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
                queues,
            ),
            Statement::new("FindCallers", ["iam:GetRole"], self.callers()),
        ]
    }

    /// The roles that are let in, which are looked for before they are named to Lambda.
    fn callers(&self) -> Vec<String> {
        let permissions = self
            .rendered
            .resources()
            .iter()
            .filter(|resource| resource.kind == "AWS::Lambda::Permission");
        permissions
            .filter_map(|permission| permission.properties.get("Principal")?.as_str())
            .filter(|principal| principal.contains(":role/"))
            .map(str::to_owned)
            .collect()
    }

    fn smoke(&self) -> Vec<Statement> {
        let names = self.names();
        let aliases = caller::aliases_with_urls(names, self.stack(), self.rendered);
        let topics = self.all("AWS::SNS::Topic", |name| names.arn("sns", name));
        let mut statements = vec![
            Statement::new(
                "SmokeQueues",
                QUEUES,
                [names.arn("sqs", &format!("{}-smoke-*", self.stack()))],
            ),
            Statement::new("SmokeSweep", ["sqs:ListQueues", "sns:Unsubscribe"], ["*"]),
            Statement::new(
                "SmokeSubscription",
                ["sns:ListSubscriptionsByTopic", "sns:Subscribe"],
                topics,
            ),
        ];
        statements.extend(caller::statements(aliases));
        statements
    }
}
