//! `deployer build`.

use std::path::{Path, PathBuf};

use clap::Args;
use tokio::fs;

use super::code::build;
use super::error::{CommandError, ErrorKind};
use super::stack_template::StackTemplate;
use crate::artifact::{Artifact, Build, zip_path};
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::Ui;

/// Build the functions, and deploy nothing
///
/// For a workflow that builds once and deploys the same bytes to several environments with `up --artifacts`. Prints the zips. It needs no
/// credentials.
#[derive(Args, Debug)]
pub struct BuildArgs {
    /// Put the zips into this folder, which is created if it does not exist [default: `target/lambda/<processor>` in
    /// the workspace]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// A zip could not be written to its place.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", path.display())]
struct Unwritable {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

pub(super) async fn run(
    args: &BuildArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    let template = StackTemplate::parse(settings, ui)?;
    template.render_without_rules(&[])?;
    let built = build(&template, settings, process_env, ui).await?;
    let folder = match &args.to {
        Some(folder) => {
            write(&built, folder).await?;
            folder.clone()
        }
        None => Build::output(settings.workspace()?, template.processor(), template.profile()),
    };
    for artifact in &built {
        let path = zip_path(&folder, artifact.binary());
        ui.data(&format!("{}\n", settings.display(&path)));
    }
    Ok(())
}

async fn write(built: &[Artifact], folder: &Path) -> Result<(), CommandError> {
    let unwritable = |path: &Path, source| {
        let path = path.to_owned();
        CommandError::new(ErrorKind::Failed, Unwritable { path, source })
    };
    fs::create_dir_all(folder)
        .await
        .map_err(|error| unwritable(folder, error))?;
    for artifact in built {
        let path = zip_path(folder, artifact.binary());
        fs::write(&path, artifact.zip())
            .await
            .map_err(|error| unwritable(&path, error))?;
    }
    Ok(())
}
