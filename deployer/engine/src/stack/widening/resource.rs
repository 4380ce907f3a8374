//! PURE: reads the grants of a template's resource.

use serde_json::{Map, Value};

use super::document::{self, Attached, principal, text, texts};
use super::grant::{Effect, Grant};
use super::reading::Reading;
use crate::stack::comparison::shown;

/// Resource types with a policy for their users: the type, the path of the document, and the property that names the
/// resource to which it is attached; without one, it is attached to the resource itself.
const WITH_DOCUMENT: [(&str, &str, Option<&str>); 16] = [
    ("AWS::ApiGateway::RestApi", "Policy", None),
    ("AWS::Backup::BackupVault", "AccessPolicy", None),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", None),
    (
        "AWS::DynamoDB::Table",
        "StreamSpecification.ResourcePolicy.PolicyDocument",
        None,
    ),
    ("AWS::ECR::Repository", "RepositoryPolicyText", None),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", None),
    ("AWS::KMS::Key", "KeyPolicy", None),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", None),
    (
        "AWS::Kinesis::ResourcePolicy",
        "ResourcePolicy",
        Some("ResourceArn"),
    ),
    ("AWS::Logs::ResourcePolicy", "PolicyDocument", None),
    ("AWS::S3::BucketPolicy", "PolicyDocument", Some("Bucket")),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", Some("TopicArn")),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", Some("Topics")),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", Some("Queue")),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", Some("Queues")),
    (
        "AWS::SecretsManager::ResourcePolicy",
        "ResourcePolicy",
        Some("SecretId"),
    ),
];

/// Reads the grants of a resource; the reading is empty if it grants nothing.
pub(super) fn read(logical_id: &str, resource: &Value) -> Reading {
    let properties = resource["Properties"].as_object().cloned().unwrap_or_default();
    let kind = resource["Type"].as_str().unwrap_or_default();
    let mut reader = Reader {
        logical_id,
        kind,
        properties,
        reading: Reading::default(),
    };
    reader.read();
    reader.reading
}

/// Reads a resource. Each understood property is removed, so that only unread ones remain.
struct Reader<'resource> {
    logical_id: &'resource str,
    kind: &'resource str,
    properties: Map<String, Value>,
    reading: Reading,
}

