//! What a deployment will do, worked out and not yet approved.

use crate::adopt::{self, Adoptions};
use crate::change_set::{self, Prepared};
use crate::cloud::{ChangeSetType, Cloud, NewChangeSet};
use crate::stack::outline::{Beside, Outline};
use crate::stack::widening::Widening;
use crate::stack::{ChangeSetUse, ChangeSummary, DeployedStack, change_set_name, changed_settings};
use crate::traffic::{self, PushedTo};
use crate::{Before, DeployError, Deployment, Session, alarms, artifacts, failed_creation, guard, overtaken};

use super::assess::{Current, Start};
use super::check_callers;

/// What a deployment will do once it is approved.
pub(super) struct Proposal {
    /// The stack as it stands; none, if it is made.
    pub(super) standing: Option<DeployedStack>,
    /// What is taken in, where the stack is made.
    pub(super) adoptions: Adoptions,
    pub(super) change_set: Prepared,
    /// The template that is deployed.
    pub(super) deployed: guard::Deployed,
    /// What the stack is, to the byte.
    pub(super) before: Option<Before>,
    /// The functions that code was pushed to, by their names in the template.
    pushed: Vec<String>,
}

impl Proposal {
    /// All that will be done, told from its causes.
    pub(super) fn outline(&self, deployment: &Deployment, changes: &ChangeSummary) -> Outline {
        let outline = self.deployed.outline(deployment, changes);
        outline.and(self.beside(deployment))
    }

    /// What will be done that no change set shows.
    pub(super) fn beside(&self, deployment: &Deployment) -> Beside {
        let stack = self.standing.as_ref();
        Beside {
            settings: stack.map_or_else(Vec::new, |stack| {
                changed_settings(stack, &deployment.tags, deployment.protected)
            }),
            imports: self.adoptions.tables(),
            pushed: self.pushed.clone(),
        }
    }

    /// What somebody will be able to do who could not before; nothing is said of a stack that is made.
    pub(super) fn widenings(&self, deployment: &Deployment) -> Vec<Widening> {
        match self.standing {
            Some(_) => self.deployed.widenings(deployment),
            None => Vec::new(),
        }
    }
}

/// Works out what a deployment will do, as far as CloudFormation can tell, and holds that against the guard: first the templates, before
/// anything is sent, then the change set.
pub(super) async fn propose<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    start: Start,
) -> Result<Proposal, DeployError> {
    let blueprint = deployment.template.blueprint();
    let mut deployed = match start.standing() {
        Some((_, template)) => guard::Deployed::of(template),
        None => guard::Deployed::default(),
    };
    guard::check_templates(session, deployment, &mut deployed)?;
    check_callers(session, blueprint).await?;
    let (standing, before) = match start {
        Start::Standing(Current { stack, template }) => {
            let before = Before::keep(&template, &stack);
            (Some(stack), Some(before))
        }
        Start::Nothing => (None, None),
        Start::FailedCreation(stack) => {
            failed_creation::remove(session, stack, deployment.execution_role.as_deref()).await?;
            (None, None)
        }
    };
    let had = standing.as_ref().map(|_| deployed.blueprint());
    let adoptions = adopt::look_up(
        session,
        &deployment.stack,
        blueprint,
        had.as_ref(),
        &deployment.accepted,
    )
    .await?;
    let pushed = match standing.as_ref().zip(had.as_ref()) {
        Some((stack, had)) => traffic::pushed_to(session, deployment, stack, (had, blueprint)).await?,
        None => Vec::new(),
    };
    let rollback = alarms::triggers(session, deployment, standing.as_ref(), deployed.template()).await?;
    let token = session.new_token();
    let request = NewChangeSet {
        stack: deployment.stack.clone(),
        name: change_set_name(ChangeSetUse::Deployment, &token),
        kind: if standing.is_some() {
            ChangeSetType::Update
        } else {
            ChangeSetType::Create
        },
        template: artifacts::store(session, deployment).await?,
        tags: deployment.tags.clone(),
        role: deployment.execution_role.clone(),
        import_existing: !adoptions.is_empty(),
        rollback,
        token,
    };
    let change_set = match change_set::prepare(session, &request).await {
        Ok(prepared) => prepared,
        Err(error) => return Err(overtaken::or(session, error, &deployment.stack, standing.as_ref()).await),
    };
    if let (Prepared::Ready(made, changes), Some(_)) = (&change_set, &standing)
        && let Err(refused) = guard::check_changes(session, deployment, &mut deployed, changes)
    {
        change_set::discard(session, made).await;
        return Err(refused);
    }
    Ok(Proposal {
        before,
        standing,
        adoptions,
        change_set,
        deployed,
        pushed: pushed
            .iter()
            .map(PushedTo::function_id)
            .map(str::to_owned)
            .collect(),
    })
}
