//! PURE: resources with explicit names, which may be taken already.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use super::blueprint::is_retained;

/// A resource whose physical name is in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedResource {
    /// Its kind.
    pub kind: NamedKind,
    /// Its logical id.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Whether it outlives its stack.
    pub retained: bool,
}

/// A resource type whose names are looked up before a resource is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedKind {
    /// `AWS::DynamoDB::Table`.
    Table,
    /// `AWS::Logs::LogGroup`.
    LogGroup,
    /// `AWS::SNS::Topic`.
    Topic,
    /// `AWS::SQS::Queue`.
    Queue,
    /// `AWS::SSM::Parameter`.
    Parameter,
    /// `AWS::IAM::Role`.
    Role,
    /// `AWS::Lambda::Function`.
    Function,
}

impl NamedKind {
    /// Each kind with its CloudFormation type, the property with its name, and its display name.
    const ALL: [(Self, &'static str, &'static str, &'static str); 7] = [
        (Self::Table, "AWS::DynamoDB::Table", "TableName", "table"),
        (Self::LogGroup, "AWS::Logs::LogGroup", "LogGroupName", "log group"),
        (Self::Topic, "AWS::SNS::Topic", "TopicName", "topic"),
        (Self::Queue, "AWS::SQS::Queue", "QueueName", "queue"),
        (Self::Parameter, "AWS::SSM::Parameter", "Name", "parameter"),
        (Self::Role, "AWS::IAM::Role", "RoleName", "role"),
        (
            Self::Function,
            "AWS::Lambda::Function",
            "FunctionName",
            "function",
        ),
    ];
}

impl Display for NamedKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let called = Self::ALL.iter().find(|(kind, ..)| kind == self);
        formatter.write_str(called.map_or("resource", |(.., called)| called))
    }
}

impl NamedResource {
    /// Reads a resource of a rendered template; `None` if CloudFormation generates its name, or its type is not
    /// looked up.
    pub(super) fn read(logical_id: &str, resource: &Value) -> Option<Self> {
        let (kind, _, property, _) = NamedKind::ALL
            .into_iter()
            .find(|(_, of_cloudformation, ..)| resource["Type"] == *of_cloudformation)?;
        Some(Self {
            kind,
            logical_id: logical_id.to_owned(),
            name: resource["Properties"][property].as_str()?.to_owned(),
            retained: is_retained(resource),
        })
    }

    /// Tells whether both are the same resource in AWS.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name == other.name
    }
}

impl Display for NamedResource {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_of_each_type_that_is_looked_up_is_read_from_its_property() {
        for (kind, of_cloudformation, property, called) in NamedKind::ALL {
            let mut resource = json!({"Type": of_cloudformation, "Properties": {}});
            assert_eq!(NamedResource::read("It", &resource), None);
            resource["Properties"][property] = "orders".into();
            let read = NamedResource::read("It", &resource).unwrap();
            assert_eq!((read.kind, read.retained), (kind, false));
            assert_eq!(read.to_string(), format!("{called} `orders`"));
            resource["DeletionPolicy"] = "RetainExceptOnCreate".into();
            assert!(NamedResource::read("It", &resource).unwrap().retained);
        }
    }

    #[test]
    fn a_name_that_only_aws_knows_is_none() {
        let joined = json!({"Fn::Sub": "${Topic.TopicName}-copy"});
        let resource = json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": joined}});
        assert_eq!(NamedResource::read("It", &resource), None);
        let alarm = json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "orders"}});
        assert_eq!(NamedResource::read("It", &alarm), None);
    }
}
