//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{describe, down, render, up};

/// Deploys Rust Lambda stacks with CloudFormation.
///
/// Results go to stdout, everything else to stderr. Exit codes: 0 done, or nothing to do · 1 failed · 3 needs approval ·
/// 4 refused by a guard · 64 usage or configuration · 130 interrupted.
#[derive(Debug, Parser)]
#[command(
    name = "deployer",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What every command takes.
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
    /// The environment: the name of a file in the folder of environments, without `.yaml`
    #[arg(
        long,
        short,
        global = true,
        value_name = "NAME",
        env = "DEPLOYER_ENV",
        hide_env_values = true
    )]
    pub env: Option<String>,

    /// A separate copy of the environment's stack, for previews; its tables are deleted with it
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "DEPLOYER_INSTANCE",
        hide_env_values = true
    )]
    pub instance: Option<String>,

    /// The folder of environments [default: `environments` in the workspace]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "DEPLOYER_ENVIRONMENTS",
        hide_env_values = true
    )]
    pub environments: Option<PathBuf>,

    /// The template [default: `templates/event-store.yaml` in the workspace]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DEPLOYER_TEMPLATE",
        hide_env_values = true
    )]
    pub template: Option<PathBuf>,

    /// Tell every API call with its duration, and where each setting came from
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// One verb each.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `deployer render`
    Render(render::RenderArgs),
    /// `deployer up`
    Up(up::UpArgs),
    /// `deployer describe`
    Describe(describe::DescribeArgs),
    /// `deployer down`
    Down(down::DownArgs),
}
