//! PURE: the permissions of a principal that runs the deployer: the calls of its commands, for this environment only.

use cfn_template::{Rendered, Resource};
use serde_json::json;

use super::{Names, Policy, Statement, UnknownTypes, caller, execution, key};
use crate::environment::Environment;

/// The calls of all commands on the stack.
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

/// The calls on the stack of the artifact bucket.
const BUCKET_STACK: [&str; 4] = [
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
];

/// Calls that cannot be restricted to a resource, or that find the stack to which another resource belongs.
const ANYWHERE: [&str; 4] = [
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStackResources",
    "lambda:GetAccountSettings",
    "logs:DescribeLogGroups",
];

/// The calls that read tables.
const TABLES: [&str; 3] = [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:ListTagsOfResource",
];

/// The calls that bring an adopted table in line with the template.
const TABLE_REPAIR: [&str; 3] = [
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
];

/// The calls that read functions, push code and roll it back.
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

/// The calls on the queue on which `smoke` waits for a notification.
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

/// The calls that no deployment may make on the log of a protected environment: its protection must be removed first.
const AGAINST_THE_LOG: [&str; 2] = ["dynamodb:DeleteTable", "dynamodb:UpdateTable"];

/// The policy of a principal that runs the deployer on an environment whose artifacts are in the stack
/// `bucket_stack`, rendered as `bucket`.
///
/// CloudFormation's role changes the resources; the caller only reads them to detect drift. Without an
/// `executionRole`, CloudFormation uses the caller's permissions, so the policy also contains those of
/// [`execution()`]. The bucket is always created with the caller's permissions, because all environments share its
/// stack, which therefore uses no role of a single environment.
///
/// The policy allows neither deleting nor updating a table with deletion protection, because an update could remove
/// the protection. A change that needs an update, such as another throughput limit or key of the table, requires an
/// `executionRole` or an administrator.
///
/// # Errors
/// A resource has an unknown type.
pub fn ci(
    environment: &Environment,
    rendered: &Rendered,
    (bucket_stack, bucket): (&str, &Rendered),
) -> Result<Policy, UnknownTypes> {
    let stack = (environment.stack.as_str(), rendered);
    let stack_of_artifacts = (bucket_stack, bucket);
    let of_cloudformation = match (&environment.instance, &environment.execution_role) {
        (Some(_), None) => execution(environment, &[stack])?,
        (Some(_), Some(_)) => execution(environment, &[stack])?.reading(),
        (None, None) => execution(environment, &[stack, stack_of_artifacts])?,
        (None, Some(_)) => execution(environment, &[stack])?
            .reading()
            .and(execution(environment, &[stack_of_artifacts])?),
    };
    let names = Names::of(environment);
    let logs = rendered
        .resources()
        .iter()
        .filter(|resource| resource.properties["DeletionProtectionEnabled"] == true)
        .filter_map(|resource| names.resource(stack.0, resource))
        .collect();
    Ok(direct(environment, rendered, bucket_stack)
        .and(of_cloudformation)
        .without(&AGAINST_THE_LOG, &logs))
}

/// The calls that the deployer itself makes.
pub fn direct(environment: &Environment, rendered: &Rendered, bucket_stack: &str) -> Policy {
    let of = Own {
        environment,
        rendered,
    };
    let mut statements = of.cloudformation(bucket_stack);
    statements.extend(of.artifacts());
    statements.extend(of.resources());
    statements.extend(of.smoke());
    statements.extend(of.keys());
    Policy::of(statements)
}

