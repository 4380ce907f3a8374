//! `deployer explain`.

use std::path::PathBuf;

use cfn_deploy::stack::{Diagnosis, SavedEventsError, SourceLine, Timeline, saved_events};
use cfn_template::line_of;
use clap::Args;

use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use crate::cli::GlobalArgs;
use crate::process_env::ProcessEnv;
use crate::settings::SettingsError;
use crate::text_file;
use crate::ui::Ui;
use crate::workspace;

/// Explain an operation from saved events, with its timeline
///
/// Needs neither an environment nor credentials. The events are those that `aws cloudformation describe-stack-events` or
/// `deployer events --json` printed; the last operation among them is told, as `deployer events` tells it.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print the operation as JSON, its events included")))]
pub struct ExplainArgs {
    /// The file of events
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

/// A file without events to explain.
#[derive(Debug, thiserror::Error)]
#[error("cannot explain `{file}`")]
struct Unexplainable {
    file: String,
    #[source]
    source: SavedEventsError,
}

/// A file whose events do not belong to a stack.
#[derive(Debug, thiserror::Error)]
#[error("`{file}` has no event of a stack itself, so no operation can be shown")]
struct NoOperation {
    file: String,
}

pub(super) fn run(
    args: &ExplainArgs,
    global: &GlobalArgs,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    let path = process_env.folder.join(&args.file);
    let file = args.file.display().to_string();
    let text = text_file::read(&path).map_err(|source| SettingsError::Unreadable {
        file: file.clone(),
        source,
    })?;
    let events = saved_events(&text).map_err(|source| {
        let unexplainable = Unexplainable {
            file: file.clone(),
            source,
        };
        CommandError::new(ErrorKind::Usage, unexplainable)
            .hint("save some with `aws cloudformation describe-stack-events --stack-name NAME > events.json`")
    })?;
    let template = template_at(global, process_env);
    let place = |logical_id: &str| {
        let (file, text) = template.as_ref()?;
        let line = line_of(text, logical_id)?;
        Some(SourceLine {
            file: file.clone(),
            line,
        })
    };
    let timeline = Timeline::of_last(&events, |failure| {
        let place = place(&failure.logical_id);
        Diagnosis::of(failure, place)
    });
    let timeline = timeline.ok_or_else(|| CommandError::new(ErrorKind::Usage, NoOperation { file }))?;
    ui.timeline(&timeline);
    Ok(())
}

/// The template and its name, if there is one. Without it, only the resource's line is missing.
fn template_at(global: &GlobalArgs, process_env: &ProcessEnv) -> Option<(String, String)> {
    let named = global
        .template
        .clone()
        .or_else(|| process_env.variable("DEPLOYER_TEMPLATE").map(PathBuf::from));
    let path = match named {
        Some(path) => process_env.folder.join(path),
        None => workspace::find(&process_env.folder)?.join(workspace::TEMPLATE),
    };
    let text = text_file::read(&path).ok()?;
    Some((workspace::display(&path, &process_env.folder), text))
}
