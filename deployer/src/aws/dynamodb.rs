//! `DynamoDB`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, StreamSpecification, StreamViewType, TableDescription, Tag,
};
use aws_smithy_types::DateTime;
use cfn_deploy::cloud::{CallError, CallErrorKind, DeployedTable, RestoreWindow, TableRepair, Tables};
use cfn_deploy::stack::{Key, KeyRole};
use jiff::Timestamp;

use super::Aws;

impl Tables for Aws {
    async fn describe_table(&self, name: &str) -> Result<Option<DeployedTable>, CallError> {
        let answer = self.dynamodb.describe_table().table_name(name).send().await;
        match answer.map_err(|error| self.failure("dynamodb:DescribeTable", error)) {
            Ok(answer) => Ok(answer.table.map(table)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn point_in_time_recovery(&self, name: &str) -> Result<Option<RestoreWindow>, CallError> {
        let answer = self
            .dynamodb
            .describe_continuous_backups()
            .table_name(name)
            .send()
            .await;
        let backups = answer.map_err(|error| self.failure("dynamodb:DescribeContinuousBackups", error))?;
        let recovery = backups
            .continuous_backups_description
            .and_then(|description| description.point_in_time_recovery_description);
        let on = recovery.filter(|recovery| {
            recovery.point_in_time_recovery_status == Some(PointInTimeRecoveryStatus::Enabled)
        });
        Ok(on.map(|recovery| RestoreWindow {
            earliest: recovery.earliest_restorable_date_time.and_then(timestamp),
            latest: recovery.latest_restorable_date_time.and_then(timestamp),
        }))
    }

    async fn restore_table(
        &self,
        source: &str,
        target: &str,
        at: Option<Timestamp>,
    ) -> Result<(), CallError> {
        let request = self
            .dynamodb
            .restore_table_to_point_in_time()
            .source_table_name(source)
            .target_table_name(target)
            .set_restore_date_time(at.map(|at| DateTime::from_secs(at.as_second())))
            .set_use_latest_restorable_time(at.is_none().then_some(true));
        let answer = request.send().await;
        answer
            .map(|_| ())
            .map_err(|error| self.failure("dynamodb:RestoreTableToPointInTime", error))
    }

    async fn table_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, CallError> {
        let mut tags = BTreeMap::new();
        let mut next = None;
        loop {
            let request = self
                .dynamodb
                .list_tags_of_resource()
                .resource_arn(arn)
                .set_next_token(next);
            let page = request
                .send()
                .await
                .map_err(|error| self.failure("dynamodb:ListTagsOfResource", error))?;
            tags.extend(page.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)));
            next = page.next_token;
            if next.is_none() {
                return Ok(tags);
            }
        }
    }

    async fn repair_table(&self, table: &DeployedTable, repair: &TableRepair) -> Result<(), CallError> {
        match repair {
            TableRepair::PointInTimeRecovery(enabled) => self.set_recovery(table, *enabled).await,
            TableRepair::DeletionProtection(enabled) => {
                let request = self.dynamodb.update_table().table_name(&table.name);
                let answer = request.deletion_protection_enabled(*enabled).send().await;
                answer
                    .map(|_| ())
                    .map_err(|error| self.failure("dynamodb:UpdateTable", error))
            }
            TableRepair::Stream(view) => self.turn_on_stream(table, view).await,
            TableRepair::Tags(tags) => self.tag(table, tags).await,
        }
    }

    async fn delete_table(&self, name: &str) -> Result<(), CallError> {
        let answer = self.dynamodb.delete_table().table_name(name).send().await;
        match answer.map_err(|error| self.failure("dynamodb:DeleteTable", error)) {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}

impl Aws {
    async fn set_recovery(&self, table: &DeployedTable, enabled: bool) -> Result<(), CallError> {
        const OPERATION: &str = "dynamodb:UpdateContinuousBackups";
        let specification = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(enabled)
            .build()
            .map_err(|error| unbuilt(OPERATION, error))?;
        let request = self.dynamodb.update_continuous_backups().table_name(&table.name);
        let answer = request
            .point_in_time_recovery_specification(specification)
            .send()
            .await;
        answer.map(|_| ()).map_err(|error| self.failure(OPERATION, error))
    }

    async fn turn_on_stream(&self, table: &DeployedTable, view: &str) -> Result<(), CallError> {
        const OPERATION: &str = "dynamodb:UpdateTable";
        let specification = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::from(view))
            .build()
            .map_err(|error| unbuilt(OPERATION, error))?;
        let request = self.dynamodb.update_table().table_name(&table.name);
        let answer = request.stream_specification(specification).send().await;
        answer.map(|_| ()).map_err(|error| self.failure(OPERATION, error))
    }

    async fn tag(&self, table: &DeployedTable, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        const OPERATION: &str = "dynamodb:TagResource";
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect::<Result<_, _>>()
            .map_err(|error| unbuilt(OPERATION, error))?;
        let answer = self
            .dynamodb
            .tag_resource()
            .resource_arn(&table.arn)
            .set_tags(Some(tags))
            .send()
            .await;
        answer.map(|_| ()).map_err(|error| self.failure(OPERATION, error))
    }
}

fn unbuilt(operation: &str, error: BuildError) -> CallError {
    let kind = CallErrorKind::Other {
        code: "not sent".to_owned(),
        message: error.to_string(),
    };
    CallError {
        operation: operation.to_owned(),
        kind,
        source: Some(error.into()),
    }
}

fn table(description: TableDescription) -> DeployedTable {
    let definitions = description.attribute_definitions.unwrap_or_default();
    let mut key: Vec<Key> = description
        .key_schema
        .unwrap_or_default()
        .into_iter()
        .map(|element| key_part(element, &definitions))
        .collect();
    key.sort_by_key(|part| part.role == KeyRole::Sort);
    let stream = description
        .stream_specification
        .filter(|stream| stream.stream_enabled);
    DeployedTable {
        name: description.table_name.unwrap_or_default(),
        arn: description.table_arn.unwrap_or_default(),
        status: description
            .table_status
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        key,
        stream_view: stream
            .and_then(|stream| stream.stream_view_type)
            .map(|view| view.as_str().to_owned()),
        stream_arn: description.latest_stream_arn,
        deletion_protection: description.deletion_protection_enabled.unwrap_or_default(),
        items: count(description.item_count),
        bytes: count(description.table_size_bytes),
    }
}

fn key_part(element: KeySchemaElement, definitions: &[AttributeDefinition]) -> Key {
    let definition = definitions
        .iter()
        .find(|definition| definition.attribute_name == element.attribute_name);
    Key {
        attribute_type: definition
            .map(|definition| definition.attribute_type.as_str().to_owned())
            .unwrap_or_default(),
        role: if element.key_type == KeyType::Hash {
            KeyRole::Partition
        } else {
            KeyRole::Sort
        },
        attribute: element.attribute_name,
    }
}

fn timestamp(time: DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

fn count(value: Option<i64>) -> u64 {
    value
        .and_then(|value| u64::try_from(value).ok())
        .unwrap_or_default()
}
