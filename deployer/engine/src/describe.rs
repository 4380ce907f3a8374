//! What a stack is and how it does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::cloud::{Cloud, DeployedTable, FunctionConfiguration};
use crate::stack::{ArtifactKey, Blueprint, CodeObject, StackStatus, Unfinished, base64_of_hex};

use super::traffic::{self, Resources};
use super::{DescribeError, Session, unfinished};

/// A stack and the health of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// The stack's name.
    pub stack: String,
    /// The stack's ARN.
    pub id: String,
    /// The stack's state.
    pub status: StackStatus,
    /// Why it is in that state, in AWS's words.
    pub status_reason: Option<String>,
    /// When it was made or last changed.
    #[serde(serialize_with = "crate::stack::as_text")]
    pub since: Timestamp,
    /// Whether AWS refuses to delete it.
    pub termination_protection: bool,
    /// Whether the stack and everything below is as it should be.
    pub healthy: bool,
    /// The outputs by name.
    pub outputs: BTreeMap<String, String>,
    /// The functions that are reached through an alias.
    pub functions: Vec<FunctionHealth>,
    /// What moves records from a stream to a function.
    pub mappings: Vec<MappingHealth>,
    pub tables: Vec<TableHealth>,
    pub queues: Vec<QueueHealth>,
    /// Runs that have not come to their end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Unfinished>,
    /// What was not looked at, and why; none where everything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionHealth {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS.
    pub name: String,
    /// The alias through which it is reached.
    pub alias: String,
    /// `Active`, `Pending`, …; `Missing` when the alias leads nowhere.
    pub state: String,
    /// The version that the alias leads to.
    pub version: Option<String>,
    /// The version that the stack published.
    pub stack_version: Option<String>,
    /// The live version's description, which carries its revision.
    pub revision: Option<String>,
    /// The Base64 of the SHA-256 of the live code.
    pub code_sha256: Option<String>,
    /// The Base64 of the SHA-256 of the artifact that the stack's template names; none, where the key of the code names no hash.
    pub artifact_sha256: Option<String>,
    /// Whether it is active, its alias leads to the version that the stack published, and the live code is the artifact.
    pub healthy: bool,
}

impl FunctionHealth {
    /// Whether other code runs than the artifact under the version that the stack published: neither a deployment nor a push did that.
    pub fn runs_foreign_code(&self) -> bool {
        self.version == self.stack_version
            && self.code_sha256.is_some()
            && self.artifact_sha256.is_some()
            && self.code_sha256 != self.artifact_sha256
    }
}

