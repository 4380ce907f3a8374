//! `deployer history`.

use cfn_deploy::history;
use clap::Args;

use super::connection::Connection;
use super::error::CommandError;
use super::format::FormatArgs;
use crate::settings::Settings;
use crate::ui::{Silent, Ui};

/// List the stack's releases, newest first
///
/// Each `up` and each `rollback` that changed something is recorded beside the artifacts: when, by whom, from which commit, and how
/// long it took. The name in the first column is what `rollback --to` takes.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print each release as JSON on stdout, one object a line")))]
pub struct HistoryArgs {
    /// The maximum number of releases to list
    #[arg(long, short = 'n', default_value_t = 20, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(args: &HistoryArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = Silent;
    let session = cloud.session(&mut reporter).await?;
    let (bucket, stack) = (environment.artifact_bucket(), environment.stack.as_str());
    let history = cloud
        .unless_interrupted(history(&session, &bucket, stack, args.limit.into()))
        .await?
        .map_err(|error| cloud.hints().ledger(error))?;
    ui.history(stack, &history);
    cloud.tell(&history.unfinished);
    Ok(())
}
