//! PURE: the facts in a rendered template about resources that the deployer itself inspects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::guard::derived::is_derived;
use super::{NamedKind, NamedResource, looked_up};

/// The parts of a template that the deployer itself needs.
///
/// Only literal names are read: a generated name cannot collide, and is found through the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blueprint {
    /// Tables with explicit names.
    pub tables: Vec<TableDesign>,
    /// All resources with explicit names that may be taken, including tables.
    pub named: Vec<NamedResource>,
    /// Functions that are called through an alias.
    pub functions: Vec<LiveFunction>,
    /// Functions without an alias in the template, by logical id, with the place of their code if it is in a bucket.
    pub unaliased: BTreeMap<String, Option<CodeObject>>,
    /// The logical ids of the sources of event source mappings.
    pub sources: BTreeSet<String>,
    /// The dead-letter queues, each with the queue that it belongs to, by logical id.
    pub dead_letters: BTreeMap<String, String>,
    /// The principals that may call the store: ARNs of roles, and accounts; no services, and not everybody. Sorted,
    /// without duplicates.
    pub callers: Vec<String>,
    /// What outlives its stack, by the names in the template.
    pub retained: BTreeSet<String>,
    /// The tables that say of themselves that they are made of a log, by the names in the template.
    pub derived: BTreeSet<String>,
    /// How many concurrent invocations the functions reserve, all together.
    pub reserved: u32,
    /// The names of the parameters that CloudFormation looks up in the Parameter Store.
    pub looked_up: BTreeSet<String>,
}

/// A table as the template defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDesign {
    /// Its logical id.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Whether it outlives its stack.
    pub retained: bool,
    /// The key, partition key first.
    pub key: Vec<Key>,
    /// The view type of its stream, if it has one: `NEW_IMAGE`, …
    pub stream_view: Option<String>,
    /// Whether it has point-in-time recovery.
    pub point_in_time_recovery: bool,
    /// Whether it has deletion protection.
    pub deletion_protection: bool,
    /// The tags in the template; the stack's tags come in addition.
    pub tags: BTreeMap<String, String>,
}

/// An attribute of a table's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The attribute's name.
    pub attribute: String,
    /// The role of the attribute in the key.
    pub role: KeyRole,
    /// The attribute's type: `S`, `N` or `B`.
    pub attribute_type: String,
}

/// The role of an attribute in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// `HASH`.
    Partition,
    /// `RANGE`.
    Sort,
}

/// A function, the version that the stack publishes, and the alias through which it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFunction {
    /// The alias's physical name, such as `live`.
    pub alias: String,
    /// The alias's logical id.
    pub alias_id: String,
    /// The function's logical id.
    pub function_id: String,
    /// The version's logical id.
    pub version_id: String,
    /// The place of the function's code, if it is in a bucket.
    pub code: Option<CodeObject>,
}

/// An object in a bucket with a function's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeObject {
    pub bucket: String,
    /// The object's key.
    pub key: String,
}

impl LiveFunction {
    /// The code's key in the artifact bucket. Code in any other bucket belongs to somebody else and is deployed as
    /// the template says.
    pub fn code_key(&self, artifact_bucket: &str) -> Option<&str> {
        let code = self.code.as_ref()?;
        (code.bucket == artifact_bucket).then_some(&code.key)
    }
}

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the template is not a JSON object with `Resources`")]
pub struct BlueprintError {
    #[source]
    source: Option<serde_json::Error>,
}

impl BlueprintError {
    pub(super) fn no_json(error: serde_json::Error) -> Self {
        Self { source: Some(error) }
    }
}

impl Blueprint {
    /// Reads a rendered template.
    ///
    /// # Errors
    /// The text is not a JSON object with `Resources`.
    pub fn read(template: &str) -> Result<Self, BlueprintError> {
        let template: Value = serde_json::from_str(template).map_err(BlueprintError::no_json)?;
        Self::of(&template)
    }