/// An event source mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MappingHealth {
    /// Its name in the template.
    pub logical_id: String,
    /// Its id in AWS.
    pub id: String,
    /// `Enabled`, `Disabled`, …; `Missing` when there is none.
    pub state: String,
    /// The ARN of the stream or the queue that it reads.
    pub source: Option<String>,
    /// Whether that is the newest stream of one of the stack's tables: a table whose stream was turned off and on again
    /// has a new one, and the mapping stays with the old.
    pub reads_latest_stream: bool,
    /// The queue that it reads: its name in the template, or in AWS where it is none of the stack's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// What came of the last batch, in AWS's words.
    pub last_result: Option<String>,
    /// Whether it is enabled and reads the newest stream, or a queue.
    pub healthy: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableHealth {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS.
    pub name: String,
    /// `ACTIVE`, `UPDATING`, …; `MISSING` when there is none.
    pub status: String,
    /// How many items it holds, by AWS's last count.
    pub items: u64,
    /// Its size in bytes, by AWS's last count.
    pub bytes: u64,
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Whether it is there and serves.
    pub healthy: bool,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueHealth {
    /// Its name in the template.
    pub logical_id: String,
    pub url: String,
    /// How many messages it holds, by AWS's count; none when there is no queue.
    pub messages: Option<u64>,
    /// Whether nothing in the stack reads from it: what is in it has failed, and waits for somebody.
    pub keeps_failures: bool,
    /// The queue whose dead letters it holds, by its name in the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letters_of: Option<String>,
    /// Whether it is there and keeps no failures.
    pub healthy: bool,
}

/// Describes a stack and looks how what is in it does. `bucket` is where runs are written down.
///
/// # Errors
/// There is no such stack.
pub async fn describe<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    bucket: &str,
) -> Result<Described, DescribeError> {
    let found = session.cloud.describe_stack(stack).await?;
    let stack = found.ok_or_else(|| DescribeError::NoStack {
        stack: stack.to_owned(),
    })?;
    if stack.status == StackStatus::ReviewInProgress {
        return Err(DescribeError::Empty { stack: stack.name });
    }
    let template = session.cloud.original_template(&stack.id).await?;
    // What somebody has deployed by hand may be YAML. Only the template says which alias leads to a function, and which queue is read from.
    let (blueprint, left_out) = match Blueprint::read(&template) {
        Ok(blueprint) => (Some(blueprint), None),
        Err(error) => (
            None,
            Some(format!("functions and queues were not looked at: {error}")),
        ),
    };
    let resources = traffic::resources(session.cloud, &stack.id).await?;

    let functions = match &blueprint {
        Some(blueprint) => functions(session, blueprint, &resources).await?,
        None => Vec::new(),
    };
    let (tables, streams) = tables(session, &resources).await?;
    let mappings = mappings(session, &resources, &streams).await?;
    let queues = match &blueprint {
        Some(blueprint) => queues(session, blueprint, &resources).await?,
        None => Vec::new(),
    };
    let healthy = stack.status.is_healthy()
        && functions.iter().all(|function| function.healthy)
        && mappings.iter().all(|mapping| mapping.healthy)
        && tables.iter().all(|table| table.healthy)
        && queues.iter().all(|queue| queue.healthy);
    Ok(Described {
        unfinished: unfinished(session, bucket, &stack.name).await,
        since: stack.since(),
        stack: stack.name,
        id: stack.id,
        status: stack.status,
        status_reason: stack.status_reason,
        termination_protection: stack.termination_protection,
        healthy,
        outputs: stack.outputs,
        functions,
        mappings,
        tables,
        queues,
        left_out,
    })
}

async fn functions<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
    resources: &Resources,
) -> Result<Vec<FunctionHealth>, DescribeError> {
    let mut functions = Vec::new();
    for function in &blueprint.functions {
        let name = physical_id(resources, &function.function_id);
        let live = match &name {
            Some(name) => {
                session
                    .cloud
                    .function_configuration(name, &function.alias)
                    .await?
            }
            None => None,
        };
        let version = physical_id(resources, &function.version_id);
        let version = version.and_then(|arn| arn.rsplit(':').next().map(ToOwned::to_owned));
        let place = (&*function.function_id, &*function.alias, function.code.as_ref());
        functions.push(function_health(place, name, live, version));
    }
    for (function_id, code) in &blueprint.unaliased {
        let name = physical_id(resources, function_id);
        let newest = match &name {
            Some(name) => session.cloud.function_configuration(name, UNPUBLISHED).await?,
            None => None,
        };
        let version = newest.as_ref().map(|newest| newest.version.clone());
        functions.push(function_health(
            (function_id, UNPUBLISHED, code.as_ref()),
            name,
            newest,
            version,
        ));
    }
    Ok(functions)
}

/// What a function is reached by that no alias leads to: its code as it is, whichever version was published last.
const UNPUBLISHED: &str = "$LATEST";

/// How a function does, of which its name in the template, its alias and where its code is are known.
fn function_health(
    (function_id, alias, code): (&str, &str, Option<&CodeObject>),
    name: Option<String>,
    live: Option<FunctionConfiguration>,
    stack_version: Option<String>,
) -> FunctionHealth {
    let state = live.as_ref().map_or("Missing", |live| &live.state).to_owned();
    let version = live.as_ref().map(|live| live.version.clone());
    let artifact_sha256 = match code.and_then(|code| ArtifactKey::parse(&code.key)) {
        Some(ArtifactKey::Code { sha256, .. }) => base64_of_hex(&sha256),
        _ => None,
    };
    let mut health = FunctionHealth {
        logical_id: function_id.to_owned(),
        name: name.unwrap_or_default(),
        alias: alias.to_owned(),
        // A function that has not been called for weeks is put to rest, and wakes at its next call.
        healthy: ["Active", "Inactive"].contains(&&*state) && version == stack_version,
        state,
        version,
        stack_version,
        revision: live.as_ref().map(|live| live.description.clone()),
        code_sha256: live.map(|live| live.code_sha256),
        artifact_sha256,
    };
    health.healthy &= !health.runs_foreign_code();
    health
}

