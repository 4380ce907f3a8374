//! `deployer logs`.

use std::ops::ControlFlow;

use cfn_deploy::{LogQuery, logs};
use clap::Args;
use jiff::Timestamp;

use super::Ended;
use super::connection::Connection;
use super::error::{CommandError, ErrorKind};
use super::moment::Moment;
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::{LogForm, Silent, Ui};

/// Show what the functions log, in the order of time
///
/// In a terminal each line is told with its time, its function, its level and its values, without the lines that only carry metrics;
/// elsewhere every line is printed as it was written, one JSON object a line. Ctrl-C ends `--follow` with exit code 130, as it ends
/// `tail -f`.
#[derive(Args, Debug)]
pub struct LogsArgs {
    /// Follow new lines until Ctrl-C
    #[arg(long, short)]
    follow: bool,

    /// The start: how long ago, such as `90s`, `10m`, `2h` or `3d`, or a time such as `2026-11-23T10:00:00Z`
    #[arg(long, short, value_name = "TIME", default_value = "10m")]
    since: Moment,

    /// Only lines that contain this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Only lines about this request
    #[arg(long, value_name = "ID")]
    request: Option<String>,

    /// Only lines about this stream of events
    #[arg(long, value_name = "ID")]
    stream: Option<String>,
}

pub(super) async fn run(
    args: &LogsArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Ended, CommandError> {
    let form = if process_env.output_is_terminal {
        LogForm::Readable
    } else {
        LogForm::Raw
    };
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = Silent;
    let mut session = cloud.session(&mut reporter).await?;
    cloud.tell_unfinished(&session).await;
    let terms = [&args.filter, &args.request, &args.stream];
    let query = LogQuery {
        stack: settings.environment.stack.to_string(),
        since: args.since.before(Timestamp::now()),
        terms: terms.into_iter().flatten().cloned().collect(),
        follow: args.follow,
    };
    let reading = logs(&mut session, &query, |names, lines| {
        // The reader of the output may have closed it.
        if ui.log_lines(names, lines, form) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    match cloud.unless_interrupted(reading).await {
        Ok(Ok(())) => Ok(Ended::Healthy),
        Ok(Err(error)) => Err(cloud.hints().logs(error)),
        // Following has no other end, so the interruption is not reported.
        Err(error) if args.follow && error.kind == ErrorKind::Interrupted => Ok(Ended::Stopped),
        Err(error) => Err(error),
    }
}
