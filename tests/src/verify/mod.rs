//! Verifies a deployed store in any environment: `./justw verify ENVIRONMENT`.
//!
//! It needs neither emulator nor test harness: the deployer's program says where the store is, the credentials come from where AWS's tools
//! find them, and every claim is tested through the client, SQS and the API's log group. It appends only synthetic events, to types of
//! streams that no application uses, so that it can be run against production as well.

mod arguments;
mod claim;
mod claims;
mod error;
mod interrupts;
mod program;
mod queues;
mod report;
mod scratch;
mod target;
mod witness;

use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

use event_store_deployer::environment::Environment;
use event_store_deployer::process_env::ProcessEnv;
use event_store_deployer::settings::Settings;
use jiff::Timestamp;
use tokio::runtime::Runtime;
use uuid::Uuid;

pub use arguments::Arguments;

use claim::{Made, Outcome};
use error::Failed;
use interrupts::Interrupts;
use program::Program;
use queues::Queues;
use report::{Report, counted, masked, one_line};
use scratch::Scratch;
use target::Target;

const FAILED: u8 = 1;
const USAGE: u8 = 64;
const INTERRUPTED: u8 = 130;

/// The outcome of a run that did not fail itself.
enum Ended {
    Reported { is_well: bool },
    Interrupted,
}

/// Runs the program.
pub fn main(arguments: Arguments) -> ExitCode {
    claim::keep_last_words();
    let ended = match Runtime::new() {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => {
            eprintln!("failed: {error}");
            return FAILED.into();
        }
    };
    match ended {
        Ok(Ended::Reported { is_well: true }) => ExitCode::SUCCESS,
        Ok(Ended::Reported { is_well: false }) => FAILED.into(),
        Ok(Ended::Interrupted) => INTERRUPTED.into(),
        Err(failed) => {
            say(&format!("failed: {failed}"));
            let mut source = failed.source();
            while let Some(cause) = source {
                say(&format!("        {cause}"));
                source = cause.source();
            }
            if failed.is_usage() { USAGE } else { FAILED }.into()
        }
    }
}

async fn run(mut arguments: Arguments) -> Result<Ended, Failed> {
    let mut interrupts = Interrupts::listen();
    let begun = Timestamp::now();
    // Short, because it is the prefix of the names of an instance's resources.
    let token = Uuid::new_v4().as_simple().to_string();
    let run = format!("v-{}", &token[..6]);
    if arguments.scratch {
        arguments.deployed.instance = Some(run.clone());
    }
    let settings = Settings::resolve(&arguments.deployed, &ProcessEnv::of_this_process())?;
    let environment = settings.environment;
    let program = Program::new(arguments.deployer.clone(), &arguments.deployed);

    let mut scratch = None;
    if arguments.scratch {
        let made = Scratch::new(program.clone(), environment.stack.to_string());
        let deployed = made.deploy(&options_of_up(&arguments)).await;
        if deployed.is_err() || interrupts.came() {
            let left = made.take_down(&mut interrupts).await;
            tell_left(&left);
            return deployed.map(|()| Ended::Interrupted);
        }
        scratch = Some(made);
    }
    let proved = prove(&arguments, &program, environment, &run, &mut interrupts).await;
    let mut left = Vec::new();
    if let Some(made) = &scratch {
        left = made.take_down(&mut interrupts).await;
    }
    let Some(mut report) = proved.inspect_err(|_| tell_left(&left))? else {
        tell_left(&left);
        return Ok(Ended::Interrupted);
    };
    report.is_gone = scratch.is_some() && left.is_empty();
    report.left.extend(left);
    report.begun = begun;
    report.ended = Timestamp::now();
    publish(&report, &arguments)?;
    Ok(Ended::Reported {
        is_well: report.is_well(),
    })
}

fn options_of_up(arguments: &Arguments) -> Vec<OsString> {
    let mut options: Vec<OsString> = Vec::new();
    if let Some(folder) = &arguments.artifacts {
        options.extend(["--artifacts".into(), folder.clone().into()]);
    }
    options.extend(arguments.no_build.then(|| "--no-build".into()));
    options
}

/// Tests every claim, and removes the resources created for that; `None` if it was interrupted.
async fn prove(
    arguments: &Arguments,
    program: &Program,
    environment: Environment,
    run: &str,
    interrupts: &mut Interrupts,
) -> Result<Option<Report>, Failed> {
    let name = environment.name.to_string();
    let region = environment.region.to_string();
    let target = tokio::select! {
        found = Target::find(program, environment, arguments.in_flight) => found?,
        () = interrupts.next() => return Ok(None),
    };
    let secrets = target.secrets()?;
    let queues = Queues::of(run);
    say(&format!("proving {} in {region}", target.described.stack));
    let tell = |made: &Made| say(&masked(&line(made), &secrets));
    let made = tokio::select! {
        made = claims::all(&target, &queues, arguments.in_flight, &tell) => Some(made?),
        () = interrupts.next() => None,
    };
    let topic = target.described.output("EsSnsTopic")?;
    let left = queues.remove(&target.cloud, topic).await;
    let written = target.witness.written();
    let Some(made) = made else {
        tell_left(&left);
        // The events of a temporary instance are deleted with it.
        for (stream_type, written) in written.into_iter().filter(|_| !arguments.scratch) {
            say(&format!(
                "left: {} of the type `{stream_type}`",
                counted(written.streams, "stream")
            ));
        }
        return Ok(None);
    };
    let functions = target.described.functions.iter();
    let revisions = functions.filter_map(|function| {
        let revision = function.revision.as_deref()?;
        Some((function.logical_id.clone(), revision.chars().take(12).collect()))
    });
    Ok(Some(Report {
        environment: name,
        stack: target.described.stack.clone(),
        region,
        revisions: revisions.collect(),
        begun: Timestamp::UNIX_EPOCH,
        ended: Timestamp::UNIX_EPOCH,
        made,
        is_gone: false,
        written,
        left,
        secrets,
    }))
}

/// The line that reports a claim while others are still being tested.
fn line(made: &Made) -> String {
    let Made { claim, outcome } = made;
    match outcome {
        Outcome::Holds(told) if told.is_empty() => format!("  ✓ {claim}"),
        Outcome::Holds(told) => format!("  ✓ {claim}: {told}"),
        Outcome::Broken(told) => format!("  ✗ {claim}: {told}"),
        Outcome::NotTried(told) => format!("  – {claim}: {told}"),
    }
}

fn publish(report: &Report, arguments: &Arguments) -> Result<(), Failed> {
    print!("{report}");
    let Some(file) = &arguments.report else {
        return Ok(());
    };
    std::fs::write(file, report.to_string()).map_err(|source| Failed::Report {
        file: file.display().to_string(),
        source,
    })
}

fn tell_left(left: &[String]) {
    for left in left {
        say(&format!("left: {left}"));
    }
}

fn say(text: &str) {
    eprintln!("{}", one_line(text));
}
