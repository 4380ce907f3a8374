//! `deployer init`.

mod account;
mod consumer;
mod error;
mod new_environment;

use std::str::FromStr;

use cfn_deploy::shell;
use cfn_template::Template;
use clap::{Args, Subcommand};
use indexmap::IndexMap;

use self::error::InitError;
use self::new_environment::{NewEnvironment, write};
use super::error::{CommandError, ErrorKind};
use crate::cli::GlobalArgs;
use crate::process_env::ProcessEnv;
use crate::settings::Places;
use crate::text_file;
use crate::ui::Ui;

/// Write a new environment file, with a comment on each setting
///
/// `init consumer` begins a consumer of an event store: its template, too. (An environment of that name is made by `init -- consumer`.)
///
/// The account and the region come from the credentials and the profile in use, unless they are given. Template
/// parameters without a default must be given. An existing file is left alone.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub struct InitArgs {
    /// The environment's name
    #[arg(value_name = "NAME", required = true)]
    name: Option<String>,

    #[command(flatten)]
    place: PlaceArgs,

    #[command(subcommand)]
    beginning: Option<Beginning>,
}

/// What else can be begun.
#[derive(Debug, Subcommand)]
enum Beginning {
    Consumer(consumer::ConsumerArgs),
}

/// What a new environment is made of, whatever its template.
#[derive(Args, Debug)]
struct PlaceArgs {
    /// The account, twelve digits [default: that of the credentials]
    #[arg(long, value_name = "ID")]
    account: Option<String>,

    /// The region [default: that of the profile] [env: `AWS_REGION`]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// The endpoint of the AWS APIs, if it is not AWS itself, such as `http://127.0.0.1:4566`
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Protect the event log, as production should
    #[arg(long)]
    protected: bool,

    /// Set a parameter of the template; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<Assigned>,
}

/// A parameter and its value.
#[derive(Clone, Debug)]
struct Assigned {
    name: String,
    value: String,
}

impl FromStr for Assigned {
    type Err = InitError;

    fn from_str(text: &str) -> Result<Self, InitError> {
        let assigned = text.split_once('=').filter(|(name, _)| !name.is_empty());
        let (name, value) = assigned.ok_or(InitError::NoValue)?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

pub(super) async fn run(
    args: &InitArgs,
    global: &GlobalArgs,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    let name = match (&args.beginning, &args.name) {
        (Some(Beginning::Consumer(args)), _) => return consumer::run(args, global, process_env, ui).await,
        (None, Some(name)) => name,
        // The command-line parser requires one of them.
        (None, None) => return Ok(()),
    };
    let places = Places::find(global, process_env)?;
    if !places.environments.is_dir() {
        return Err(no_folder(&places.display(&places.environments)));
    }
    let template = template(&places)?;
    let new = NewEnvironment {
        name,
        template: &template,
        place: &args.place,
        values: values(&args.place)?,
        beside: None,
    };
    let written = new.draft(&places, process_env).await?;
    write(&written)?;
    ui.data(&format!("{}\n", written.name));
    ui.note(&format!(
        "next, look over the file; `deployer doctor --env {name}` finds what stands in the way, and `deployer up --env {name}` deploys"
    ));
    Ok(())
}

/// The parameters as they are given, each once.
fn values(args: &PlaceArgs) -> Result<IndexMap<String, String>, CommandError> {
    let mut values = IndexMap::new();
    for Assigned { name, value } in &args.parameter {
        if values.insert(name.clone(), value.clone()).is_some() {
            let twice = InitError::Twice(name.clone());
            return Err(CommandError::new(ErrorKind::Usage, twice)
                .hint("a list has its members behind one `=`, between commas"));
        }
    }
    Ok(values)
}

fn template(places: &Places) -> Result<Template, CommandError> {
    let file = places.display(&places.template);
    let text = text_file::read(&places.template).map_err(|source| {
        let file = file.clone();
        CommandError::new(ErrorKind::Usage, InitError::Unreadable { file, source })
    })?;
    Ok(Template::parse(&file, &text)?)
}

fn no_folder(folder: &str) -> CommandError {
    let hint = format!(
        "make it with `mkdir -p {}`, or name another with `--environments`",
        shell::quoted(folder)
    );
    CommandError::new(ErrorKind::Usage, InitError::NoFolder(folder.to_owned())).hint(hint)
}
