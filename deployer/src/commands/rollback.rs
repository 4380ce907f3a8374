//! `deployer rollback`.

use cfn_deploy::stack::guard::Acceptance;
use cfn_deploy::stack::{ReleaseChoice, WantedTemplate};
use cfn_deploy::{Deployment, Rollback, rollback};
use clap::Args;

use super::connection::Connection;
use super::deployment::{deployment_of, reachable};
use super::error::CommandError;
use super::format::FormatArgs;
use super::stack_template::StackTemplate;
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// Bring the stack back to an earlier release
///
/// Its recorded template and code are deployed like any others: shown first, held against the guard, and recorded as a release. Data
/// stays as it is. Nothing is built.
#[derive(Args, Debug)]
pub struct RollbackArgs {
    /// The release: its name or how that begins, as `history` lists it, or a time at which it was deployed [default: the one before the
    /// release that is deployed]
    #[arg(long, value_name = "RELEASE|TIME")]
    to: Option<ReleaseChoice>,

    /// Deploy without asking
    #[arg(long, short)]
    yes: bool,

    /// Accept a change that would cost events, notifications or an address, by the name in its refusal; may be
    /// repeated
    #[arg(long, value_name = "VERB:RESOURCE")]
    accept: Vec<Acceptance>,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(args: &RollbackArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    ui.approve(Approval {
        yes: args.yes,
        ..Approval::default()
    });
    let environment = &settings.environment;
    let template = StackTemplate::parse(settings, ui)?;
    let bucket = template.bucket()?;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let accepted = args.accept.iter().cloned().collect();
    let asked = Rollback {
        to: args.to.clone(),
        deployment: Deployment {
            // The release contains the values; the template says which parameters they come from.
            value_sources: template.value_sources(),
            ..deployment_of(
                environment,
                WantedTemplate::of_nothing(),
                Vec::new(),
                bucket,
                accepted,
            )
        },
    };
    let rolled_back = rollback(&mut session, &asked)
        .await
        .map_err(|error| cloud.hints().rollback(error))?;
    let outputs = reachable(rolled_back.deployed.outputs(), environment);
    ui.rolled_back(&rolled_back, &outputs);
    Ok(())
}
