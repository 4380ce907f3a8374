//! `deployer up`.

use std::path::PathBuf;

use cfn_deploy::stack::guard::Acceptance;
use clap::Args;

use super::code::CodeArgs;
use super::connection::Connection;
use super::deployment::{deployment, reachable};
use super::error::CommandError;
use super::format::FormatArgs;
use super::plan;
use super::smoke;
use super::stack_template::StackTemplate;
use super::trial::Deploying;
use crate::checkout::revision;
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// Build the functions, and create or update the stack
///
/// Shows the changes and asks before it makes them. A stack that is up to date is left alone. Prints the stack's
/// outputs.
#[derive(Args, Debug)]
pub struct UpArgs {
    /// Deploy without asking
    #[arg(long, short)]
    yes: bool,

    /// Where the functions' code comes from.
    #[command(flatten)]
    code: CodeArgs,

    /// Write a plan of what would be done, and only store the functions' code
    #[arg(long, value_name = "FILE", conflicts_with = "yes")]
    plan: Option<PathBuf>,

    /// Apply a plan, unless the stack has changed since; builds nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "no_build", "artifacts"])]
    apply: Option<PathBuf>,

    /// Accept a change that would cost events, notifications or an address, or that widens permissions, by the name
    /// in its refusal; `ignore:ALARM` passes over an alarm that is on; may be repeated
    #[arg(long, value_name = "VERB:RESOURCE")]
    accept: Vec<Acceptance>,

    /// Test the store afterwards, as `smoke` does, and roll back to what was deployed before if it does not work
    #[arg(long, conflicts_with = "plan")]
    smoke: bool,

    /// Wait while another operation holds the stack, instead of refusing to begin
    #[arg(long)]
    wait_for_lock: bool,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(
    args: &UpArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    ui.approve(Approval {
        yes: args.yes,
        ..Approval::default()
    });
    if let Some(file) = &args.apply {
        let plan = plan::read(file, settings)?;
        let application = plan::Application {
            accepted: &args.accept,
            smoke: args.smoke,
            wait: args.wait_for_lock,
        };
        return plan::run(&plan, application, settings, ui).await;
    }
    let environment = &settings.environment;
    let template = StackTemplate::parse(settings, ui)?;
    // Configuration mistakes are reported before anything is built or AWS is called.
    let sketch = template.render(&[])?;
    if args.smoke {
        smoke::check_store(sketch.json(), settings)?;
    }
    let bucket = template.bucket()?;
    let code = args.code.find(&template, settings)?;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    if args.wait_for_lock {
        session.wait_for_others();
    }
    let artifacts = code.get(&template, settings, process_env, &cloud, ui).await?;
    let rendered = template.render(&artifacts)?;
    let accepted = args.accept.iter().cloned().collect();
    let mut deployment = deployment(
        environment,
        (&rendered, template.value_sources()),
        artifacts,
        bucket,
        accepted,
    )?;
    deployment.provenance.revision = revision(settings.template_folder()).await;
    if let Some(file) = &args.plan {
        return plan::make(file, &deployment, settings, &cloud, &mut session, ui).await;
    }
    let place = Deploying {
        cloud: &cloud,
        settings,
        template: &template,
        ui,
    };
    let (deployed, reconciled) = place.up(&mut session, deployment, None, args.smoke).await?;
    ui.deployed(
        environment.stack.as_str(),
        &deployed,
        &reachable(deployed.outputs(), environment),
    );
    reconciled
}