impl Reader<'_> {
    fn read(&mut self) {
        match self.kind {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => self.identity(),
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
                self.policy_of(&["Roles", "Users", "Groups"]);
            }
            "AWS::IAM::RolePolicy" => self.policy_of(&["RoleName"]),
            "AWS::IAM::UserPolicy" => self.policy_of(&["UserName"]),
            "AWS::IAM::GroupPolicy" => self.policy_of(&["GroupName"]),
            "AWS::Lambda::Permission" => self.permission("FunctionName"),
            "AWS::Lambda::LayerVersionPermission" => self.permission("LayerVersionArn"),
            "AWS::Lambda::Url" => self.url(),
            "AWS::SNS::Subscription" => self.subscription(),
            _ => self.others(),
        }
        if self.grants_by_all_it_says() {
            for (name, value) in &self.properties {
                self.reading.unread(&format!("Properties.{name}"), value);
            }
        } else {
            let rest = Value::Object(std::mem::take(&mut self.properties));
            self.search(&rest, "Properties");
        }
    }

    /// Tells whether every property of the resource may grant something; nested stacks and custom resources are opaque,
    /// so theirs may.
    fn grants_by_all_it_says(&self) -> bool {
        self.kind.starts_with("AWS::IAM::")
            || self.kind.starts_with("Custom::")
            || [
                "AWS::CloudFormation::CustomResource",
                "AWS::CloudFormation::Stack",
                "AWS::Lambda::LayerVersionPermission",
                "AWS::Lambda::Permission",
            ]
            .contains(&self.kind)
    }

    /// A role, a user or a group.
    fn identity(&mut self) {
        let logical_id = self.logical_id;
        let itself = Value::from(logical_id);
        self.document("AssumeRolePolicyDocument", Attached::On(&itself));
        self.ignore(&["Description"]);
        let policies = self.properties.remove("Policies");
        for (index, policy) in policies.iter().flat_map(document::list).enumerate() {
            let path = match policy["PolicyName"].as_str() {
                Some(name) => format!("Properties.Policies[{name}].PolicyDocument"),
                None => format!("Properties.Policies[{index}].PolicyDocument"),
            };
            match policy.get("PolicyDocument") {
                Some(document) => {
                    document::read(document, &path, Attached::To(logical_id), &mut self.reading);
                }
                None => self.reading.unread(&path, policy),
            }
        }
        self.each("ManagedPolicyArns", |policy| {
            allow(logical_id, &format!("whatever {policy} allows"), "*")
        });
        self.each("Groups", |group| {
            allow(logical_id, &format!("whatever the group {group} may"), "*")
        });
        let boundary = self.properties.remove("PermissionsBoundary");
        if let Some(boundary) = boundary {
            self.reading.bound(shown_plainly(&boundary));
        }
    }

    /// A policy separate from its holders. A managed policy may have holders besides those that it names.
    fn policy_of(&mut self, holders: &[&str]) {
        self.ignore(&["PolicyName", "Description"]);
        let mut held_by = Vec::new();
        for name in holders {
            let Some(value) = self.properties.remove(*name) else {
                continue;
            };
            match texts(&value) {
                Some(names) => held_by.extend(names),
                None => self.reading.unread(&format!("Properties.{name}"), &value),
            }
        }
        if self.kind == "AWS::IAM::ManagedPolicy" {
            held_by.push(format!("whoever has {}", self.logical_id));
        }
        let policy = self.properties.remove("PolicyDocument").unwrap_or_default();
        for holder in held_by {
            let (path, attached) = ("Properties.PolicyDocument", Attached::To(&holder));
            document::read(&policy, path, attached, &mut self.reading);
        }
    }

    /// A statement of a function's or a layer's policy.
    fn permission(&mut self, on: &str) {
        const CONDITIONS: [&str; 7] = [
            "EventSourceToken",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "OrganizationId",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        ];
        let conditions: Map<String, Value> = CONDITIONS
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), self.properties.remove(name)?)))
            .collect();
        let mut member = |name: &str| shown_plainly(&self.properties.remove(name).unwrap_or_default());
        self.reading.grant(Grant {
            principal: principal(&member("Principal")),
            action: member("Action"),
            resource: member(on),
            condition: (!conditions.is_empty()).then(|| shown(&Value::Object(conditions))),
            effect: Effect::Allow,
        });
    }

    /// A function URL: who may call it without a signature, and which sites' pages may.
    fn url(&mut self) {
        let mut target = shown_plainly(&self.properties.remove("TargetFunctionArn").unwrap_or_default());
        if let Some(qualifier) = self.properties.remove("Qualifier") {
            target = format!("{target}:{}", shown_plainly(&qualifier));
        }
        let access = self.properties.remove("AuthType").unwrap_or_default();
        match access.as_str() {
            Some("AWS_IAM") => {}
            Some("NONE") => self
                .reading
                .grant(allow("everybody", "call without a signature", &target)),
            _ => self.reading.unread("Properties.AuthType", &access),
        }
        let Some(shared) = self.properties.remove("Cors") else {
            return;
        };
        let Some(members) = shared.as_object() else {
            self.reading.unread("Properties.Cors", &shared);
            return;
        };
        // How long a browser caches the preflight response grants nothing.
        for (name, value) in members.iter().filter(|(name, _)| *name != "MaxAge") {
            let path = format!("Properties.Cors.{name}");
            match texts(value) {
                Some(values) => {
                    let allowed = |value| format!("call it as `{name}: {value}` of its Cors says");
                    for value in values.into_iter().filter(|value| value != "false") {
                        let grant = allow("pages of other sites", &allowed(value), &target);
                        self.reading.grant(grant);
                    }
                }
                None => self.reading.unread(&path, value),
            }
        }
    }

    /// The endpoint that receives a topic's announcements.
    fn subscription(&mut self) {
        let topic = shown_plainly(&self.properties.remove("TopicArn").unwrap_or_default());
        let mut properties = Value::Object(std::mem::take(&mut self.properties));
        self.reading.grant(told_to(&properties, &topic));
        if let Some(members) = properties.as_object_mut() {
            members.remove("Protocol");
            members.remove("Endpoint");
            self.properties = std::mem::take(members);
        }
    }

    /// Any other resource with a policy.
    fn others(&mut self) {
        let logical_id = self.logical_id;
        let itself = Value::from(logical_id);
        if self.kind == "AWS::SNS::Topic"
            && let Some(subscriptions) = self.properties.remove("Subscription")
        {
            for subscription in document::list(&subscriptions) {
                self.reading.grant(told_to(subscription, logical_id));
            }
        }
        for (kind, path, target) in WITH_DOCUMENT {
            let Some(document) = (kind == self.kind).then(|| self.take(path)).flatten() else {
                continue;
            };
            let targets = target.map(|name| self.properties.remove(name).unwrap_or_default());
            for target in document::list(targets.as_ref().unwrap_or(&itself)) {
                let path = format!("Properties.{path}");
                document::read(&document, &path, Attached::On(target), &mut self.reading);
            }
        }
    }

    /// Searches unread properties for roles, and for names that suggest permissions.
    fn search(&mut self, value: &Value, path: &str) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let path = format!("{path}.{name}");
                    if names_a_role(name) {
                        let action = "sts:AssumeRole";
                        for role in document::list(value) {
                            let grant = allow(self.logical_id, action, &shown_plainly(role));
                            self.reading.grant(grant);
                        }
                    } else if names_a_permission(name) {
                        self.reading.unread(&path, value);
                    } else {
                        self.search(value, &path);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.search(item, &format!("{path}[{index}]"));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn document(&mut self, name: &str, attached: Attached<'_>) {
        if let Some(document) = self.properties.remove(name) {
            document::read(
                &document,
                &format!("Properties.{name}"),
                attached,
                &mut self.reading,
            );
        }
    }

    /// Adds a grant for each item of a property.
    fn each(&mut self, name: &str, grant: impl Fn(&str) -> Grant) {
        let Some(value) = self.properties.remove(name) else {
            return;
        };
        match texts(&value) {
            Some(items) => items.iter().for_each(|item| self.reading.grant(grant(item))),
            None => self.reading.unread(&format!("Properties.{name}"), &value),
        }
    }

    fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.properties.remove(*name);
        }
    }

    /// Removes and returns a property, which may be nested.
    fn take(&mut self, path: &str) -> Option<Value> {
        let (within, name) = path
            .rsplit_once('.')
            .map_or((None, path), |(within, name)| (Some(within), name));
        let mut members = &mut self.properties;
        for step in within.into_iter().flat_map(|within| within.split('.')) {
            members = members.get_mut(step)?.as_object_mut()?;
        }
        members.remove(name)
    }
}

