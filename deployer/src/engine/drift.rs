//! How what is there differs from what was deployed: what CloudFormation finds, and what it cannot see.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::aws::{CallError, Cloud, DriftSearch, FunctionConfiguration};
use crate::stack::{
    Blueprint, BlueprintError, DeployedStack, LiveFunction, ResourceDrift, StackPolicy, StackStatus,
    UnseenDrift, code_sha256_of_key, expected_variables, variable_drift,
};

use super::pace::Pace;
use super::session::Interrupted;
use super::traffic::{self, Resources};
use super::{ErrorKind, Event, Session, Talk};

/// CloudFormation asks every service for every resource.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a stack differs from what was deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// The stack.
    pub stack: String,
    /// What CloudFormation found.
    pub resources: Vec<ResourceDrift>,
    /// Why CloudFormation could not look at everything, in its words.
    pub incomplete: Option<String>,
    /// What CloudFormation does not see.
    pub unseen: Vec<UnseenDrift>,
}

impl Drift {
    /// Whether everything is as it was deployed.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.unseen.is_empty()
    }
}

/// Why a stack could not be searched for drift.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack {
        /// The stack.
        stack: String,
    },
    /// The stack is being changed.
    #[error("stack `{stack}` is `{status}`: drift is looked for when that is over")]
    Busy {
        /// The stack.
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The deployed template cannot be read.
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl DriftError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call(_) | Self::NoStack { .. } | Self::Blueprint(_) => ErrorKind::Failed,
            Self::Busy { .. } => ErrorKind::Refused,
            Self::Interrupted => ErrorKind::Interrupted,
        }
    }
}

impl From<Interrupted> for DriftError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// Compares a stack with the template that it was deployed with; `protected` is what its environment says.
///
/// # Errors
/// There is no such stack, or it is being changed.
pub async fn drift<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    stack: &str,
    protected: bool,
) -> Result<Drift, DriftError> {
    let found = session.cloud.describe_stack(stack).await?;
    let found = found.filter(|stack| stack.status != StackStatus::ReviewInProgress);
    let stack = found.ok_or_else(|| DriftError::NoStack {
        stack: stack.to_owned(),
    })?;
    if !stack.status.is_settled() {
        return Err(DriftError::Busy {
            stack: stack.name,
            status: stack.status,
        });
    }
    session.tell(Event::DriftSearching {
        stack: stack.name.clone(),
    });
    let search = session.cloud.search_for_drift(&stack.id).await?;
    let unseen = unseen(session, &stack, protected).await?;
    let incomplete = wait_for(session, &search).await?;
    Ok(Drift {
        resources: resources(session, &stack).await?,
        stack: stack.name,
        incomplete,
        unseen,
    })
}

async fn wait_for<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    search: &str,
) -> Result<Option<String>, DriftError> {
    let mut pace = Pace::up_to(PATIENCE);
    loop {
        match session.cloud.drift_search(search).await? {
            DriftSearch::Running => session.pause(pace.next()).await?,
            DriftSearch::Over { incomplete } => return Ok(incomplete),
        }
    }
}

async fn resources<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    stack: &DeployedStack,
) -> Result<Vec<ResourceDrift>, CallError> {
    let mut drifts = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .drifted_resources(&stack.id, next.as_deref())
            .await?;
        drifts.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(drifts);
        }
    }
}

/// What is read of the stack once, and compared with piece by piece.
struct Deployed {
    template: Value,
    resources: Resources,
    /// The newest stream of each table, by the table's name in the template.
    streams: BTreeMap<String, String>,
}

async fn unseen<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    stack: &DeployedStack,
    protected: bool,
) -> Result<Vec<UnseenDrift>, DriftError> {
    let template = session.cloud.original_template(&stack.id).await?;
    let blueprint = Blueprint::read(&template)?;
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let mut streams = BTreeMap::new();
    for table in traffic::of_type(&resources, "AWS::DynamoDB::Table") {
        let table_now = session.cloud.describe_table(&table.physical_id).await?;
        let stream = table_now.and_then(|table| table.stream_arn);
        streams.extend(stream.map(|stream| (table.logical_id.clone(), stream)));
    }
    let deployed = Deployed {
        template: serde_json::from_str(&template).unwrap_or_default(),
        resources,
        streams,
    };
    let mut drifts = Vec::new();
    for function in &blueprint.functions {
        drifts.extend(function_drift(session, &deployed, function).await?);
    }
    drifts.extend(mapping_drift(session, &deployed).await?);
    drifts.extend(stack_drift(session, &deployed, stack, protected).await?);
    Ok(drifts)
}

