//! `deployer up --plan FILE` and `deployer up --apply FILE`.

use std::path::Path;

use cfn_deploy::shell;
use cfn_deploy::stack::guard::Acceptance;
use cfn_deploy::stack::plan::{Plan, Target, UnreadablePlan};
use cfn_deploy::stack::with_owner;
use cfn_deploy::{CodeArtifact, DeployError, Deployment, Session, plan};

use super::connection::Connection;
use super::deployment::{deployment_of, reachable, wanted};
use super::error::{CommandError, ErrorKind};
use super::hints::Hints;
use super::smoke;
use super::stack_template::StackTemplate;
use super::trial;
use crate::environment::Environment;
use crate::private_file;
use crate::settings::Settings;
use crate::text_file;
use crate::ui::Ui;

/// Why a file is not a plan.
#[derive(Debug, thiserror::Error)]
enum PlanFileError {
    #[error("cannot read `{file}`")]
    Unreadable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot write `{file}`")]
    Unwritable {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{file}` cannot be applied")]
    NoPlan {
        file: String,
        #[source]
        source: UnreadablePlan,
    },
}

/// Writes a plan of a deployment.
pub(super) async fn make(
    file: &Path,
    deployment: &Deployment,
    settings: &Settings,
    cloud: &Connection<'_>,
    session: &mut Session<'_, crate::aws::Aws>,
    ui: &Ui,
) -> Result<(), CommandError> {
    cloud.tell_unfinished(session).await;
    let plan = plan(session, deployment, place(&settings.environment))
        .await
        .map_err(|error| cloud.hints().deploy(error))?;
    let path = settings.folder.join(file);
    let name = settings.display(&path);
    let text = plan
        .to_json()
        .map_err(|error| CommandError::new(ErrorKind::Failed, error))?;
    private_file::write(&path, text.as_bytes()).map_err(|source| {
        let file = name.clone();
        CommandError::new(ErrorKind::Failed, PlanFileError::Unwritable { file, source })
    })?;
    let apply = Hints::of(&settings.environment).command(&format!("up --apply {}", shell::quoted(&name)));
    ui.planned(&plan, &name, &apply);
    Ok(())
}

/// Reads a plan, and refuses one for another environment before AWS is called.
pub(super) fn read(file: &Path, settings: &Settings) -> Result<Plan, CommandError> {
    let path = settings.folder.join(file);
    let file = settings.display(&path);
    let text = text_file::read(&path).map_err(|source| {
        let file = file.clone();
        CommandError::new(ErrorKind::Usage, PlanFileError::Unreadable { file, source })
    })?;
    let plan = Plan::parse(text.as_bytes()).map_err(|source| {
        let hint = Hints::of(&settings.environment).command("up --plan FILE");
        CommandError::new(ErrorKind::Usage, PlanFileError::NoPlan { file, source })
            .hint(format!("`{hint}` writes one"))
    })?;
    let moved = plan.moved_from(&place(&settings.environment));
    if moved.is_empty() {
        return Ok(plan);
    }
    let stack = plan.place.stack;
    Err(Hints::of(&settings.environment).deploy(DeployError::PlanOutdated { stack, moved }))
}

/// How to apply a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Application<'a> {
    /// What is accepted in addition to the plan.
    pub(super) accepted: &'a [Acceptance],
    /// Whether to test the store afterwards.
    pub(super) smoke: bool,
    /// Whether to wait for another operation.
    pub(super) wait: bool,
}

/// Applies a plan; builds and renders nothing.
pub(super) async fn run(
    plan: &Plan,
    application: Application<'_>,
    settings: &Settings,
    ui: &Ui,
) -> Result<(), CommandError> {
    let environment = &settings.environment;
    if application.smoke {
        smoke::check_store(&plan.template, settings)?;
    }
    let template = StackTemplate::parse(settings, ui)?;
    let bucket = template.bucket()?;
    let artifacts = plan.artifacts.iter().map(|artifact| CodeArtifact {
        key: artifact.key.clone(),
        body: None,
        code_sha256: artifact.code_sha256.clone(),
    });
    let planned = plan.accepted.iter().filter_map(|text| text.parse().ok());
    let accepted = planned.chain(application.accepted.iter().cloned()).collect();
    let rendered = wanted(plan.template.clone())?;
    let mut deployment = deployment_of(environment, rendered, artifacts.collect(), bucket, accepted);
    deployment.value_sources = template.value_sources();
    deployment.tags = with_owner(plan.tags.clone(), &deployment.tags);
    deployment.provenance.revision.clone_from(&plan.revision);
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    if application.wait {
        session.wait_for_others();
    }
    let place = trial::Deploying {
        cloud: &cloud,
        settings,
        template: &template,
        ui,
    };
    let (deployed, reconciled) = place
        .up(&mut session, deployment, Some(plan), application.smoke)
        .await?;
    let outputs = reachable(deployed.outputs(), environment);
    ui.deployed(environment.stack.as_str(), &deployed, &outputs);
    reconciled
}

fn place(environment: &Environment) -> Target {
    Target {
        environment: environment.name.to_string(),
        account: environment.account.to_string(),
        region: environment.region.to_string(),
        stack: environment.stack.to_string(),
        protected: environment.protected,
    }
}
