//! What a deployment would change, without changing it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use crate::cloud::{ChangeSetType, Cloud, NewChangeSet, RollbackTriggers};
use crate::stack::comparison::{Comparison, ValueChange};
use crate::stack::guard::{Objection, in_changes, in_templates};
use crate::stack::outline::Outline;
use crate::stack::widening::{Widening, widenings};
use crate::stack::{
    ChangeSetUse, ChangeSummary, DeployedStack, NextMove, Unfinished, change_set_name, deployed_template,
};

use super::change_set::{self, Prepared};
use super::ownership::{self, Foreign};
use super::{DeployError, Deployment, Session, artifacts, traffic, unfinished};

/// What a deployment would change.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    pub stack: String,
    /// The state that it is in; none, if it would be made.
    pub status: Option<String>,
    /// Whose the stack is, if it is another's: `up` refuses it then.
    pub foreign: Option<Foreign>,
    /// The templates, property by property; none, when the deployed one was not sent by this deployer and cannot be read.
    pub templates: Option<Comparison>,
    /// The stack's tags and its termination protection.
    pub settings: Vec<ValueChange>,
    /// The functions whose alias does not lead to what the stack published, by their names in the template.
    pub pushed: Vec<String>,
    /// What CloudFormation says that it would do; none, if it was not asked.
    pub changes: Option<ChangeSummary>,
    /// What would change, told from its causes.
    pub outline: Outline,
    /// What somebody could do that could not be done before.
    pub widenings: Vec<Widening>,
    /// What `up` would refuse.
    pub objections: Vec<Objection>,
    /// Runs that have not come to their end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Unfinished>,
}

impl Diff {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.status.is_some()
            && self.foreign.is_none()
            && self.templates.as_ref().is_some_and(Comparison::is_empty)
            && self.settings.is_empty()
            && self.pushed.is_empty()
    }
}

/// Whom to ask for a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// CloudFormation too, by a change set that is not executed and does not stay.
    ChangeSet,
    /// Nobody but the stack: what would be replaced is then not known.
    Templates,
}

/// Compares a stack with what is asked for. Nothing is left behind, however it ends.
///
/// A stack that is not there, that takes no update now, or that is another environment's, is compared without a change set.
///
/// # Errors
/// A call failed, or CloudFormation refuses the template.
pub async fn diff<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    asking: Asking,
) -> Result<Diff, DeployError> {
    let stack = session.cloud.describe_stack(&deployment.stack).await?;
    let foreign = match &stack {
        Some(stack) if stack.status.next_move() != NextMove::Create => {
            ownership::foreign(session, stack).await?
        }
        _ => None,
    };
    let standing = stack.filter(|stack| {
        !matches!(
            stack.status.next_move(),
            NextMove::Create | NextMove::CreateInShell | NextMove::DeleteThenCreate
        )
    });
    let unfinished = unfinished(session, &deployment.bucket.name, &deployment.stack).await;
    let Some(stack) = standing else {
        return Ok(Diff {
            foreign,
            unfinished,
            ..of_nothing(deployment)
        });
    };
    let template = session.cloud.original_template(&stack.id).await?;
    let (deployed, wanted) = (deployed_template(&template), deployment.template.value());
    let deployed = deployed.as_ref();
    let templates = deployed.map(|deployed| Comparison::of_values(deployed, wanted));
    let settings = settings(&stack, deployment);
    let is_same = templates.as_ref().is_some_and(Comparison::is_empty);
    let pushed = if is_same {
        pushed(session, deployment, &stack).await?
    } else {
        Vec::new()
    };
    let takes_updates = stack.status.next_move() == NextMove::Update && foreign.is_none();
    let has_changes = !is_same || stack.tags != deployment.tags;
    let changes = if asking == Asking::ChangeSet && takes_updates && has_changes {
        changes(session, deployment).await?
    } else {
        None
    };
    let mut objections = BTreeSet::new();
    if let Some(deployed) = deployed {
        objections.extend(in_templates(deployed, wanted));
    }
    if let Some(changes) = &changes {
        objections.extend(in_changes(deployed, changes));
    }
    Ok(Diff {
        stack: deployment.stack.clone(),
        status: Some(stack.status.as_str().to_owned()),
        foreign,
        templates,
        settings,
        pushed,
        outline: Outline::of(deployed, wanted, changes.as_ref(), &deployment.origins),
        changes,
        widenings: widenings(deployed, wanted),
        objections: objections.into_iter().collect(),
        unfinished,
    })
}

/// A stack that would be made has no other side.
fn of_nothing(deployment: &Deployment) -> Diff {
    let (nothing, wanted) = (json!({}), deployment.template.value());
    Diff {
        stack: deployment.stack.clone(),
        status: None,
        foreign: None,
        templates: Some(Comparison::of_values(&nothing, wanted)),
        settings: Vec::new(),
        pushed: Vec::new(),
        changes: None,
        outline: Outline::of(Some(&nothing), wanted, None, &deployment.origins),
        widenings: widenings(Some(&nothing), wanted),
        objections: Vec::new(),
        unfinished: Vec::new(),
    }
}

fn settings(stack: &DeployedStack, deployment: &Deployment) -> Vec<ValueChange> {
    let mut changes = tags(&stack.tags, &deployment.tags);
    if stack.termination_protection != deployment.protected {
        changes.push(ValueChange {
            path: "TerminationProtection".to_owned(),
            before: Some(stack.termination_protection.into()),
            after: Some(deployment.protected.into()),
        });
    }
    changes
}

fn tags(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<ValueChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |tags: &BTreeMap<String, String>, name| tags.get(name).map(|text| Value::from(text.as_str()));
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| ValueChange {
            path: format!("Tags[{name}]"),
            before: value(before, name),
            after: value(after, name),
        })
        .collect()
}

/// The functions that were pushed past the stack: what no template shows.
async fn pushed<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
) -> Result<Vec<String>, DeployError> {
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let differences =
        traffic::differences(session, deployment, deployment.template.blueprint(), &resources).await?;
    let names = differences.iter().filter_map(|difference| difference.function());
    Ok(names.map(str::to_owned).collect())
}

/// Asks CloudFormation, and takes the question back; nothing, where that would take a template to be stored.
async fn changes<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<Option<ChangeSummary>, DeployError> {
    let Some(template) = artifacts::source_to_look_at(session, deployment).await? else {
        return Ok(None);
    };
    // The code is not stored: a change set looks at its key only.
    let token = session.new_token();
    let request = NewChangeSet {
        stack: deployment.stack.clone(),
        name: change_set_name(ChangeSetUse::Diff, &token),
        kind: ChangeSetType::Update,
        template,
        tags: deployment.tags.clone(),
        role: deployment.execution_role.clone(),
        import_existing: false,
        rollback: RollbackTriggers::default(),
        token,
    };
    match change_set::prepare(session, &request).await? {
        Prepared::Ready(made, changes) => {
            change_set::discard(session, &made).await;
            Ok(Some(changes))
        }
        Prepared::NothingToDo => Ok(Some(ChangeSummary::default())),
    }
}
