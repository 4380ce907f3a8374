//! `deployer render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::error::CommandError;
use super::stack_template::StackTemplate;
use crate::settings::Settings;
use crate::ui::Ui;

/// Print the template as an environment decides it
///
/// What the environment decides is resolved, what AWS decides stays: the output has neither parameters nor conditions,
/// and is what `up` sends. It needs neither credentials nor network. Where no code is given, a marked placeholder stands for
/// it, so that the output depends on files of the workspace alone.
#[derive(Args, Debug)]
pub struct RenderArgs {
    /// The output format; `up` sends the JSON
    #[arg(long, value_enum, default_value_t = Format::Json, value_name = "FORMAT")]
    format: Format,

    /// Take the functions' code from `<binary>.zip` in this folder
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,
}

/// How a rendering is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// What CloudFormation is sent.
    Json,
    /// For reading.
    Yaml,
}

pub(super) fn run(args: &RenderArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let template = StackTemplate::parse(settings, ui)?;
    let artifacts = match &args.artifacts {
        Some(folder) => template.load(folder)?,
        None => Vec::new(),
    };
    let rendered = template.render(&artifacts)?;
    match args.format {
        Format::Json => ui.data(rendered.json()),
        Format::Yaml => ui.data(&rendered.to_yaml()),
    }
    Ok(())
}
