//! The code that a command deploys or compares.

use std::path::PathBuf;

use clap::Args;

use super::connection::Connection;
use super::error::CommandError;
use super::stack_template::StackTemplate;
use crate::artifact::{Artifact, Build};
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::Ui;

/// Where the functions' code comes from; built anew, unless it is said otherwise.
#[derive(Args, Debug)]
pub(super) struct CodeArgs {
    /// Take what was built last
    #[arg(long, conflicts_with = "artifacts")]
    no_build: bool,

    /// Take zips built earlier: `<binary>.zip` in this folder
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,
}

impl CodeArgs {
    /// Loads earlier artifacts, so that mistakes in them are reported before AWS is called.
    pub(super) fn find(
        &self,
        template: &StackTemplate<'_>,
        settings: &Settings,
    ) -> Result<Code, CommandError> {
        if template.binaries().is_empty() {
            return Ok(Code::Found(Vec::new()));
        }
        let folder = match &self.artifacts {
            Some(folder) => folder.clone(),
            None if self.no_build => {
                Build::output(settings.workspace()?, template.processor(), template.profile())
            }
            None => return Ok(Code::ToBuild),
        };
        Ok(Code::Found(template.load(&folder)?))
    }
}

/// The functions' code, or the fact that it must be built.
pub(super) enum Code {
    Found(Vec<Artifact>),
    ToBuild,
}

impl Code {
    /// Builds the code if it was not found.
    pub(super) async fn get(
        self,
        template: &StackTemplate<'_>,
        settings: &Settings,
        process_env: &ProcessEnv,
        cloud: &Connection<'_>,
        ui: &Ui,
    ) -> Result<Vec<Artifact>, CommandError> {
        match self {
            Self::Found(artifacts) => Ok(artifacts),
            Self::ToBuild => {
                cloud
                    .unless_interrupted(build(template, settings, process_env, ui))
                    .await?
            }
        }
    }
}

pub(super) async fn build(
    template: &StackTemplate<'_>,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Vec<Artifact>, CommandError> {
    let binaries = template.binaries();
    if binaries.is_empty() {
        return Ok(Vec::new());
    }
    let build = Build {
        workspace: settings.workspace()?,
        binaries: &binaries,
        processor: template.processor(),
        profile: template.profile(),
        machine: &process_env.machine(),
    };
    ui.building(binaries.len(), template.processor().name());
    let artifacts = build.run(&mut |note| ui.build_note(note)).await?;
    ui.artifacts("built", &artifacts);
    Ok(artifacts)
}
