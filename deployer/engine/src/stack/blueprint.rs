//! PURE: what a rendered template says about the resources that the deployer has to look at itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::guard::derived::is_derived;
use super::{NamedKind, NamedResource, looked_up};

/// The parts of a template that matter beyond CloudFormation.
///
/// Only literal names are read: a generated name collides with nothing and is found through the stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blueprint {
    /// Tables with a name of their own.
    pub tables: Vec<TableDesign>,
    /// Everything with a name of its own that may be taken, tables included.
    pub named: Vec<NamedResource>,
    /// Functions that are reached through an alias.
    pub functions: Vec<LiveFunction>,
    /// Functions that no alias of the template leads to, by their names in the template, with where their code is, if it is in a bucket.
    pub unaliased: BTreeMap<String, Option<CodeObject>>,
    /// What event source mappings read from, by the names in the template.
    pub sources: BTreeSet<String>,
    /// The queues that others move to what was received too often: the queue of dead letters, and whose they are, by the names in the
    /// template.
    pub dead_letters: BTreeMap<String, String>,
    /// The principals that are let in: ARNs of roles, and accounts; neither services nor everybody. Sorted, each once.
    pub callers: Vec<String>,
    /// What outlives its stack, by the names in the template.
    pub retained: BTreeSet<String>,
    /// The tables that say of themselves that they are made of a log, by the names in the template.
    pub derived: BTreeSet<String>,
    /// How many concurrent invocations the functions reserve, all together.
    pub reserved: u32,
    /// The parameters of the Parameter Store that CloudFormation looks up, by their names.
    pub looked_up: BTreeSet<String>,
}

/// A table as the template wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDesign {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS.
    pub name: String,
    /// Whether it outlives its stack.
    pub retained: bool,
    /// The key, partition key first.
    pub key: Vec<Key>,
    /// What its stream carries, if it has one: `NEW_IMAGE`, …
    pub stream_view: Option<String>,
    /// Whether it can be restored to any second of the last weeks.
    pub point_in_time_recovery: bool,
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// The tags in the template; the stack's own tags come on top.
    pub tags: BTreeMap<String, String>,
}

/// An attribute of a table's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The attribute's name.
    pub attribute: String,
    /// Which part of the key it is.
    pub role: KeyRole,
    /// The attribute's type: `S`, `N` or `B`.
    pub attribute_type: String,
}

/// The part that an attribute plays in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// `HASH`.
    Partition,
    /// `RANGE`.
    Sort,
}

/// A function, the version of it that the stack publishes, and the alias through which it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFunction {
    /// The alias's name in AWS, such as `live`.
    pub alias: String,
    /// The alias's name in the template.
    pub alias_id: String,
    /// The function's name in the template.
    pub function_id: String,
    /// The version's name in the template.
    pub version_id: String,
    /// Where the function's code is, if it is in a bucket.
    pub code: Option<CodeObject>,
}

/// An object in a bucket that a function's code comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeObject {
    pub bucket: String,
    /// The object in it.
    pub key: String,
}

impl LiveFunction {
    /// Where in the artifact bucket its code is. Code in any other bucket is somebody else's, and is deployed as the template says.
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

    /// Takes what matters from a rendered template.
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

    /// The log groups with a name of their own.
    pub fn log_groups(&self) -> impl Iterator<Item = &NamedResource> {
        self.named
            .iter()
            .filter(|named| named.kind == NamedKind::LogGroup)
    }
}

/// A number, or the text of one: CloudFormation takes either.
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

/// The resource that a `Ref` or `Fn::GetAtt` points to.
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

