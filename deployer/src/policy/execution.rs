//! PURE: the permissions of the role that CloudFormation assumes.

use std::collections::{BTreeMap, BTreeSet};

use cfn_template::{DeletionPolicy, Rendered, Resource};
use serde_json::{Value, json};

use super::actions::{GRANTED, WITH_KEY};
use super::{Names, Policy, Statement, key};
use crate::environment::Environment;

/// Resource types for which the calls of CloudFormation are unknown.
#[derive(Debug, thiserror::Error)]
#[error("it is not known what CloudFormation calls for {}", listed(types))]
pub struct UnknownTypes {
    /// The types, each with the logical ids of its resources.
    types: BTreeMap<String, Vec<String>>,
}

impl UnknownTypes {
    /// Finds the unknown types in a rendering.
    fn among(rendered: &Rendered) -> Result<(), Self> {
        let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for resource in rendered.resources() {
            if !GRANTED.iter().any(|(kind, _)| *kind == resource.kind) {
                let of_type = types.entry(resource.kind.clone()).or_default();
                of_type.push(resource.logical_id.clone());
            }
        }
        if types.is_empty() {
            Ok(())
        } else {
            Err(Self { types })
        }
    }
}

fn listed(types: &BTreeMap<String, Vec<String>>) -> String {
    let told = types
        .iter()
        .map(|(kind, resources)| format!("`{kind}` (`{}`)", resources.join("`, `")));
    told.collect::<Vec<_>>().join(", ")
}

/// The policy of CloudFormation's role: the calls for the resource types in each rendering, on the stack with the
/// given name.
///
/// # Errors
/// A resource has an unknown type.
pub fn execution(environment: &Environment, stacks: &[(&str, &Rendered)]) -> Result<Policy, UnknownTypes> {
    let names = Names::of(environment);
    // Actions on the same resources share one statement, because IAM's limits count characters.
    let mut by_scope: BTreeMap<Scope, BTreeSet<String>> = BTreeMap::new();
    for (stack, rendered) in stacks {
        for parameter in names.looked_up(rendered) {
            let scope = Scope::of("ssm", &parameter, None);
            by_scope.entry(scope).or_default().insert(LOOK_UP.to_owned());
        }
        UnknownTypes::among(rendered)?;
        for resource in rendered.resources() {
            let granted = GRANTED.iter().filter(|(kind, _)| *kind == resource.kind);
            let actions = granted.flat_map(|(_, actions)| *actions);
            let place = Place {
                names,
                environment,
                stack,
                rendered,
            };
            for action in actions {
                let stays = resource.deletion_policy != DeletionPolicy::Delete;
                let unbounded = environment.permissions_boundary.is_none();
                if stays && *action == "dynamodb:DeleteTable"
                    || unbounded && *action == "iam:PutRolePermissionsBoundary"
                {
                    continue;
                }
                let scope = scope(action, resource, &place);
                by_scope.entry(scope).or_default().insert((*action).to_owned());
            }
            for (scope, action) in with_key(resource, &place) {
                by_scope.entry(scope).or_default().insert(action.to_owned());
            }
        }
    }
    Ok(Policy::of(merged(by_scope)))
}

/// The call by which CloudFormation replaces `{{resolve:ssm:NAME}}` with a value.
const LOOK_UP: &str = "ssm:GetParameters";

/// The resources and the condition of an action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    service: String,
    resources: BTreeSet<String>,
    condition: Option<Condition>,
}

impl Scope {
    fn of(service: &str, resource: &str, condition: Option<Condition>) -> Self {
        Self {
            service: service.to_owned(),
            resources: BTreeSet::from([resource.to_owned()]),
            condition,
        }
    }
}

/// Conditions, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    /// The event source mapping feeds one of these functions.
    FeedsFunction(BTreeSet<String>),
    /// The role is passed to this service.
    PassedTo(&'static str),
    /// The key is used through these services, on behalf of the caller.
    Through(Vec<String>),
    /// The key is granted to a service.
    LentToService,
    /// The role has this boundary, or receives it.
    Bounded(String),
}

impl Condition {
    fn json(&self) -> Value {
        match self {
            Self::FeedsFunction(functions) => json!({"ArnLike": {"lambda:FunctionArn": functions}}),
            Self::PassedTo(service) => json!({"StringEquals": {"iam:PassedToService": service}}),
            Self::Through(services) => json!({"StringEquals": {"kms:ViaService": services}}),
            Self::LentToService => json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}),
            Self::Bounded(boundary) => json!({"StringEquals": {"iam:PermissionsBoundary": boundary}}),
        }
    }
}

