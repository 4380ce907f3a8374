//! Reports a deployment by `up` and everything that followed it.

use cfn_deploy::stack::plan::Plan;
use cfn_deploy::{Deployed, Deployment, Raised, ReconcileError, Returned, Session, Tried, UpError, up};

use super::connection::Connection;
use super::error::CommandError;
use super::smoke::HttpStores;
use super::stack_template::StackTemplate;
use crate::aws::Aws;
use crate::settings::Settings;
use crate::ui::Ui;

/// The context of a deployment.
pub(super) struct Deploying<'a> {
    pub(super) cloud: &'a Connection<'a>,
    pub(super) settings: &'a Settings,
    pub(super) template: &'a StackTemplate<'a>,
    pub(super) ui: &'a Ui,
}

impl Deploying<'_> {
    /// Deploys and completes the deployment as [`up`] does, and reports how completing the listing and the feed went.
    /// If only that fails, the deployment stands and the second result is an error.
    ///
    /// # Errors
    /// The deployment failed, or its store does not work, whatever happened to the stack.
    pub(super) async fn up(
        &self,
        session: &mut Session<'_, Aws>,
        mut deployment: Deployment,
        planned: Option<&Plan>,
        trial: bool,
    ) -> Result<(Deployed, Result<(), CommandError>), CommandError> {
        deployment.sequel.reconciler = self.template.reconciler().map(ToOwned::to_owned);
        deployment.sequel.trial = trial;
        let stores = HttpStores {
            cloud: self.cloud,
            environment: &self.settings.environment,
        };
        let raised = up(session, &deployment, planned, &stores)
            .await
            .map_err(|error| self.failed(&deployment.stack, error))?;
        let Raised {
            deployed,
            reconciled,
            tried,
        } = raised;
        let listed = self.listed(&deployment.stack, reconciled);
        match tried {
            None | Some(Tried::Works) => Ok((deployed, listed)),
            Some(Tried::NotTried(error)) => {
                let failure = self.cloud.hints().smoke(error);
                Err(failure.hint("what was deployed stays"))
            }
            Some(Tried::Fails { error, returned }) => {
                let hints = self.returned(&deployment.stack, returned);
                Err(self.cloud.hints().smoke(error).hints(hints))
            }
        }
    }

    fn failed(&self, stack: &str, error: UpError) -> CommandError {
        let hints = error.returned.map(|returned| self.returned(stack, returned));
        let failure = self.cloud.hints().deploy(error.error);
        failure.hints(hints.unwrap_or_default())
    }

    fn listed(
        &self,
        stack: &str,
        reconciled: Option<Result<cfn_deploy::Reconciled, ReconcileError>>,
    ) -> Result<(), CommandError> {
        let explain = self.cloud.hints();
        match reconciled {
            None => Ok(()),
            Some(Ok(done)) => {
                self.ui.reconciled(stack, &done);
                Ok(())
            }
            Some(Err(error)) => Err(explain.incomplete(stack, &explain.reconcile(error))),
        }
    }

    fn returned(&self, stack: &str, returned: Returned) -> Vec<String> {
        match returned {
            Returned::Back => vec![format!("`{stack}` is back at what was deployed before")],
            Returned::FirstDeployment => {
                vec![format!(
                    "`{stack}` was deployed for the first time, and is kept as it is"
                )]
            }
            Returned::NothingToReturnTo => vec![format!(
                "`{stack}` was as the template says before, too: there is nothing to return to"
            )],
            Returned::Failed(error) => {
                let error = self.cloud.hints().deploy(*error);
                let fact = format!("`{stack}` could not be brought back: {}", error.source);
                std::iter::once(fact).chain(error.hints).collect()
            }
        }
    }
}