/// The policy of a principal that only compares the stack with a template, such as the pipeline of an unreviewed pull
/// request: `diff` and `describe`.
///
/// It changes nothing. It may create and delete change sets only under the names that `diff` uses, and may not
/// execute them.
pub fn diff(environment: &Environment, rendered: &Rendered) -> Policy {
    let of = Own {
        environment,
        rendered,
    };
    let stack = of.names().stack(of.stack());
    let reading = STACK.into_iter().filter(|action| is_reading(action));
    let changing = Statement::new(
        "AskByChangeSet",
        ["cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet"],
        [stack.as_str()],
    );
    let mut statements = vec![
        Statement::new("Stack", reading, [stack.as_str()]),
        changing.when(json!({"StringLike": {"cloudformation:ChangeSetName": "deployer-diff-*"}})),
        Statement::new("Find", ANYWHERE, ["*"]),
        of.hand_over_role(),
        of.bucket(),
    ];
    let resources = of.resources().into_iter();
    statements.extend(Policy::of(resources).reading().statements().iter().cloned());
    statements.extend(of.keys());
    Policy::of(statements)
}

fn is_reading(action: &str) -> bool {
    ["Describe", "Get", "List"]
        .iter()
        .any(|verb| action.contains(&format!(":{verb}")))
}

/// The resources of an environment's stack.
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
        // The bucket is created with the environment; previews must not change it.
        let of_bucket = self
            .environment
            .instance
            .is_none()
            .then(|| names.stack(bucket_stack));
        vec![
            Statement::new("Stack", STACK, [names.stack(self.stack())]),
            Statement::new("StackOfArtifacts", BUCKET_STACK, of_bucket),
            Statement::new("Find", ANYWHERE, ["*"]),
            self.hand_over_role(),
        ]
    }

    fn hand_over_role(&self) -> Statement {
        let role = self.environment.execution_role.as_ref().map(ToString::to_string);
        Statement::new("HandOverRole", ["iam:PassRole"], role)
            .when(json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}))
    }

    fn bucket(&self) -> Statement {
        let bucket = self.environment.artifact_bucket();
        Statement::new("ListArtifacts", ["s3:ListBucket"], [self.names().bucket(&bucket)])
    }

    /// Lets Lambda decrypt the environment variables of a function for the principal that reads them.
    fn keys(&self) -> Option<Statement> {
        let keys = key::of_all(self.rendered);
        let service = self.environment.region.service("lambda");
        (!keys.is_empty()).then(|| {
            Statement::new("FunctionVariables", ["kms:Decrypt"], keys)
                .when(json!({"StringEquals": {"kms:ViaService": service}}))
        })
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
            self.bucket(),
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
        // `down` deletes no table of a protected environment: its protection must be removed first.
        let deleted = if self.environment.protected {
            Vec::new()
        } else {
            tables.clone()
        };
        vec![
            Statement::new("Tables", TABLES, tables.clone()),
            Statement::new("AdoptTables", TABLE_REPAIR, tables),
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
            self.find_named("FindTopics", "AWS::SNS::Topic", "sns:GetTopicAttributes"),
            self.find_named("FindParameters", "AWS::SSM::Parameter", "ssm:GetParameter"),
            self.find_named("FindRoles", "AWS::IAM::Role", "iam:GetRole"),
            Statement::new(
                "FindLookedUp",
                ["ssm:GetParameter"],
                names.looked_up(self.rendered),
            ),
            Statement::new("FindBoundary", ["iam:GetPolicy"], self.boundary()),
        ]
    }

    /// Finds resources with explicit names, which the deployer looks up before it creates them.
    fn find_named(&self, id: &str, kind: &str, action: &str) -> Statement {
        let resources = self.rendered.resources().iter();
        let named = resources.filter(|resource| resource.kind == kind && resource.name.is_some());
        let arns: Vec<_> = named
            .filter_map(|resource| self.names().resource(self.stack(), resource))
            .collect();
        Statement::new(id, [action], arns)
    }

    /// The roles that may call the store, which the deployer looks up before it passes them to Lambda.
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

    /// The boundary, which the deployer looks up before CloudFormation creates roles with it.
    fn boundary(&self) -> Option<String> {
        let boundary = self.environment.permissions_boundary.as_ref();
        boundary.map(ToString::to_string)
    }

    fn smoke(&self) -> Vec<Statement> {
        let names = self.names();
        let aliases = caller::aliases_with_urls(names, self.stack(), self.rendered);
        // Without a URL there is no store to test.
        if aliases.is_empty() {
            return Vec::new();
        }
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
