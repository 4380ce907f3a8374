//! What a deployment would do, found out and written down, to be done later in just this way.

use crate::change_set::{self, Prepared};
use crate::cloud::Cloud;
use crate::find::find_for_update;
use crate::overtaken::Attempts;
use crate::stack::ChangeSummary;
use crate::stack::outline::{Beside, Outline};
use crate::stack::plan::{Plan, StackState, Target};
use crate::stack::release::StoredCode;
use crate::{DeployError, Deployment, Event, Session};

use super::assess::{Assessment, Start, assess};
use super::check;
use super::proposal::propose;
use super::settled::beside;

/// Finds out what a deployment would do, and tells it. Nothing is left in AWS but the artifacts that it will need.
///
/// # Errors
/// Those of a deployment up to its approval; also a stack whose creation has failed, which a deployment would delete first.
pub async fn plan<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    place: Target,
) -> Result<Plan, DeployError> {
    check(deployment)?;
    let mut attempts = Attempts::new();
    loop {
        match attempt(session, deployment, place.clone()).await {
            Ok(plan) => return Ok(plan),
            Err(error) => attempts.again(session, error).await?,
        }
    }
}

async fn attempt<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    place: Target,
) -> Result<Plan, DeployError> {
    let found = find_for_update(session, &deployment.stack, &deployment.accepted).await?;
    let start = Start::read(session, found, None).await?;
    if let Start::FailedCreation(stack) = start {
        return Err(DeployError::NotPlannable {
            stack: stack.name,
            status: stack.status,
        });
    }
    let assessment = assess(session, deployment, start).await?;
    let stack_state = assessment.state();
    let changes = match assessment {
        Assessment::Unchanged(_) => None,
        Assessment::SettleOnly(current, differences) => {
            tell_beside(
                session,
                deployment,
                beside(&current.stack, deployment, &differences),
            );
            None
        }
        Assessment::Changes(start) => look_at_changes(session, deployment, start).await?,
    };
    Ok(written(deployment, place, stack_state, changes))
}

/// What a change set would do, which is made for that and taken away; none, if it has nothing to do.
async fn look_at_changes<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    start: Start,
) -> Result<Option<ChangeSummary>, DeployError> {
    let proposed = propose(session, deployment, start).await?;
    let Prepared::Ready(made, changes) = &proposed.change_set else {
        tell_beside(session, deployment, proposed.beside(deployment));
        return Ok(None);
    };
    change_set::discard(session, made).await;
    session.tell(Event::Planned {
        stack: deployment.stack.clone(),
        creates: proposed.standing.is_none(),
        outline: proposed.outline(deployment, changes),
        changes: changes.clone(),
        widenings: proposed.widenings(deployment),
    });
    Ok(Some(changes.clone()))
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
