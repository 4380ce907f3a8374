//! `deployer describe`.

use std::fs::OpenOptions;
use std::io::Write as _;

use cfn_deploy::describe;
use clap::Args;

use super::Ended;
use super::connection::Connection;
use super::deployment::reachable;
use super::error::{CommandError, ErrorKind};
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::{DescriptionFormat, Silent, Ui, for_github};

/// Show the stack's outputs and health
///
/// The health of a stack is its own state, each function's state and whether its alias leads to the version that the stack
/// published, each event source mapping and whether it reads the table's latest stream, each table, and each queue: a message in one
/// that nothing in the stack reads has failed, and waits for somebody.
#[derive(Args, Debug)]
pub struct DescribeArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = DescriptionFormat::Table, value_name = "FORMAT")]
    format: DescriptionFormat,

    /// End with exit code 2 if something is not healthy, or a run is unfinished
    #[arg(long)]
    exit_code: bool,
}

/// The file for the outputs of a workflow step is unknown.
#[derive(Debug, thiserror::Error)]
#[error("`GITHUB_OUTPUT` is not set")]
struct NoStep;

/// The file for the outputs of a workflow step cannot be appended to.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to `{file}`")]
struct Unwritable {
    file: String,
    #[source]
    source: std::io::Error,
}

pub(super) async fn run(
    args: &DescribeArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Ended, CommandError> {
    let step = match args.format {
        DescriptionFormat::Github => Some(step_file(process_env)?),
        _ => None,
    };
    let environment = &settings.environment;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = Silent;
    let session = cloud.session(&mut reporter).await?;
    let bucket = environment.artifact_bucket();
    let looked = describe(&session, environment.stack.as_str(), &bucket);
    let mut described = match cloud.unless_interrupted(looked).await? {
        Ok(described) => described,
        Err(error) => return Err(cloud.failure(&session, cloud.hints().describe(error)).await),
    };
    described.outputs = reachable(&described.outputs, environment);
    if let Some(file) = step {
        add_to(file, &ui.legible(&for_github(&described.outputs)))?;
    }
    ui.description(&described, args.format, &cloud.hints().command("up"));
    cloud.tell(&described.unfinished);
    let is_settled = described.healthy && described.unfinished.is_empty();
    Ok(if args.exit_code && !is_settled {
        Ended::Differing
    } else {
        Ended::Healthy
    })
}

/// The file for a step's outputs in GitHub Actions; determined before AWS is called.
fn step_file(process_env: &ProcessEnv) -> Result<&str, CommandError> {
    let file = process_env.variable("GITHUB_OUTPUT");
    file.ok_or_else(|| {
        CommandError::new(ErrorKind::Usage, NoStep)
            .hint("GitHub Actions sets it in every step; elsewhere take `--format env`")
    })
}

fn add_to(file: &str, text: &str) -> Result<(), CommandError> {
    let opened = OpenOptions::new().append(true).create(true).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|source| {
        let file = file.to_owned();
        CommandError::new(ErrorKind::Failed, Unwritable { file, source })
    })
}
