//! A deployment that is taken back: it was tried and does not work, or runs other code than its own.

use super::cloud::Cloud;
use super::error::CommandError;
use super::smoke::try_store;
use crate::aws::Aws;
use crate::engine::{Before, DeployError, Deployed, Deployment, Event, Session, SmokeError, Talk, deploy};
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// A deployment to be tried.
pub(super) struct Trial<'deployment> {
    deployment: &'deployment Deployment,
    /// What the stack was before.
    before: Option<Before>,
}

impl<'deployment> Trial<'deployment> {
    /// Takes note of what the stack is before it is changed, if the deployment is to be tried.
    pub(super) async fn if_wanted<T: Talk>(
        wanted: bool,
        deployment: &'deployment Deployment,
        session: &Session<'_, Aws, T>,
        cloud: &Cloud<'_>,
    ) -> Result<Option<Self>, CommandError> {
        if !wanted {
            return Ok(None);
        }
        let before = Before::of(session, &deployment.stack)
            .await
            .map_err(|error| cloud.explain().deploy(DeployError::Call(error)))?;
        Ok(Some(Self { deployment, before }))
    }

    /// Tries the store. Of one that does something wrong, an update is taken back and a creation is kept; either is told. What AWS is late with
    /// is told and is no failure.
    ///
    /// # Errors
    /// The store does something wrong, whatever became of the stack; or it could not be tried, and the stack stays as it is.
    pub(super) async fn run(
        self,
        deployed: &Deployed,
        session: &mut Session<'_, Aws, Ui>,
        cloud: &Cloud<'_>,
        settings: &Settings,
        ui: &Ui,
    ) -> Result<(), CommandError> {
        let tried = try_store(session, cloud, &settings.environment, None).await;
        let Err(error) = tried else { return Ok(()) };
        let reason = in_full(&error);
        if let SmokeError::NotSeen { step, .. } = error {
            ui.clone().tell(Event::NotSeenYet { step, reason });
            return Ok(());
        }
        let is_wrong = error.is_wrong_behaviour();
        let failure = cloud.explain().smoke(error);
        if !is_wrong {
            return Err(failure.hint("what was deployed stays"));
        }
        let hints = match (deployed, &self.before) {
            (Deployed::Created(_), _) | (_, None) => {
                let stack = &self.deployment.stack;
                vec![format!(
                    "`{stack}` was deployed for the first time, and is kept as it is"
                )]
            }
            (Deployed::Updated(_) | Deployed::Unchanged(_), Some(before)) => {
                take_back(self.deployment, before, session, cloud, ui, reason).await
            }
        };
        Err(failure.hints(hints))
    }
}

/// What a deployment came to. An update after which other code is live than its artifact is taken back at once: nobody has agreed to
/// that code.
///
/// # Errors
/// The deployment failed, whatever became of the stack.
pub(super) async fn with_its_own_code(
    deployed: Result<Deployed, DeployError>,
    deployment: &Deployment,
    session: &mut Session<'_, Aws, Ui>,
    cloud: &Cloud<'_>,
    ui: &Ui,
) -> Result<Deployed, CommandError> {
    let error = match deployed {
        Ok(deployed) => return Ok(deployed),
        Err(error) => error,
    };
    let before = match &error {
        DeployError::LiveCodeDiffers { before, .. } => before.clone(),
        _ => None,
    };
    let reason = in_full(&error);
    let failure = cloud.explain().deploy(error);
    let Some(before) = before else {
        return Err(failure);
    };
    let hints = take_back(deployment, &before, session, cloud, ui, reason).await;
    Err(failure.hints(hints))
}

/// Brings a stack back to what it was before a deployment, and says what came of it.
async fn take_back(
    deployment: &Deployment,
    before: &Before,
    session: &mut Session<'_, Aws, Ui>,
    cloud: &Cloud<'_>,
    ui: &Ui,
    reason: String,
) -> Vec<String> {
    let stack = &deployment.stack;
    let Some(way_back) = before.way_back(deployment) else {
        return vec![format!(
            "`{stack}` was as the template says before, too: there is nothing to return to"
        )];
    };
    // Whoever deploys has not asked for what is there now.
    ui.approve(Approval {
        yes: true,
        ..Approval::default()
    });
    ui.clone().tell(Event::Returning {
        stack: stack.clone(),
        reason,
    });
    match deploy(session, &way_back).await {
        Ok(_) => vec![format!("`{stack}` is back at what was deployed before")],
        Err(error) => {
            let error = cloud.explain().deploy(error);
            let fact = format!("`{stack}` could not be brought back: {}", error.source);
            std::iter::once(fact).chain(error.hints).collect()
        }
    }
}

/// An error with what caused it.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
