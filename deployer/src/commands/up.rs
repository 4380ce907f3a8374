//! `deployer up`.

use std::path::PathBuf;

use clap::Args;

use super::cloud::Cloud;
use super::deployment::{deployment, reachable};
use super::error::CommandError;
use super::stack_template::StackTemplate;
use crate::artifact::{Artifact, Build};
use crate::engine::deploy;
use crate::settings::Settings;
use crate::stack::guard::Acceptance;
use crate::surroundings::Surroundings;
use crate::ui::{Approval, Manner, Ui};

/// Build the functions and bring the stack to what the template says
///
/// Shows what would change and asks before it does. A stack that is as it should be is left alone. Prints the stack's outputs.
#[derive(Args, Debug)]
pub struct UpArgs {
    /// Deploy without asking
    #[arg(long, short)]
    yes: bool,

    /// Deploy what was built last
    #[arg(long, conflicts_with = "artifacts")]
    no_build: bool,

    /// Deploy zips built earlier: `<binary>.zip` in this folder
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,

    /// Let a change pass that would cost events, notifications or an address, as its refusal names it; may be repeated
    #[arg(long, value_name = "VERB:RESOURCE")]
    accept: Vec<Acceptance>,

    /// Print what happens as JSON on stdout, one object a line
    #[arg(long)]
    json: bool,
}

impl UpArgs {
    pub(super) fn manner(&self) -> Manner {
        if self.json {
            Manner::Program
        } else {
            Manner::Person
        }
    }
}

pub(super) async fn run(
    args: &UpArgs,
    settings: &Settings,
    surroundings: &Surroundings,
    ui: &Ui,
) -> Result<(), CommandError> {
    ui.approve(Approval {
        yes: args.yes,
        ..Approval::default()
    });
    let environment = &settings.environment;
    let template = StackTemplate::parse(settings)?;
    // What is wrong with the configuration is told before anything is built or asked of AWS.
    template.render(&[])?;
    let bucket = template.bucket()?;
    let ready = match artifacts_folder(args, &template, settings)? {
        Some(folder) => Some(template.load(&folder)?),
        None => None,
    };

    let cloud = Cloud::reach(settings, ui).await?;
    let mut talk = ui.clone();
    let mut session = cloud.session(&mut talk).await?;
    let artifacts = match ready {
        Some(artifacts) => artifacts,
        None => {
            cloud
                .unless_interrupted(build(&template, settings, surroundings, ui))
                .await??
        }
    };
    let rendered = template.render(&artifacts)?;
    let accepted = args.accept.iter().cloned().collect();
    let deployment = deployment(environment, &rendered, artifacts, bucket, accepted);
    let deployed = deploy(&mut session, &deployment)
        .await
        .map_err(|error| cloud.explain().deploy(error))?;
    ui.deployed(
        &deployment.stack,
        &deployed,
        &reachable(deployed.outputs(), environment),
    );
    Ok(())
}

/// Where zips are that were built before; none where they are to be built now.
fn artifacts_folder(
    args: &UpArgs,
    template: &StackTemplate<'_>,
    settings: &Settings,
) -> Result<Option<PathBuf>, CommandError> {
    match &args.artifacts {
        Some(folder) => Ok(Some(folder.clone())),
        None if args.no_build => Ok(Some(Build::output(settings.workspace()?, template.processor()))),
        None => Ok(None),
    }
}

async fn build(
    template: &StackTemplate<'_>,
    settings: &Settings,
    surroundings: &Surroundings,
    ui: &Ui,
) -> Result<Vec<Artifact>, CommandError> {
    let binaries = template.binaries();
    let build = Build {
        workspace: settings.workspace()?,
        binaries: &binaries,
        processor: template.processor(),
        machine: &surroundings.machine(),
    };
    ui.building(binaries.len(), template.processor().name());
    let artifacts = build.run(&mut |note| ui.build_note(note)).await?;
    ui.artifacts("built", &artifacts);
    Ok(artifacts)
}