/// CloudFormation takes the text `"true"` where it wants a boolean.
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
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_is_read_with_what_adoption_compares() {
        let template = json!({"Resources": {"Events": {
            "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain",
            "Properties": {
                "TableName": "orders-events",
                "AttributeDefinitions": [
                    {"AttributeName": "sk", "AttributeType": "N"}, {"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"},
                "DeletionProtectionEnabled": true,
                "Tags": [{"Key": "owner", "Value": "platform"}],
            },
        }}});
        let blueprint = Blueprint::read(&template.to_string()).unwrap();
        let key = |attribute: &str, role, kind: &str| Key {
            attribute: attribute.into(),
            role,
            attribute_type: kind.into(),
        };
        assert_eq!(
            blueprint.tables,
            [TableDesign {
                logical_id: "Events".into(),
                name: "orders-events".into(),
                retained: true,
                key: vec![key("pk", KeyRole::Partition, "S"), key("sk", KeyRole::Sort, "N")],
                stream_view: Some("NEW_IMAGE".into()),
                point_in_time_recovery: true,
                deletion_protection: true,
                tags: BTreeMap::from([("owner".into(), "platform".into())]),
            }]
        );
    }

    #[test]
    fn an_alias_leads_to_its_function_its_version_and_the_code() {
        let template = json!({"Resources": {
            "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "code/api.zip"}}},
            "ApiVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Api"}}},
            "ApiLive": {"Type": "AWS::Lambda::Alias", "Properties": {
                "Name": "live", "FunctionName": {"Ref": "Api"},
                "FunctionVersion": {"Fn::GetAtt": ["ApiVersion", "Version"]}}},
        }});
        assert_eq!(
            Blueprint::read(&template.to_string()).unwrap().functions,
            [LiveFunction {
                alias: "live".into(),
                alias_id: "ApiLive".into(),
                function_id: "Api".into(),
                version_id: "ApiVersion".into(),
                code: Some(CodeObject {
                    bucket: "b".into(),
                    key: "code/api.zip".into(),
                }),
            }]
        );
    }

    #[test]
    fn a_function_without_an_alias_is_known_as_one() {
        let template = json!({"Resources": {
            "Bare": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "code/bare.zip"}}},
            "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "pass"}}},
            "Api": {"Type": "AWS::Lambda::Function"},
            "ApiVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Api"}}},
            "ApiLive": {"Type": "AWS::Lambda::Alias", "Properties": {
                "Name": "live", "FunctionName": {"Ref": "Api"},
                "FunctionVersion": {"Fn::GetAtt": ["ApiVersion", "Version"]}}},
        }});
        let code = CodeObject {
            bucket: "b".into(),
            key: "code/bare.zip".into(),
        };
        assert_eq!(
            Blueprint::read(&template.to_string()).unwrap().unaliased,
            BTreeMap::from([("Bare".into(), Some(code)), ("Inline".into(), None)])
        );
    }

    #[test]
    fn what_a_mapping_reads_from_is_a_source() {
        let mapping = |source: Value| json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": source}});
        let template = json!({"Resources": {
            "Table": mapping(json!({"Fn::GetAtt": ["Events", "StreamArn"]})),
            "Queue": mapping(json!({"Fn::GetAtt": "Work.Arn"})),
            "Elsewhere": mapping(json!("arn:aws:sqs:eu-central-1:123456789012:theirs")),
        }});
        let sources = Blueprint::read(&template.to_string()).unwrap().sources;
        assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["Events", "Work"]);
    }

    #[test]
    fn a_queue_of_dead_letters_is_known_by_the_queue_that_moves_them_there() {
        let template = json!({"Resources": {
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Work": {"Type": "AWS::SQS::Queue", "Properties": {
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": "5"}}},
            "Elsewhere": {"Type": "AWS::SQS::Queue", "Properties": {
                "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:theirs"}}},
        }});
        let blueprint = Blueprint::read(&template.to_string()).unwrap();
        assert_eq!(
            blueprint.dead_letters,
            BTreeMap::from([("Dead".into(), "Work".into())])
        );
    }

    #[test]
    fn the_callers_are_the_roles_and_accounts_that_permissions_let_in() {
        let permission = |principal: &str| json!({"Type": "AWS::Lambda::Permission", "Properties": {"Principal": principal}});
        let template = json!({"Resources": {
            "A": permission("arn:aws:iam::123456789012:role/orders"),
            "B": permission("arn:aws:iam::123456789012:role/orders"),
            "C": permission("111122223333"),
            "D": permission("*"),
            "E": permission("sns.amazonaws.com"),
            "F": {"Type": "AWS::SNS::Topic", "Properties": {"Principal": "444455556666"}},
        }});
        let blueprint = Blueprint::read(&template.to_string()).unwrap();
        assert_eq!(
            blueprint.callers,
            ["111122223333", "arn:aws:iam::123456789012:role/orders"]
        );
    }

    #[test]
    fn a_generated_name_is_of_no_interest() {
        let template = json!({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}}}});
        assert_eq!(
            Blueprint::read(&template.to_string()).unwrap(),
            Blueprint::default()
        );
    }

    #[test]
    fn a_text_that_is_no_template_is_refused() {
        for (text, is_json) in [("Resources:", false), ("{}", true)] {
            let error = Blueprint::read(text).unwrap_err();
            assert_eq!(error.source.is_none(), is_json, "{text}: {error:?}");
        }
    }
}
