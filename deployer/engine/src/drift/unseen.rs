//! The drift that CloudFormation does not detect.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::DriftError;
use super::function::function_drift;
use super::mapping::mapping_drift;
use crate::Session;
use crate::cloud::{CallError, Cloud};
use crate::stack::{Blueprint, DeployedStack, StackPolicy, UnseenDrift, deployed_template};
use crate::traffic::{self, Resources};

/// The data of the stack, read once for all comparisons.
pub(super) struct Deployed {
    /// `None` if another tool wrote it.
    pub(super) template: Option<Value>,
    pub(super) resources: Resources,
    /// The latest stream of each table, by the table's logical id.
    pub(super) streams: BTreeMap<String, String>,
}

/// The drift that CloudFormation does not see, and what could not be compared.
pub(super) async fn unseen<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
    protected: bool,
) -> Result<(Vec<UnseenDrift>, Option<String>), DriftError> {
    let template = session.cloud.original_template(&stack.id).await?;
    let read = Blueprint::read(&template);
    let unread = read
        .as_ref()
        .err()
        .map(|error| format!("functions and the stack policy were not compared: {error}"));
    let blueprint = read.unwrap_or_default();
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let mut streams = BTreeMap::new();
    for table in traffic::of_type(&resources, "AWS::DynamoDB::Table") {
        let table_now = session.cloud.describe_table(&table.physical_id).await?;
        let stream = table_now.and_then(|table| table.stream_arn);
        streams.extend(stream.map(|stream| (table.logical_id.clone(), stream)));
    }
    let deployed = Deployed {
        template: deployed_template(&template),
        resources,
        streams,
    };
    let mut drifts = Vec::new();
    for function in &blueprint.functions {
        drifts.extend(function_drift(session, &deployed, function).await?);
    }
    drifts.extend(mapping_drift(session, &deployed).await?);
    drifts.extend(stack_drift(session, &deployed, stack, protected).await?);
    Ok((drifts, unread))
}

async fn stack_drift<C: Cloud>(
    session: &Session<'_, C>,
    deployed: &Deployed,
    stack: &DeployedStack,
    protected: bool,
) -> Result<Vec<UnseenDrift>, CallError> {
    let mut drifts = Vec::new();
    if stack.termination_protection != protected {
        drifts.push(UnseenDrift::TerminationProtection { expected: protected });
    }
    // What to protect is known only if the template can be read.
    if let Some(template) = deployed.template.as_ref().filter(|_| protected) {
        let policy = session.cloud.stack_policy(&stack.id).await?;
        let wanted = StackPolicy::protecting(template, &BTreeSet::new());
        if !wanted.is_in_force(policy.as_ref()) {
            drifts.push(UnseenDrift::StackPolicy);
        }
    }
    Ok(drifts)
}
