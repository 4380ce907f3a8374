//! `deployer drift`.

use cfn_deploy::drift;
use clap::Args;

use super::Ended;
use super::connection::Connection;
use super::error::CommandError;
use super::format::FormatArgs;
use crate::settings::Settings;
use crate::ui::Ui;

/// Show how the stack differs from what was deployed
///
/// CloudFormation's own drift detection, and what it cannot see: which version is live and with what code and environment variables, whether
/// an event source mapping is on and reads the table's latest stream, and what protects the stack.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print the drift as JSON")))]
pub struct DriftArgs {
    #[command(flatten)]
    pub(super) format: FormatArgs,

    /// End with exit code 2 if there is drift
    #[arg(long)]
    exit_code: bool,
}

pub(super) async fn run(args: &DriftArgs, settings: &Settings, ui: &Ui) -> Result<Ended, CommandError> {
    let environment = &settings.environment;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let (stack, bucket) = (environment.stack.as_str(), environment.artifact_bucket());
    let drift = match drift(&mut session, stack, environment.protected, &bucket).await {
        Ok(drift) => drift,
        Err(error) => return Err(cloud.failure(&session, cloud.hints().drift(error)).await),
    };
    ui.drift(&drift);
    if !args.format.is_json() {
        cloud.tell(&drift.unfinished);
    }
    Ok(if args.exit_code && !drift.is_empty() {
        Ended::Differing
    } else {
        Ended::Healthy
    })
}
