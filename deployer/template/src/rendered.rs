//! PURE: a rendering: the bytes that are printed, sent, stored and compared, and facts about them.

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::revision::hexadecimal;
use super::value::{Value, ascii};
use crate::problem::Problems;

/// A template for one environment, without parameters, conditions, rules, mappings and transforms.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    root: Value,
    json: String,
    resources: Vec<Resource>,
    outputs: Vec<String>,
    parameters: IndexMap<String, String>,
    artifact_keys: Vec<String>,
    missing_artifacts: Vec<String>,
    warnings: Problems,
}

/// What a rendering contains besides the template itself.
pub(super) struct Supplied {
    pub(super) parameters: IndexMap<String, String>,
    pub(super) artifact_keys: Vec<String>,
    pub(super) missing_artifacts: Vec<String>,
    pub(super) warnings: Problems,
}

/// A resource of the rendering.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its logical id in the template.
    pub logical_id: String,
    /// Its type: `AWS::DynamoDB::Table`.
    pub kind: String,
    /// Its physical name, if the template sets it.
    pub name: Option<String>,
    /// What happens to it when it leaves the stack.
    pub deletion_policy: DeletionPolicy,
    /// Its properties as rendered; null if it has none.
    pub properties: serde_json::Value,
}

/// What happens to a resource that leaves the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeletionPolicy {
    /// It is deleted.
    #[default]
    Delete,
    /// It stays.
    Retain,
    /// It stays, unless the operation that created it is rolled back.
    RetainExceptOnCreate,
    /// It is deleted after a snapshot is taken.
    Snapshot,
}

/// What a caller must acknowledge before CloudFormation changes IAM resources.
///
/// `CAPABILITY_AUTO_EXPAND` is never needed: a rendering contains no macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// IAM resources.
    Iam,
    /// IAM resources with custom names.
    NamedIam,
}

impl Capability {
    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
        }
    }
}

/// The types whose creation must be acknowledged, and the property that sets a custom name.
const IAM_TYPES: [(&str, Option<&str>); 8] = [
    ("AWS::IAM::AccessKey", None),
    ("AWS::IAM::Group", Some("GroupName")),
    ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
    ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
    ("AWS::IAM::Policy", None),
    ("AWS::IAM::Role", Some("RoleName")),
    ("AWS::IAM::User", Some("UserName")),
    ("AWS::IAM::UserToGroupAddition", None),
];

/// The properties that set the physical names of other types.
const NAMES: [(&str, &str); 9] = [
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::Lambda::Alias", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SSM::Parameter", "Name"),
];

impl Rendered {
    pub(super) fn new(root: Value, supplied: Supplied) -> Self {
        let section = |name: &str| match root.get(name) {
            Some(Value::Object(members)) => members.clone(),
            _ => IndexMap::new(),
        };
        let resources = section("Resources")
            .iter()
            .map(|(id, body)| Resource::new(id, body))
            .collect();
        let outputs = section("Outputs").into_keys().collect();
        // Writing to a string never fails, and every key is a string.
        let mut json = ascii(&serde_json::to_string_pretty(&root).unwrap_or_default());
        json.push('\n');
        Self {
            root,
            json,
            resources,
            outputs,
            parameters: supplied.parameters,
            artifact_keys: supplied.artifact_keys,
            missing_artifacts: supplied.missing_artifacts,
            warnings: supplied.warnings,
        }
    }

    /// The template: ASCII JSON in the order of the source, ending in a line break.
    ///
    /// It keeps the order of the source instead of sorting keys, because readers know the template by that order:
    /// `Type` comes before `Properties`, and the table before its readers. The output is still deterministic, because
    /// the source is an input.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The template as YAML, for reading. CloudFormation receives the JSON.
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(&self.root).unwrap_or_default()
    }

    /// The SHA-256 of the JSON, in hexadecimal.
    pub fn sha256(&self) -> String {
        hexadecimal(&Sha256::digest(self.json.as_bytes()))
    }

    /// Lists the resources in the order of the template.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// Finds a resource by its logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.logical_id == logical_id)
    }

    /// Lists the keys of the outputs in the order of the template.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// The parameters with which the unrendered source makes the same stack. A list is one comma-separated string, as
    /// in the API.
    pub fn parameters(&self) -> &IndexMap<String, String> {
        &self.parameters
    }

    /// Lists the keys of the functions' code.
    pub fn artifact_keys(&self) -> &[String] {
        &self.artifact_keys
    }

    /// Lists the binaries whose code is a placeholder. Such a rendering can be read but not deployed.
    pub fn missing_artifacts(&self) -> &[String] {
        &self.missing_artifacts
    }

    /// Oddities in the template that do not prevent a deployment.
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    /// Lists the capabilities that a deployment must acknowledge.
    pub fn capabilities(&self) -> Vec<Capability> {
        let mut iam = false;
        for resource in &self.resources {
            let Some((_, name)) = IAM_TYPES.iter().find(|(kind, _)| *kind == resource.kind) else {
                continue;
            };
            iam = true;
            if name.is_some_and(|name| resource.properties.get(name).is_some()) {
                return vec![Capability::NamedIam];
            }
        }
        if iam { vec![Capability::Iam] } else { Vec::new() }
    }
}

impl Resource {
    fn new(logical_id: &str, body: &Value) -> Self {
        let text = |key: &str| body.get(key).and_then(Value::as_text);
        let kind = text("Type").unwrap_or_default();
        let named = NAMES
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, property)| *property);
        let named = named.or_else(|| {
            IAM_TYPES
                .iter()
                .find(|(known, _)| *known == kind)
                .and_then(|(_, name)| *name)
        });
        let properties = body
            .get("Properties")
            .map_or(serde_json::Value::Null, Value::to_json);
        let name = named.and_then(|property| properties.get(property)?.as_str().map(str::to_owned));
        let deletion_policy = match text("DeletionPolicy").as_deref() {
            Some("Retain") => DeletionPolicy::Retain,
            Some("RetainExceptOnCreate") => DeletionPolicy::RetainExceptOnCreate,
            Some("Snapshot") => DeletionPolicy::Snapshot,
            _ => DeletionPolicy::Delete,
        };
        Self {
            logical_id: logical_id.to_owned(),
            kind,
            name,
            deletion_policy,
            properties,
        }
    }
}
