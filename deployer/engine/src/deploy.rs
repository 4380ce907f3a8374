//! Bringing a stack to what a template says: what is to be done is assessed, and then carried out. A plan is written between the two.

mod approval;
mod assess;
mod begin;
mod carry_out;
mod compare;
mod execute;
mod outcome;
mod plan;
mod preconditions;
mod proposal;
mod settled;

use crate::cloud::Cloud;
use crate::stack::plan::Plan;

use self::assess::{Start, assess};
use self::carry_out::carry_out;
use self::compare::compare;
pub use self::outcome::{Deployed, Outputs};
pub use self::plan::plan;
use self::preconditions::check;
pub(super) use self::preconditions::check_callers;
use super::find::{Found, find_for_update};
use super::overtaken::Attempts;
use super::{DeployError, Deployment, Event, Session, Uploads, artifacts, journal};

/// Brings a stack to what a template says: looks whether there is anything to do, stores the code, makes a change set,
/// has it approved, executes it and follows it to its end.
///
/// # Errors
/// Nothing was changed but the artifact bucket, unless the error says that the deployment was tried.
pub async fn deploy<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<Deployed, DeployError> {
    run(session, deployment, None).await
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
    run(session, deployment, Some(plan)).await
}

/// Deploys; where there was a plan, as planned and in no other way. Begins anew where another deployment comes first.
async fn run<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    check(deployment)?;
    let mut attempts = Attempts::new();
    loop {
        // On the heap: whoever waits for it should not have to hold all that it holds.
        match Box::pin(attempt(session, deployment, planned)).await {
            Ok(deployed) => {
                if session.open.is_done() {
                    session.tell_finished();
                }
                return Ok(deployed);
            }
            Err(error) => match attempts.again(session, error).await {
                Ok(()) => {}
                Err(error) => {
                    session.tell_finished();
                    tell_what_stays(session, deployment, &error);
                    return Err(error);
                }
            },
        }
    }
}

/// Code and template are stored before anybody is asked: a change set takes them from there. Whoever does not agree is told that they stay.
fn tell_what_stays<C: Cloud>(session: &mut Session<'_, C>, deployment: &Deployment, error: &DeployError) {
    let uploads = std::mem::take(&mut session.uploads);
    if error.is_before_execution() && uploads != Uploads::default() {
        session.tell(Event::Stays {
            bucket: deployment.bucket.name.clone(),
            uploads,
        });
    }
}

/// Assesses, compares with the plan if there is one, and carries out.
async fn attempt<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    planned: Option<&Plan>,
) -> Result<Deployed, DeployError> {
    let found = find_for_update(session, &deployment.stack, &deployment.accepted).await?;
    let journal = journal::read(session, &deployment.bucket.name, &deployment.stack).await?;
    let wanted = deployment.template.text();
    // A receipt says that this template is deployed.
    let is_settled = matches!(&found, Found::Standing(stack) if journal.is_settled(stack, wanted));
    let start = Start::read(session, found, is_settled.then(|| wanted.to_owned())).await?;
    let earlier = journal::resume(session, deployment, start.standing(), &journal).await?;
    let assessment = assess(session, deployment, start)
        .await
        .map_err(|error| error.with_way_back(earlier.before().cloned().map(Box::new)))?;
    // A plan that an earlier run has done is no longer of the stack that it was made for.
    if let Some(planned) = planned.filter(|_| earlier.same().is_none()) {
        compare(session, deployment, planned, &assessment).await?;
    }
    carry_out(session, deployment, assessment, planned, &earlier).await
}
