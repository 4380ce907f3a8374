//! `deployer describe`.

use clap::Args;

use super::cloud::Cloud;
use super::deployment::reachable;
use super::error::CommandError;
use crate::engine::describe;
use crate::settings::Settings;
use crate::ui::{DescriptionFormat, Silent, Ui};

/// Show the stack's outputs and how what is in it does
///
/// The health of a stack is its own state, each function's state and whether its alias leads to the version that the stack
/// published, each event source mapping and whether it reads the table's latest stream, and each table.
#[derive(Args, Debug)]
pub struct DescribeArgs {
    /// The form of the output
    #[arg(long, short, value_enum, default_value_t = DescriptionFormat::Table, value_name = "FORM")]
    output: DescriptionFormat,
}

pub(super) async fn run(args: &DescribeArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let cloud = Cloud::reach(settings, ui).await?;
    let mut talk = Silent;
    let session = cloud.session(&mut talk).await?;
    let mut described = cloud
        .unless_interrupted(describe(&session, environment.stack.as_str()))
        .await?
        .map_err(|error| cloud.explain().describe(error))?;
    described.outputs = reachable(&described.outputs, environment);
    ui.description(&described, args.output);
    Ok(())
}
