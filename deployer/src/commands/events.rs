//! `deployer events`.

use cfn_deploy::last_operation;
use clap::Args;

use super::connection::Connection;
use super::error::CommandError;
use super::format::FormatArgs;
use crate::settings::Settings;
use crate::ui::{Silent, Ui};

/// Explain the last operation on the stack, with its timeline
///
/// Each resource is told with the time from the operation's begin and how long it took. A failed operation begins with its root
/// cause, what followed from it, where the resource is declared and what can be done. The exit code is 0 whatever became of the
/// operation. What `--json` prints can be kept, and explained later with `deployer explain FILE`.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print the operation as JSON, its events included")))]
pub struct EventsArgs {
    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(args: &EventsArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = Silent;
    let session = cloud.session(&mut reporter).await?;
    let explain = cloud.hints();
    let operation = last_operation(&session, settings.environment.stack.as_str(), |failure| {
        explain.diagnosis(failure)
    });
    let timeline = match cloud.unless_interrupted(operation).await? {
        Ok(timeline) => timeline,
        Err(error) => return Err(cloud.failure(&session, explain.describe(error)).await),
    };
    ui.timeline(&timeline);
    if !args.format.is_json() {
        cloud.tell_unfinished(&session).await;
    }
    Ok(())
}