async fn function_drift<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployed: &Deployed,
    function: &LiveFunction,
) -> Result<Vec<UnseenDrift>, CallError> {
    let logical_id = &function.function_id;
    let missing = || {
        vec![UnseenDrift::Missing {
            logical_id: function.alias_id.clone(),
        }]
    };
    let Some(resource) = deployed.resources.get(logical_id) else {
        return Ok(missing());
    };
    let live = session
        .cloud
        .function_configuration(&resource.physical_id, &function.alias)
        .await?;
    let Some(live) = live else { return Ok(missing()) };
    let mut drifts = code_drift(deployed, function, &live);
    let attributes = deployed
        .streams
        .iter()
        .map(|(table, stream)| ((table.clone(), "StreamArn".to_owned()), stream.clone()))
        .collect();
    let expected = expected_variables(&deployed.template, logical_id, &deployed.resources, &attributes);
    drifts.extend(variable_drift(logical_id, &expected, &live.variables));
    Ok(drifts)
}

fn code_drift(
    deployed: &Deployed,
    function: &LiveFunction,
    live: &FunctionConfiguration,
) -> Vec<UnseenDrift> {
    let mut drifts = Vec::new();
    let version = deployed.resources.get(&function.version_id);
    // The version's ARN ends with its number.
    let own = version.and_then(|version| version.physical_id.rsplit(':').next());
    if let Some(own) = own.filter(|own| *own != live.version) {
        drifts.push(UnseenDrift::Version {
            logical_id: function.function_id.clone(),
            expected: own.to_owned(),
            actual: live.version.clone(),
        });
    }
    let expected = function.code_key.as_deref().and_then(code_sha256_of_key);
    if let Some(expected) = expected.filter(|expected| *expected != live.code_sha256) {
        drifts.push(UnseenDrift::Code {
            logical_id: function.function_id.clone(),
            expected,
            actual: live.code_sha256.clone(),
        });
    }
    drifts
}

async fn mapping_drift<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployed: &Deployed,
) -> Result<Vec<UnseenDrift>, CallError> {
    let mut drifts = Vec::new();
    for resource in traffic::of_type(&deployed.resources, "AWS::Lambda::EventSourceMapping") {
        let logical_id = resource.logical_id.clone();
        let Some(mapping) = session.cloud.mapping(&resource.physical_id).await? else {
            drifts.push(UnseenDrift::Missing { logical_id });
            continue;
        };
        let properties = &deployed.template["Resources"][&logical_id]["Properties"];
        let is_off = properties["Enabled"] == false || properties["Enabled"] == "false";
        let expected = if is_off { "Disabled" } else { "Enabled" };
        if mapping.state != expected {
            drifts.push(UnseenDrift::Mapping {
                logical_id: logical_id.clone(),
                expected: expected.to_owned(),
                actual: mapping.state,
            });
        }
        let table = source_table(properties);
        if let Some(table) = table.filter(|table| deployed.resources.contains_key(*table)) {
            let latest = deployed.streams.get(table);
            if latest != Some(&mapping.source) {
                drifts.push(UnseenDrift::DeadStream {
                    logical_id,
                    reads: mapping.source,
                    latest: latest.cloned(),
                });
            }
        }
    }
    Ok(drifts)
}

/// The table whose stream a mapping reads, by its name in the template.
fn source_table(mapping: &Value) -> Option<&str> {
    let source = &mapping["EventSourceArn"]["Fn::GetAtt"];
    let (table, attribute) = match source {
        Value::Array(path) => (path.first()?.as_str()?, path.get(1)?.as_str()?),
        other => other.as_str()?.split_once('.')?,
    };
    (attribute == "StreamArn").then_some(table)
}

async fn stack_drift<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployed: &Deployed,
    stack: &DeployedStack,
    protected: bool,
) -> Result<Vec<UnseenDrift>, CallError> {
    let mut drifts = Vec::new();
    if stack.termination_protection != protected {
        drifts.push(UnseenDrift::TerminationProtection { expected: protected });
    }
    if protected {
        let policy = session.cloud.stack_policy(&stack.id).await?;
        let wanted = StackPolicy::protecting(&deployed.template, &BTreeSet::new());
        if !wanted.is_in_force(policy.as_ref()) {
            drifts.push(UnseenDrift::StackPolicy);
        }
    }
    Ok(drifts)
}
