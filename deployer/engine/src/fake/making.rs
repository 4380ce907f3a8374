//! What becomes of the world when a stack makes, imports or deletes a resource.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::{named, physical_id};
use super::operation::resources_of;
use super::services::stream_arn;
use super::stack::{FakeResource, FakeStack};
use super::world::{ACCOUNT, FakeQueue, FakeTable, World};

impl World {
    pub(super) fn make(&mut self, stack: &str, logical_id: &str, body: &Value) {
        let resource_type = body["Type"].as_str().unwrap();
        let name = physical_name(self.find(stack).unwrap(), logical_id, body);
        let physical_id = match resource_type {
            "AWS::DynamoDB::Table" => {
                self.tables
                    .insert(name.clone(), FakeTable::of(logical_id, body, self.now));
                name
            }
            "AWS::Logs::LogGroup" => {
                self.log_groups.insert(name.clone());
                name
            }
            "AWS::S3::Bucket" => {
                self.buckets.insert(name.clone());
                name
            }
            "AWS::SQS::Queue" => {
                let url = format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{name}");
                let queue = FakeQueue {
                    messages: 0,
                    made: self.now,
                    tags: BTreeMap::new(),
                    policy: String::new(),
                };
                self.queues.entry(url.clone()).or_insert(queue);
                url
            }
            "AWS::Lambda::Function" => {
                let key = body["Properties"]["Code"]["S3Key"].as_str().unwrap_or_default();
                let code = self
                    .objects
                    .get(key)
                    .map(|code| self.hash(code))
                    .unwrap_or_default();
                let variables = self.variables(stack, body);
                let before = self.find(stack).unwrap().resources.get(logical_id);
                let has_other_code = before
                    .is_none_or(|before| before.body["Properties"]["Code"] != body["Properties"]["Code"]);
                let function = self.functions.entry(name.clone()).or_default();
                if has_other_code {
                    function.code_sha256 = code;
                }
                function.variables = variables;
                name
            }
            "AWS::Lambda::Version" => {
                let function = self.target(stack, &body["Properties"]["FunctionName"]);
                let published = self.functions.get_mut(&function).unwrap();
                published.versions.push(published.code_sha256.clone());
                format!(
                    "arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{function}:{}",
                    published.versions.len()
                )
            }
            "AWS::Lambda::Alias" => {
                let function = self.target(stack, &body["Properties"]["FunctionName"]);
                let version = self.target(stack, &body["Properties"]["FunctionVersion"]);
                let number = version.rsplit(':').next().unwrap().to_owned();
                let alias = body["Properties"]["Name"].as_str().unwrap().to_owned();
                self.functions
                    .get_mut(&function)
                    .unwrap()
                    .aliases
                    .insert(alias, number);
                name
            }
            "AWS::SNS::Topic" | "AWS::SSM::Parameter" => match named(logical_id, body) {
                Some(named) => {
                    let id = physical_id(&named);
                    self.others.insert(id.clone());
                    id
                }
                None => name,
            },
            _ => name,
        };
        let resource = FakeResource {
            physical_id,
            resource_type: resource_type.into(),
            body: body.clone(),
            imported: false,
            table_before: None,
        };
        self.stack_mut(stack)
            .resources
            .insert(logical_id.into(), resource);
    }

    pub(super) fn import(&mut self, stack: &str, logical_id: &str, body: &Value) {
        let physical_id = physical_name(self.find(stack).unwrap(), logical_id, body);
        let resource_type = body["Type"].as_str().unwrap().to_owned();
        let table_before = self.apply_to_import(logical_id, &physical_id, body);
        let resource = FakeResource {
            physical_id,
            resource_type,
            body: body.clone(),
            imported: true,
            table_before,
        };
        self.stack_mut(stack)
            .resources
            .insert(logical_id.into(), resource);
    }

    pub(super) fn unmake(&mut self, stack: &str, logical_id: &str) {
        let resource = self.stack_mut(stack).resources.remove(logical_id).unwrap();
        match &*resource.resource_type {
            "AWS::DynamoDB::Table" => drop(self.tables.remove(&resource.physical_id)),
            "AWS::Lambda::Function" => drop(self.functions.remove(&resource.physical_id)),
            "AWS::S3::Bucket" => drop(self.buckets.remove(&resource.physical_id)),
            "AWS::SQS::Queue" => drop(self.queues.remove(&resource.physical_id)),
            "AWS::SNS::Topic" => {
                self.subscriptions.clear();
                self.others.remove(&resource.physical_id);
            }
            "AWS::Logs::LogGroup" => self.unmake_log_group(&resource.physical_id),
            "AWS::SSM::Parameter" => drop(self.others.remove(&resource.physical_id)),
            _ => {}
        }
    }

    /// A function that is still at work makes its group anew as often as the script says.
    pub(super) fn unmake_log_group(&mut self, name: &str) {
        match self.script.recreated_log_groups.get_mut(name) {
            Some(times @ 1..) => *times -= 1,
            _ => drop(self.log_groups.remove(name)),
        }
    }

    /// A function's environment variables: texts, and resources by their names.
    fn variables(&self, stack: &str, body: &Value) -> BTreeMap<String, String> {
        let stack = self.find(stack).unwrap();
        let designs = resources_of(&stack.template);
        let variables = body["Properties"]["Environment"]["Variables"].as_object();
        let text = |value: &Value| {
            if let Some(logical_id) = value["Ref"].as_str() {
                return reference(stack, logical_id, &designs[logical_id]);
            }
            match value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
                Some([Value::String(table), attribute]) if attribute == "StreamArn" => {
                    stream_arn(&physical_name(stack, table, &designs[table]))
                }
                _ => value.as_str().unwrap_or_default().to_owned(),
            }
        };
        variables
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }

    /// The name in AWS of what a `Ref` or `Fn::GetAtt` points to.
    fn target(&self, stack: &str, reference: &Value) -> String {
        let logical_id = reference["Ref"]
            .as_str()
            .or(reference["Fn::GetAtt"][0].as_str())
            .unwrap();
        self.find(stack).unwrap().resources[logical_id]
            .physical_id
            .clone()
    }

    /// Whether a resource's literal name is taken.
    pub(super) fn exists(&self, stack: &FakeStack, logical_id: &str, body: &Value) -> bool {
        match named(logical_id, body) {
            Some(named) => self.is_taken(&named),
            None => self.buckets.contains(&physical_name(stack, logical_id, body)),
        }
    }
}

/// What a `Ref` comes to.
fn reference(stack: &FakeStack, logical_id: &str, body: &Value) -> String {
    let name = physical_name(stack, logical_id, body);
    match body["Type"].as_str() {
        Some("AWS::SQS::Queue") => format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{name}"),
        Some("AWS::SNS::Topic") => named(logical_id, body).map_or(name, |named| physical_id(&named)),
        _ => name,
    }
}

pub(super) fn physical_name(stack: &FakeStack, logical_id: &str, body: &Value) -> String {
    let named = named(logical_id, body).map(|named| named.name);
    let bucket = || body["Properties"]["BucketName"].as_str().map(ToOwned::to_owned);
    named
        .or_else(bucket)
        .unwrap_or_else(|| format!("{}-{logical_id}", stack.name))
}
