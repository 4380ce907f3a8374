//! The commands, one file each: its arguments and its code.

pub mod build;
mod code;
pub mod completions;
mod connection;
mod deployment;
pub mod describe;
pub mod diff;
pub mod doctor;
pub mod down;
pub mod drift;
pub mod drill;
pub mod error;
pub mod events;
pub mod explain;
mod format;
pub mod gc;
mod hints;
pub mod history;
pub mod init;
pub mod logs;
pub mod man;
mod moment;
mod plan;
pub mod policy;
pub mod proxy;
pub mod push;
pub mod reconcile;
pub mod recover;
pub mod render;
pub mod rollback;
pub mod schema;
pub mod smoke;
mod stack_template;
mod trial;
pub mod up;

use std::process::ExitCode;

use tokio::runtime::Builder;

use self::error::{CommandError, ErrorKind};
use self::hints::Hints;
use crate::cli::{Cli, Command, GlobalArgs};
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::{Destination, OutputFormat, Ui};

/// How a successful command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// It did what it should.
    Healthy,
    /// It was asked whether everything is in order, and something is not.
    Differing,
    /// Ctrl-C ended a command that has no end of its own.
    Stopped,
    /// It was asked what would prevent a deployment, and something would.
    Unhealthy,
}

/// The exit code for a difference.
const DIFFERING: u8 = 2;

/// The output format of a command: text, unless it has an option.
fn output_format(command: &Command) -> OutputFormat {
    match command {
        Command::Up(up::UpArgs { format, .. })
        | Command::Doctor(doctor::DoctorArgs { format, .. })
        | Command::Diff(diff::DiffArgs { format, .. })
        | Command::Drift(drift::DriftArgs { format, .. })
        | Command::Smoke(smoke::SmokeArgs { format, .. })
        | Command::Down(down::DownArgs { format, .. })
        | Command::History(history::HistoryArgs { format, .. })
        | Command::Rollback(rollback::RollbackArgs { format, .. })
        | Command::Push(push::PushArgs { format, .. })
        | Command::Gc(gc::GcArgs { format, .. })
        | Command::Events(events::EventsArgs { format, .. })
        | Command::Explain(explain::ExplainArgs { format, .. })
        | Command::Recover(recover::RecoverArgs { format, .. })
        | Command::Drill(drill::DrillArgs { format, .. })
        | Command::Reconcile(reconcile::ReconcileArgs { format, .. }) => format.output_format(),
        _ => OutputFormat::Text,
    }
}

/// Runs a command and returns its exit code.
pub fn run(cli: &Cli, process_env: &ProcessEnv) -> ExitCode {
    let place = Destination {
        terminal: process_env.terminal,
        width: process_env.width,
        data_width: process_env.output_width,
        github_actions: process_env.in_github_actions(),
        summary: process_env.step_summary(),
        verbose: cli.global.verbose,
        mask: cli.global.mask,
    };
    let ui = Ui::new(place, output_format(&cli.command));
    let wanted = cli.global.env.as_deref().or(process_env.variable("DEPLOYER_ENV"));
    ui.runs(&match wanted {
        Some(wanted) => format!("deployer {} --env {wanted}", cli.command.name()),
        None => format!("deployer {}", cli.command.name()),
    });
    let ended = execute(cli, process_env, &ui);
    // A reader of the data must not mistake a part of it for the whole.
    if ended.is_ok() && !ui.is_all_written() {
        return ErrorKind::Failed.into();
    }
    match ended {
        Ok(Ended::Healthy) => ExitCode::SUCCESS,
        Ok(Ended::Stopped) => ErrorKind::Interrupted.into(),
        Ok(Ended::Differing) => DIFFERING.into(),
        Ok(Ended::Unhealthy) => ErrorKind::Failed.into(),
        Err(failure) => {
            ui.fail(&failure);
            failure.kind.into()
        }
    }
}

fn execute(cli: &Cli, process_env: &ProcessEnv, ui: &Ui) -> Result<Ended, CommandError> {
    match &cli.command {
        Command::Init(args) => block_on(init::run(args, &cli.global, process_env, ui))?,
        // Saved events can be explained anywhere, even without an environment.
        Command::Explain(args) => explain::run(args, &cli.global, process_env, ui)?,
        Command::Schema(_) => schema::run(ui),
        Command::Completions(args) => completions::run(args, ui),
        Command::Man(args) => man::run(args, ui)?,
        command => return in_environment(command, &cli.global, process_env, ui),
    }
    Ok(Ended::Healthy)
}

/// Runs a command that needs an environment.
fn in_environment(
    command: &Command,
    global: &GlobalArgs,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Ended, CommandError> {
    let settings = Settings::resolve(global, process_env)?;
    ui.know(settings.environment.ids());
    ui.settings(&settings.told);
    ui.warn(&settings.environment.warnings);
    ui.runs(&Hints::of(&settings.environment).command(command.name()));
    match command {
        Command::Render(args) => render::run(args, &settings, ui)?,
        Command::Smoke(args) => block_on(smoke::run(args, &settings, ui))?,
        Command::Drift(args) => return block_on(drift::run(args, &settings, ui)),
        Command::Build(args) => block_on(build::run(args, &settings, process_env, ui))?,
        Command::Policy(args) => policy::run(args, &settings, ui)?,
        Command::Proxy(args) => block_on(proxy::run(args, &settings, ui))?,
        Command::Doctor(args) => return block_on(doctor::run(args, &settings, process_env, ui)),
        Command::Diff(args) => return block_on(diff::run(args, &settings, process_env, ui)),
        Command::Up(args) => block_on(up::run(args, &settings, process_env, ui))?,
        Command::History(args) => block_on(history::run(args, &settings, ui))?,
        Command::Rollback(args) => block_on(rollback::run(args, &settings, ui))?,
        Command::Push(args) => block_on(push::run(args, &settings, process_env, ui))?,
        Command::Gc(args) => block_on(gc::run(args, &settings, ui))?,
        Command::Describe(args) => return block_on(describe::run(args, &settings, process_env, ui)),
        Command::Down(args) => block_on(down::run(args, &settings, ui))?,
        Command::Logs(args) => return block_on(logs::run(args, &settings, process_env, ui)),
        Command::Reconcile(args) => block_on(reconcile::run(args, &settings, ui))?,
        Command::Drill(args) => block_on(drill::run(args, &settings, ui))?,
        Command::Recover(args) => block_on(recover::run(args, &settings, ui))?,
        Command::Events(args) => block_on(events::run(args, &settings, ui))?,
        // These commands need no environment and have already run.
        Command::Init(_)
        | Command::Schema(_)
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Explain(_) => {}
    }
    Ok(Ended::Healthy)
}

/// One thread is enough, because the slow work happens in AWS.
fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new(ErrorKind::Failed, error))?;
    let ended = runtime.block_on(work);
    // A question that was interrupted still waits for a line on its own thread.
    runtime.shutdown_background();
    ended
}