/// The tables, and the ARNs of their newest streams.
async fn tables<C: Cloud>(
    session: &Session<'_, C>,
    resources: &Resources,
) -> Result<(Vec<TableHealth>, Vec<String>), DescribeError> {
    let (mut tables, mut streams) = (Vec::new(), Vec::new());
    for resource in traffic::of_type(resources, "AWS::DynamoDB::Table") {
        let table = session.cloud.describe_table(&resource.physical_id).await?;
        streams.extend(table.as_ref().and_then(|table| table.stream_arn.clone()));
        tables.push(TableHealth {
            logical_id: resource.logical_id.clone(),
            name: resource.physical_id.clone(),
            status: table.as_ref().map_or("MISSING", |table| &table.status).to_owned(),
            items: table.as_ref().map_or(0, |table| table.items),
            bytes: table.as_ref().map_or(0, |table| table.bytes),
            deletion_protection: table.as_ref().is_some_and(|table| table.deletion_protection),
            // A table that is being changed serves all the same.
            healthy: table
                .as_ref()
                .is_some_and(|table: &DeployedTable| ["ACTIVE", "UPDATING"].contains(&&*table.status)),
        });
    }
    Ok((tables, streams))
}

async fn mappings<C: Cloud>(
    session: &Session<'_, C>,
    resources: &Resources,
    streams: &[String],
) -> Result<Vec<MappingHealth>, DescribeError> {
    let mut mappings = Vec::new();
    for resource in traffic::of_type(resources, "AWS::Lambda::EventSourceMapping") {
        let mapping = session.cloud.mapping(&resource.physical_id).await?;
        let state = mapping
            .as_ref()
            .map_or("Missing", |mapping| &mapping.state)
            .to_owned();
        let reads_latest_stream = mapping
            .as_ref()
            .is_some_and(|mapping| streams.contains(&mapping.source));
        let queue = mapping
            .as_ref()
            .and_then(|mapping| queue_of(&mapping.source, resources));
        mappings.push(MappingHealth {
            logical_id: resource.logical_id.clone(),
            id: resource.physical_id.clone(),
            healthy: state == "Enabled" && (reads_latest_stream || queue.is_some()),
            state,
            reads_latest_stream,
            queue,
            source: mapping.as_ref().map(|mapping| mapping.source.clone()),
            last_result: mapping.and_then(|mapping| mapping.last_result),
        });
    }
    Ok(mappings)
}

/// The queue behind an ARN; none where it is something else's.
fn queue_of(source: &str, resources: &Resources) -> Option<String> {
    let mut parts = source.split(':').skip(2);
    let name = (parts.next() == Some("sqs")).then(|| parts.last()).flatten()?;
    // A queue is known by its URL, which ends in its name.
    let mut queues = traffic::of_type(resources, "AWS::SQS::Queue");
    let own = queues.find(|queue| queue.physical_id.rsplit('/').next() == Some(name));
    Some(own.map_or(name, |queue| &queue.logical_id).to_owned())
}

async fn queues<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
    resources: &Resources,
) -> Result<Vec<QueueHealth>, DescribeError> {
    let mut queues = Vec::new();
    for resource in traffic::of_type(resources, "AWS::SQS::Queue") {
        let messages = session.cloud.queue_depth(&resource.physical_id).await?;
        let keeps_failures = !blueprint.sources.contains(&resource.logical_id);
        queues.push(QueueHealth {
            logical_id: resource.logical_id.clone(),
            url: resource.physical_id.clone(),
            messages,
            keeps_failures,
            dead_letters_of: blueprint.dead_letters.get(&resource.logical_id).cloned(),
            healthy: messages.is_some_and(|messages| messages == 0 || !keeps_failures),
        });
    }
    Ok(queues)
}

fn physical_id(resources: &Resources, logical_id: &str) -> Option<String> {
    resources
        .get(logical_id)
        .map(|resource| resource.physical_id.clone())
}
