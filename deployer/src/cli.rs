//! The command line.

mod groups;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    build, completions, describe, diff, doctor, down, drift, drill, events, explain, gc, history, init, logs,
    man, policy, proxy, push, reconcile, recover, render, rollback, schema, smoke, up,
};

/// Deploys Rust Lambda stacks with CloudFormation.
///
/// Results go to stdout, everything else to stderr. Exit codes: 0 done, or nothing to do · 1 failed · 2 differs or is not healthy (`--exit-code` of `diff`, `drift` and `describe`) · 3 needs approval ·
/// 4 refused by a guard · 64 usage or configuration · 130 interrupted.
#[derive(Debug, Parser)]
#[command(
    name = "deployer",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// The options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The environment: the name of a file in the folder of environments, without `.yaml` [env: `DEPLOYER_ENV`]
    #[arg(long, short, global = true, value_name = "NAME")]
    pub env: Option<String>,

    /// A separate copy of the environment's stack, for previews; its tables are deleted with it [env: `DEPLOYER_INSTANCE`]
    #[arg(long, global = true, value_name = "NAME")]
    pub instance: Option<String>,

    /// The folder of environments [default: `environments` in the workspace] [env: `DEPLOYER_ENVIRONMENTS`]
    #[arg(long, global = true, value_name = "DIR")]
    pub environments: Option<PathBuf>,

    /// The template [default: `templates/event-store.yaml` in the workspace] [env: `DEPLOYER_TEMPLATE`]
    #[arg(long, global = true, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// Make account ids and ARNs unreadable in everything that is printed, for logs that others read
    #[arg(long, global = true)]
    pub mask: bool,

    /// Log every API call with its duration, and where each setting came from
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

impl Command {
    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Render(_) => "render",
            Self::Build(_) => "build",
            Self::Doctor(_) => "doctor",
            Self::Diff(_) => "diff",
            Self::Up(_) => "up",
            Self::Describe(_) => "describe",
            Self::History(_) => "history",
            Self::Rollback(_) => "rollback",
            Self::Push(_) => "push",
            Self::Gc(_) => "gc",
            Self::Drift(_) => "drift",
            Self::Smoke(_) => "smoke",
            Self::Down(_) => "down",
            Self::Policy(_) => "policy",
            Self::Proxy(_) => "proxy",
            Self::Init(_) => "init",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Events(_) => "events",
            Self::Explain(_) => "explain",
            Self::Recover(_) => "recover",
            Self::Reconcile(_) => "reconcile",
            Self::Drill(_) => "drill",
            Self::Logs(_) => "logs",
        }
    }
}

/// The commands, one verb each.
#[derive(Debug, Subcommand)]
pub enum Command {
    Render(render::RenderArgs),
    Build(build::BuildArgs),
    Doctor(doctor::DoctorArgs),
    Diff(diff::DiffArgs),
    Up(up::UpArgs),
    Describe(describe::DescribeArgs),
    History(history::HistoryArgs),
    Rollback(rollback::RollbackArgs),
    Push(push::PushArgs),
    Gc(gc::GcArgs),
    Drift(drift::DriftArgs),
    Smoke(smoke::SmokeArgs),
    Down(down::DownArgs),
    Policy(policy::PolicyArgs),
    Proxy(proxy::ProxyArgs),
    Init(init::InitArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Events(events::EventsArgs),
    Explain(explain::ExplainArgs),
    Recover(recover::RecoverArgs),
    Reconcile(reconcile::ReconcileArgs),
    Drill(drill::DrillArgs),
    Logs(logs::LogsArgs),
}