fn allow(principal: &str, action: &str, resource: &str) -> Grant {
    Grant {
        principal: principal.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        condition: None,
        effect: Effect::Allow,
    }
}

/// What a subscription grants to its endpoint.
fn told_to(subscription: &Value, topic: &str) -> Grant {
    let member = |name: &str| shown_plainly(&subscription[name]);
    let receiver = format!("{} {}", member("Protocol"), member("Endpoint"));
    allow(&receiver, "receive what is published", topic)
}

fn shown_plainly(value: &Value) -> String {
    text(value).unwrap_or_else(|| shown(value))
}

/// Tells whether a property names the role under which something acts.
fn names_a_role(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [
        "Role",
        "RoleArn",
        "RoleARN",
        "RoleName",
        "InstanceProfile",
        "InstanceProfileName",
    ];
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Tells whether a property's name suggests permissions.
fn names_a_permission(name: &str) -> bool {
    /// Properties about delivery, despite their names.
    const OTHERS: [&str; 3] = ["DeliveryPolicy", "FilterPolicyScope", "RedrivePolicy"];
    const WORDS: [&str; 13] = [
        "AccessControl",
        "AuthType",
        "Authenti",
        "Authoriz",
        "Cors",
        "Grant",
        "Ownership",
        "Permission",
        "Policies",
        "Policy",
        "Principal",
        "Public",
        "Statement",
    ];
    !OTHERS.contains(&name) && WORDS.iter().any(|word| name.contains(word))
}