/// The stack and rendering of a resource.
pub(super) struct Place<'a> {
    pub(super) names: Names<'a>,
    pub(super) environment: &'a Environment,
    pub(super) stack: &'a str,
    pub(super) rendered: &'a Rendered,
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

    /// The roles that a resource passes to its service.
    fn passed_roles(&self, resource: &Resource) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        references(&resource.properties, &mut ids);
        let named = self.rendered.resources().iter();
        let roles =
            named.filter(|role| role.kind == "AWS::IAM::Role" && ids.contains(role.logical_id.as_str()));
        roles
            .filter_map(|role| self.names.resource(self.stack, role))
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

    pub(super) fn topics(&self) -> BTreeSet<String> {
        self.all("AWS::SNS::Topic", |name| self.names.arn("sns", name))
    }

    /// The topic of a subscription: one of the stack's, or any topic if its ARN is not known before the deployment.
    pub(super) fn subscribed(&self, subscription: &Resource) -> BTreeSet<String> {
        let topic = &subscription.properties["TopicArn"];
        match (topic.as_str(), topic["Ref"].as_str()) {
            (Some(arn), _) if arn.starts_with("arn:") => BTreeSet::from([arn.to_owned()]),
            (None, Some(_)) => self.topics(),
            _ => BTreeSet::from([self.names.arn("sns", "*")]),
        }
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
        // AWS does not document whether SNS sends `iam:PassedToService`, so there is no condition; only SNS may
        // assume the role anyway.
        ("iam:PassRole", "AWS::SNS::Topic") => (place.passed_roles(resource), None),
        ("iam:PassRole", _) => (
            place.passed_roles(resource),
            Some(Condition::PassedTo("lambda.amazonaws.com")),
        ),
        // Without the boundary, the principal could create a role with more permissions than it has itself.
        ("iam:CreateRole" | "iam:PutRolePermissionsBoundary" | "iam:PutRolePolicy", _) => {
            let boundary = place.environment.permissions_boundary.as_ref();
            (
                place.roles(),
                boundary.map(|boundary| Condition::Bounded(boundary.to_string())),
            )
        }
        // The reference lists alarms as the resource, but a call without names applies to all alarms.
        ("cloudwatch:DescribeAlarms" | "logs:DescribeLogGroups" | "logs:DescribeResourcePolicies", _) => {
            (one("*".to_owned()), None)
        }
        // A mapping has no ARN before it is created, and afterwards its id is generated, so the condition names the
        // function instead. A subscription has no ARN of its own before it is created.
        (
            "sns:GetSubscriptionAttributes" | "sns:SetSubscriptionAttributes" | "sns:Unsubscribe",
            "AWS::SNS::Subscription",
        ) => (one("*".to_owned()), None),
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
                "AWS::SNS::Subscription" => place.subscribed(resource),
                "AWS::SNS::TopicPolicy" => place.topics(),
                "AWS::SQS::QueuePolicy" => place.queues(),
                "AWS::S3::BucketPolicy" => place.all("AWS::S3::Bucket", |name| names.bucket(name)),
                "AWS::Logs::LogGroup" => BTreeSet::from([
                    names.arn("logs", &format!("log-group:{name}")),
                    names.arn("logs", &format!("log-group:{name}:*")),
                ]),
                _ => names.resource(place.stack, resource).into_iter().collect(),
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

/// The actions on a customer managed key, if a resource names one.
fn with_key<'a>(resource: &Resource, place: &Place<'_>) -> Vec<(Scope, &'a str)> {
    let Some(key) = key::of_resource(resource) else {
        return Vec::new();
    };
    let actions = WITH_KEY.iter().filter(|(kind, _)| *kind == resource.kind);
    let region = &place.environment.region;
    let scoped = |action: &'static str| {
        let scope = match action {
            "kms:CreateGrant" => Scope::of("kms", key, Some(Condition::LentToService)),
            "kms:DescribeKey" => Scope::of("kms", key, None),
            action if action.starts_with("kms:") => {
                let services = ["dynamodb", "lambda"].map(|name| region.service(name));
                Scope::of("kms", key, Some(Condition::Through(services.to_vec())))
            }
            action => scope(action, resource, place),
        };
        (scope, action)
    };
    actions
        .flat_map(|(_, actions)| actions.iter().map(|action| scoped(action)))
        .collect()
}

/// Collects the logical ids that properties refer to.
fn references<'a>(value: &'a Value, ids: &mut BTreeSet<&'a str>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| references(value, ids)),
        Value::Object(members) => {
            if let Some(id) = members.get("Ref").and_then(Value::as_str) {
                ids.insert(id);
            }
            if let Some(id) = members
                .get("Fn::GetAtt")
                .and_then(|parts| parts.get(0))
                .and_then(Value::as_str)
            {
                ids.insert(id);
            }
            members.values().for_each(|value| references(value, ids));
        }
        _ => {}
    }
}

/// Merges statements with the same actions, which tables, parameters, alarms and log groups have.
fn merged(by_scope: BTreeMap<Scope, BTreeSet<String>>) -> Vec<Statement> {
    let mut by_actions: BTreeMap<(BTreeSet<String>, Option<Condition>), BTreeSet<String>> = BTreeMap::new();
    for (scope, actions) in by_scope {
        by_actions
            .entry((actions, scope.condition))
            .or_default()
            .extend(scope.resources);
    }
    let mut statements: Vec<Statement> = Vec::new();
    for ((actions, condition), resources) in by_actions {
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
