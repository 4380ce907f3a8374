//! What a deployment would change, without changing it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;

use crate::cloud::{ChangeSetType, Cloud, NewChangeSet, RollbackTriggers};
use crate::stack::comparison::Comparison;
use crate::stack::guard::{Objection, in_changes, in_templates};
use crate::stack::outline::{Beside, Outline};
use crate::stack::widening::{Widening, widenings};
use crate::stack::{
    Blueprint, ChangeSetUse, ChangeSummary, DeployedStack, Difference, NextMove, Unfinished, change_set_name,
    changed_settings,
};

use super::adopt::{self, Adoptions};
use super::change_set::{self, Prepared};
use super::ownership::{self, Foreign};
use super::traffic::{self, PushedTo};
use super::{DeployError, Deployment, Session, artifacts, deploy, guard, unfinished};

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
    /// What CloudFormation says that it would do; none, if it was not asked.
    pub changes: Option<ChangeSummary>,
    /// What would change, told from its causes.
    pub outline: Outline,
    /// What somebody could do that could not be done before.
    pub widenings: Vec<Widening>,
    /// What `up` would refuse unless it is accepted by name.
    pub objections: Vec<Objection>,
    /// Why `up` would not begin: names that are taken, roles that are not there, code that it cannot bring back.
    pub refused: Vec<String>,
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
            && self.outline.beside.is_empty()
            && self.refused.is_empty()
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
        let outside = look_outside(session, deployment, None).await?;
        return Ok(Diff {
            foreign,
            unfinished,
            ..of_nothing(deployment, outside)
        });
    };
    let template = session.cloud.original_template(&stack.id).await?;
    let deployed = guard::Deployed::of(&template);
    let wanted = deployment.template.value();
    let templates = deployed
        .template()
        .map(|deployed| Comparison::of_values(deployed, wanted));
    let is_same = templates.as_ref().is_some_and(Comparison::is_empty);
    let takes_updates = stack.status.next_move() == NextMove::Update && foreign.is_none();
    let has_changes = !is_same || stack.tags != deployment.tags;
    let had = deployed.blueprint();
    let outside = if takes_updates && has_changes {
        look_outside(session, deployment, Some(&had)).await?
    } else {
        Outside::default()
    };
    let Outside {
        adoptions,
        mut refused,
    } = outside;
    let changes = if asking == Asking::ChangeSet && takes_updates && has_changes && refused.is_empty() {
        changes(session, deployment, &adoptions).await?
    } else {
        None
    };
    let pushed = if is_same {
        let (pushed, unmendable) = pushed(session, deployment, &stack).await?;
        refused.extend(unmendable);
        pushed
    } else {
        let blueprints = (&had, deployment.template.blueprint());
        let pushed_to = traffic::pushed_to(session, deployment, &stack, blueprints).await?;
        pushed_to
            .iter()
            .map(PushedTo::function_id)
            .map(str::to_owned)
            .collect()
    };
    let mut objections = BTreeSet::new();
    if let Some(deployed) = deployed.template() {
        objections.extend(in_templates(deployed, wanted));
    }
    if let Some(changes) = &changes {
        objections.extend(in_changes(deployed.template(), changes));
    }
    let beside = Beside {
        settings: changed_settings(&stack, &deployment.tags, deployment.protected),
        imports: adoptions.tables(),
        pushed,
    };
    let would_be = changes.clone().unwrap_or_else(|| adoptions.changes());
    let outline = deployed.outline(deployment, &would_be);
    Ok(Diff {
        stack: deployment.stack.clone(),
        status: Some(stack.status.as_str().to_owned()),
        foreign,
        templates,
        outline: outline.and(beside),
        changes,
        widenings: deployed.widenings(deployment),
        objections: objections.into_iter().collect(),
        refused,
        unfinished,
    })
}

/// A stack that would be made has no other side.
fn of_nothing(deployment: &Deployment, outside: Outside) -> Diff {
    let (nothing, wanted) = (json!({}), deployment.template.value());
    Diff {
        stack: deployment.stack.clone(),
        status: None,
        foreign: None,
        templates: Some(Comparison::of_values(&nothing, wanted)),
        changes: None,
        outline: Outline::of(
            Some(&nothing),
            wanted,
            Some(&outside.adoptions.changes()),
            &deployment.value_sources,
        )
        .and(Beside {
            imports: outside.adoptions.tables(),
            ..Beside::default()
        }),
        widenings: widenings(Some(&nothing), wanted),
        objections: Vec::new(),
        refused: outside.refused,
        unfinished: Vec::new(),
    }
}

/// What `up` would import, and why it would not begin.
#[derive(Default)]
struct Outside {
    adoptions: Adoptions,
    refused: Vec<String>,
}

/// Looks at what is outside the stack, as a deployment does before it makes a change set. `had` is what the stack has; none, where it is made.
async fn look_outside<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    had: Option<&Blueprint>,
) -> Result<Outside, DeployError> {
    let blueprint = deployment.template.blueprint();
    let (stack, accepted) = (&deployment.stack, &deployment.accepted);
    let mut outside = Outside::default();
    match adopt::look_up(session, stack, blueprint, had, accepted).await {
        Ok(adoptions) => outside.adoptions = adoptions,
        // What a failed creation has left goes before the next one.
        Err(DeployError::Overtaken { .. }) => {}
        Err(error @ (DeployError::NotAdoptable { .. } | DeployError::NamesTaken { .. })) => {
            outside.refused.push(error.to_string());
        }
        Err(error) => return Err(error),
    }
    match deploy::check_callers(session, blueprint).await {
        Ok(()) => {}
        Err(error @ DeployError::UnknownCallers { .. }) => outside.refused.push(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(outside)
}

/// The functions that code was pushed to, of a stack whose template is the one that is asked for; and why those cannot be brought back that
/// were changed otherwise.
async fn pushed<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
) -> Result<(Vec<String>, Vec<String>), DeployError> {
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let blueprint = deployment.template.blueprint();
    let differences = traffic::differences(session, deployment, blueprint, &resources).await?;
    let pushed = differences.iter().filter_map(Difference::pushed);
    let refused = differences.iter().filter_map(traffic::unmendable);
    Ok((
        pushed.map(str::to_owned).collect(),
        refused.map(|error| error.to_string()).collect(),
    ))
}

/// Asks CloudFormation, and takes the question back; nothing, where that would take a template to be stored.
async fn changes<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    adoptions: &Adoptions,
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
        import_existing: !adoptions.is_empty(),
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