    /// Extracts the facts from a rendered template.
    ///
    /// # Errors
    /// It is not an object with `Resources`.
    pub fn of(template: &Value) -> Result<Self, BlueprintError> {
        let resources = template["Resources"]
            .as_object()
            .ok_or(BlueprintError { source: None })?;
        let mut blueprint = Self {
            looked_up: looked_up(&template.to_string())
                .into_iter()
                .map(str::to_owned)
                .collect(),
            ..Self::default()
        };
        for (logical_id, resource) in resources {
            blueprint.named.extend(NamedResource::read(logical_id, resource));
            if is_retained(resource) {
                blueprint.retained.insert(logical_id.clone());
            }
            if is_derived(resource) {
                blueprint.derived.insert(logical_id.clone());
            }
            match resource["Type"].as_str() {
                Some("AWS::DynamoDB::Table") => blueprint.tables.extend(table(logical_id, resource)),
                Some("AWS::Lambda::EventSourceMapping") => {
                    let source = target(&resource["Properties"]["EventSourceArn"]);
                    blueprint.sources.extend(source.map(str::to_owned));
                }
                Some("AWS::SQS::Queue") => {
                    let dead = target(&resource["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]);
                    let dead = dead.map(|dead| (dead.to_owned(), logical_id.clone()));
                    blueprint.dead_letters.extend(dead);
                }
                Some("AWS::Lambda::Alias") => {
                    blueprint
                        .functions
                        .extend(live_function(logical_id, resource, resources));
                }
                Some("AWS::Lambda::Function") => {
                    blueprint.reserved += reservation(resource);
                    let code = code_object(&resource["Properties"]["Code"]);
                    blueprint.unaliased.insert(logical_id.clone(), code);
                }
                Some("AWS::Lambda::Permission") => blueprint.callers.extend(caller(resource)),
                _ => {}
            }
        }
        for function in &blueprint.functions {
            blueprint.unaliased.remove(&function.function_id);
        }
        blueprint.callers.sort_unstable();
        blueprint.callers.dedup();
        Ok(blueprint)
    }

    /// The tables that outlive their stack.
    pub fn retained_tables(&self) -> impl Iterator<Item = &TableDesign> {
        self.tables.iter().filter(|table| table.retained)
    }

    /// The log groups with explicit names.
    pub fn log_groups(&self) -> impl Iterator<Item = &NamedResource> {
        self.named
            .iter()
            .filter(|named| named.kind == NamedKind::LogGroup)
    }
}

/// A number or its string: CloudFormation accepts both.
fn reservation(function: &Value) -> u32 {
    let reserved = &function["Properties"]["ReservedConcurrentExecutions"];
    let number = reserved
        .as_u64()
        .or_else(|| reserved.as_str().and_then(|text| text.parse().ok()));
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or_default()
}

fn table(logical_id: &str, resource: &Value) -> Option<TableDesign> {
    let properties = &resource["Properties"];
    let type_of = |attribute: &str| {
        let definitions = properties["AttributeDefinitions"].as_array()?;
        let definition = definitions
            .iter()
            .find(|definition| definition["AttributeName"] == attribute)?;
        definition["AttributeType"].as_str()
    };
    let key = properties["KeySchema"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|element| {
            let attribute = element["AttributeName"].as_str()?;
            Some(Key {
                attribute: attribute.to_owned(),
                role: if element["KeyType"] == "HASH" {
                    KeyRole::Partition
                } else {
                    KeyRole::Sort
                },
                attribute_type: type_of(attribute)?.to_owned(),
            })
        });
    Some(TableDesign {
        logical_id: logical_id.to_owned(),
        name: properties["TableName"].as_str()?.to_owned(),
        retained: is_retained(resource),
        key: key.collect(),
        stream_view: properties["StreamSpecification"]["StreamViewType"]
            .as_str()
            .map(ToOwned::to_owned),
        point_in_time_recovery: is_true(
            &properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        ),
        deletion_protection: is_true(&properties["DeletionProtectionEnabled"]),
        tags: tags(&properties["Tags"]),
    })
}

fn live_function(alias_id: &str, alias: &Value, resources: &Map<String, Value>) -> Option<LiveFunction> {
    let properties = &alias["Properties"];
    let function_id = target(&properties["FunctionName"])?;
    let code = &resources.get(function_id)?["Properties"]["Code"];
    Some(LiveFunction {
        alias: properties["Name"].as_str()?.to_owned(),
        alias_id: alias_id.to_owned(),
        function_id: function_id.to_owned(),
        version_id: target(&properties["FunctionVersion"])?.to_owned(),
        code: code_object(code),
    })
}

fn code_object(code: &Value) -> Option<CodeObject> {
    Some(CodeObject {
        bucket: code["S3Bucket"].as_str()?.to_owned(),
        key: code["S3Key"].as_str()?.to_owned(),
    })
}

fn caller(permission: &Value) -> Option<String> {
    let principal = permission["Properties"]["Principal"].as_str()?;
    let is_of_an_account = !principal.ends_with(".amazonaws.com") && principal != "*";
    is_of_an_account.then(|| principal.to_owned())
}

/// The target of a `Ref` or `Fn::GetAtt`.
fn target(value: &Value) -> Option<&str> {
    if let Some(name) = value["Ref"].as_str() {
        return Some(name);
    }
    match &value["Fn::GetAtt"] {
        Value::Array(path) => path.first()?.as_str(),
        Value::String(path) => path.split('.').next(),
        _ => None,
    }
}

pub(super) fn is_retained(resource: &Value) -> bool {
    resource["DeletionPolicy"]
        .as_str()
        .is_some_and(|policy| policy.starts_with("Retain"))
}

/// CloudFormation accepts the string `"true"` for a boolean.
fn is_true(value: &Value) -> bool {
    value == &Value::Bool(true) || value == "true"
}

fn tags(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_array().into_iter().flatten();
    entries
        .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
