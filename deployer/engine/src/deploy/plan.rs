//! A deployment in two steps: what would be done is written down, and later done exactly so.

use crate::cloud::Cloud;
use crate::stack::outline::{Beside, Outline};
use crate::stack::plan::{Moved, Plan, StackState, Target};
use crate::stack::release::{Release, StoredCode};
use crate::stack::{Blueprint, ChangeSummary, ReleaseId};

use super::change_set::{self, Prepared};
use super::find::{Found, find_for_update};
use super::overtaken::Attempts;
use super::{DeployError, Deployed, Deployment, Event, Session, artifacts, deploy, guard, ledger};

/// Finds out what a deployment would do, and tells it. Nothing is left in AWS but the artifacts that it will need.
///
/// # Errors
/// Those of a deployment up to its approval; also a stack whose creation has failed, which a deployment would delete first.
pub async fn plan<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    place: Target,
) -> Result<Plan, DeployError> {
    let blueprint = deployment.template.blueprint();
    deploy::check(deployment, blueprint)?;
    let mut attempts = Attempts::new();
    loop {
        match attempt(session, deployment, blueprint, place.clone()).await {
            Ok(plan) => return Ok(plan),
            Err(error) => attempts.again(session, error).await?,
        }
    }
}

async fn attempt<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    place: Target,
) -> Result<Plan, DeployError> {
    let found = find_for_update(session, &deployment.stack, &deployment.accepted).await?;
    let mut deployed = guard::Deployed::default();
    let (mut stack_state, mut template) = (None, None);
    match &found {
        Found::Nothing => {}
        Found::FailedCreation(stack) => {
            return Err(DeployError::NotPlannable {
                stack: stack.name.clone(),
                status: stack.status.clone(),
            });
        }
        Found::Standing(stack) => {
            let deployed_template = session.cloud.original_template(&stack.id).await?;
            stack_state = Some(StackState::of(stack, &deployed_template));
            let differences =
                deploy::differences(session, deployment, blueprint, stack, &deployed_template).await?;
            if !differences.iter().any(deploy::needs_a_change_set) {
                tell_beside(
                    session,
                    deployment,
                    deploy::beside(stack, deployment, &differences),
                );
                return Ok(written(deployment, place, stack_state, None));
            }
            deployed = guard::Deployed::of(&deployed_template);
            guard::check_templates(session, deployment, &mut deployed)?;
            template = Some(deployed_template);
        }
    }
    deploy::check_callers(session, blueprint).await?;
    let proposed = deploy::propose(
        session,
        deployment,
        blueprint,
        found,
        template.as_deref(),
        deployed,
    )
    .await?;
    let changes = match &proposed.change_set {
        Prepared::Ready(made, changes) => {
            change_set::discard(session, made).await;
            session.tell(Event::Planned {
                stack: deployment.stack.clone(),
                creates: proposed.standing.is_none(),
                outline: proposed.outline(deployment, changes),
                changes: changes.clone(),
                widenings: proposed.widenings(deployment),
            });
            Some(changes.clone())
        }
        Prepared::NothingToDo => {
            tell_beside(session, deployment, proposed.beside(deployment));
            None
        }
    };
    Ok(written(deployment, place, stack_state, changes))
}

/// Tells what would be done where CloudFormation has nothing to do; nothing, if that is nothing.
fn tell_beside<C: Cloud>(session: &mut Session<'_, C>, deployment: &Deployment, beside: Beside) {
    if !beside.is_empty() {
        session.tell(Event::Planned {
            stack: deployment.stack.clone(),
            creates: false,
            changes: ChangeSummary::default(),
            outline: Outline::default().and(beside),
            widenings: Vec::new(),
        });
    }
}

fn written(
    deployment: &Deployment,
    place: Target,
    stack_state: Option<StackState>,
    changes: Option<ChangeSummary>,
) -> Plan {
    let artifacts = deployment.artifacts.iter().map(|artifact| StoredCode {
        key: artifact.key.clone(),
        code_sha256: artifact.code_sha256.clone(),
    });
    Plan {
        place,
        stack_state,
        changes,
        accepted: deployment.accepted.texts(),
        tags: deployment.tags.clone(),
        artifacts: artifacts.collect(),
        revision: deployment.provenance.revision.clone(),
        template: deployment.template.text().to_owned(),
    }
}

/// Does what a plan says, which `deployment` is made of.
///
/// # Errors
/// Those of a deployment; also that the stack or what CloudFormation would do with it is no longer as planned, and that
/// artifacts are gone from the bucket.
pub async fn apply<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    plan: &Plan,
) -> Result<Deployed, DeployError> {
    let bucket = &deployment.bucket.name;
    let code = plan.artifacts.iter().map(|artifact| artifact.key.as_str());
    let keys = artifacts::missing(session, bucket, code).await?;
    if !keys.is_empty() {
        return Err(DeployError::ArtifactsGone {
            bucket: bucket.clone(),
            keys,
        });
    }
    deploy::deploy_as_planned(session, deployment, Some(plan)).await
}

/// That a stack is no longer the one that a plan was made for.
pub(super) struct Outdated {
    stack: String,
    moved: Vec<Moved>,
    /// The release that has brought what the plan brings.
    applied: Option<ReleaseId>,
}

impl Outdated {
    /// The release that has brought what the plan brings, if one has.
    pub(super) fn into_applied(self) -> Option<ReleaseId> {
        self.applied
    }
}

impl From<Outdated> for DeployError {
    fn from(outdated: Outdated) -> Self {
        let applied = outdated.applied.map(|release| Moved::Applied { release });
        Self::PlanOutdated {
            stack: outdated.stack,
            moved: applied.into_iter().chain(outdated.moved).collect(),
        }
    }
}

/// Looks whether a plan was made for another state of the stack; then also whether it has been applied.
pub(super) async fn outdated<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    plan: &Plan,
    found: &Found,
    template: Option<&str>,
) -> Option<Outdated> {
    let state = match found {
        Found::Nothing => None,
        Found::FailedCreation(stack) | Found::Standing(stack) => {
            Some(StackState::of(stack, template.unwrap_or_default()))
        }
    };
    let moved = plan.moved_since(state.as_ref());
    if moved.is_empty() {
        return None;
    }
    let stack_id = state.as_ref().map(|state| state.stack_id.as_str());
    let brings = |release: &Release| plan.is_brought_by(release, stack_id);
    let applied = ledger::newest_that(session, &deployment.bucket.name, &deployment.stack, brings).await;
    Some(Outdated {
        stack: plan.place.stack.clone(),
        moved,
        applied,
    })
}

/// Refuses a plan whose change set would do something else now.
pub(super) fn check_changes(plan: &Plan, prepared: &Prepared) -> Result<(), DeployError> {
    let changes = match prepared {
        Prepared::Ready(_, changes) => Some(changes),
        Prepared::NothingToDo => None,
    };
    refuse(plan, plan.changed_otherwise(changes).into_iter().collect())
}

fn refuse(plan: &Plan, moved: Vec<Moved>) -> Result<(), DeployError> {
    if moved.is_empty() {
        return Ok(());
    }
    Err(DeployError::PlanOutdated {
        stack: plan.place.stack.clone(),
        moved,
    })
}
