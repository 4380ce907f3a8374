//! `deployer init`.

mod consumer;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use cfn_deploy::cloud::{CallError, Identity as _};
use cfn_deploy::shell;
use cfn_template::problem::{Problem, Problems};
use cfn_template::{Artifacts, OpenParameter, Template, render};
use clap::{Args, Subcommand};
use indexmap::IndexMap;

use super::connection::certificates;
use super::error::{CommandError, ErrorKind};
use super::hints::in_between;
use crate::aws::{Aws, EndpointRefused, configured_region, refuse_stray_endpoints};
use crate::cli::GlobalArgs;
use crate::environment::{Draft, Environment, StackName};
use crate::process_env::ProcessEnv;
use crate::settings::Places;
use crate::text_file;
use crate::ui::Ui;

/// The schema's file, when it lies beside the environments.
const SCHEMA: &str = "environment.schema.json";

/// Write a new environment file, with a comment on each setting
///
/// `init consumer` begins a consumer of an event store: its template, too. (An environment of that name is made by `init -- consumer`.)
///
/// The account and the region are those of the credentials and the profile in use, unless they are given. Parameters of the template
/// that have no default have to be given. A file that exists is left alone.
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

    /// Where the AWS APIs are, if it is not AWS that answers them, such as `http://127.0.0.1:4566`
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Guard the event log, as production wants it
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

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("a parameter is given as `NAME=VALUE`")]
    NoValue,
    #[error("the parameter `{0}` is given twice")]
    Twice(String),
    #[error("`{0}` exists")]
    Exists(String),
    #[error("no region is given, and the profile in use has none")]
    NoRegion,
    #[error("no account is given, and AWS cannot be asked for it")]
    NoAccount(#[source] CallError),
    #[error("no account is given, and whoever `{}` names would be asked for it instead of AWS", .0.variable)]
    Elsewhere(EndpointRefused),
    #[error("no value is given for `{}`, and the template has no default", .0.join("`, `"))]
    Missing(Vec<String>),
    #[error("`{0}` is no name of a binary that cargo builds")]
    NoBinary(String),
    #[error("no package of this workspace has a binary `{0}`")]
    UnknownBinary(String),
    #[error("`{0}` is no name of a store's environment")]
    NoStore(String),
    #[error("`{0}` is no name of a consumer")]
    NoConsumer(String),
    #[error("`{name}` names {what}, and no consumer")]
    Kept { name: String, what: &'static str },
    #[error(
        "`{environment}`, the name of the environment and of its stack, has {} characters where {} are allowed",
        .environment.len(),
        StackName::MAXIMUM_LENGTH
    )]
    TooLong { environment: String },
    #[error("`--parameter {0}` is given beside `--store`")]
    StoreTwice(String),
    #[error("`{0}` is the environment of a consumer, and no store")]
    FollowsItself(String),
    #[error("there is no folder `{0}`")]
    NoFolder(String),
    #[error("cannot read `{file}`")]
    Unreadable {
        file: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot write `{file}`")]
    Unwritable {
        file: String,
        #[source]
        source: io::Error,
    },
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
        // The command line is not read without one of them.
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

/// An environment that has no file yet.
struct NewEnvironment<'a> {
    name: &'a str,
    template: &'a Template,
    place: &'a PlaceArgs,
    /// The values of parameters.
    values: IndexMap<String, String>,
    /// The environment that says what is not given.
    beside: Option<&'a Environment>,
}

/// A file that is to be written.
struct NewFile {
    path: PathBuf,
    /// Its name to the user.
    name: String,
    text: String,
}

impl NewEnvironment<'_> {
    /// Settles what the file says.
    async fn draft(&self, places: &Places, process_env: &ProcessEnv) -> Result<NewFile, CommandError> {
        let path = places.environments.join(format!("{}.yaml", self.name));
        let file = places.display(&path);
        if path.exists() {
            return Err(exists(&file));
        }
        let open = self.template.open_parameters();
        let named_template = places.named_template();
        let region = self.region().await;
        let account = self.place.account.clone();
        let account = account.or_else(|| self.beside.map(|beside| beside.account.to_string()));
        let endpoint = self.place.endpoint.as_deref();
        let endpoint = endpoint.or_else(|| Some(self.beside?.endpoint.as_ref()?.as_str()));
        // Nothing is asked of AWS for a file that could not be written anyway.
        let likely_account = account.clone().unwrap_or_else(|| "000000000000".to_owned());
        let likely_region = region.as_ref().map_or("us-east-1", String::as_str).to_owned();
        let draft = Draft {
            name: self.name,
            account: &likely_account,
            region: &likely_region,
            template: named_template.as_deref(),
            endpoint,
            beside: self.beside,
            protected: self.place.protected,
            values: &self.values,
            parameters: &open,
            schema: places.environments.join(SCHEMA).is_file(),
        };
        let missing: Vec<&OpenParameter> = draft.missing().collect();
        if !missing.is_empty() {
            let no_region = region
                .err()
                .map(|error| format!("{}: {}", error.source, error.hints.join("; ")));
            let wrong = otherwise_wrong(&file, &draft, &missing, self.template);
            let beyond = beyond(&file, &draft, &missing, &wrong, self.template);
            let error = if wrong.is_empty() {
                missing_parameters(&missing)
            } else {
                let hints = missing
                    .iter()
                    .map(|open| format!("no value is given for `{}`: {}", open.name, remedy(open)));
                refused(wrong).hints(hints)
            };
            return Err(error.hints(beyond).hints(no_region));
        }
        check(&file, &draft, self.template).map_err(refused)?;

        let region = region?;
        let account = match account {
            Some(account) => account,
            None => ask_for_account(endpoint, &region, process_env).await?,
        };
        let draft = Draft {
            account: &account,
            region: &region,
            ..draft
        };
        check(&file, &draft, self.template).map_err(refused)?;
        Ok(NewFile {
            path,
            name: file,
            text: draft.text(),
        })
    }

    async fn region(&self) -> Result<String, CommandError> {
        let given = self.place.region.clone();
        let given = given.or_else(|| self.beside.map(|beside| beside.region.to_string()));
        match given {
            Some(region) => Ok(region),
            None => configured_region().await.ok_or_else(|| {
                CommandError::new(ErrorKind::Usage, InitError::NoRegion)
                    .hint("give it with `--region eu-central-1`")
            }),
        }
    }
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

/// What is written is read as every other environment file is, and rendered.
fn check(file: &str, draft: &Draft<'_>, template: &Template) -> Result<(), Problems> {
    let environment = Environment::parse(file, &draft.text(), draft.name, None);
    environment
        .and_then(|environment| {
            let bucket = Artifacts::in_bucket(environment.artifact_bucket());
            render(template, &environment.values(), &bucket)
        })
        .map(|_| ())
}

fn refused(problems: Problems) -> CommandError {
    CommandError::from(problems).hint("nothing was written: the places are those of the file as it would be")
}

/// What would be refused as it is now, beside what is missing.
fn otherwise_wrong(
    file: &str,
    draft: &Draft<'_>,
    missing: &[&OpenParameter],
    template: &Template,
) -> Problems {
    let mut wrong = Problems::default();
    for problem in problems(file, draft, template) {
        let is_missing = |open: &&OpenParameter| problem.missing_parameter.as_ref() == Some(&open.name);
        if !missing.iter().any(is_missing) {
            wrong.push(problem);
        }
    }
    wrong
}

/// What else would be refused, so that nobody learns it one call after the other: where the one parameter that is missing has one of a few
/// values, with each of them.
fn beyond(
    file: &str,
    draft: &Draft<'_>,
    missing: &[&OpenParameter],
    wrong: &Problems,
    template: &Template,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let [open] = missing else { return told };
    // What nobody knows keeps the template from being looked at.
    let is_known = |name: &String| draft.parameters.iter().any(|open| open.name == *name);
    let known = draft.values.iter().filter(|(name, _)| is_known(name));
    let known: IndexMap<String, String> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    for value in &open.allowed {
        let mut values = known.clone();
        values.insert(open.name.clone(), value.clone());
        let tried = Draft {
            values: &values,
            ..draft.clone()
        };
        for problem in problems(file, &tried, template) {
            if !wrong.iter().any(|wrong| wrong.message == problem.message) {
                told.push(format!("with `{}={value}`: {}", open.name, problem.message));
            }
        }
    }
    told
}

fn problems(file: &str, draft: &Draft<'_>, template: &Template) -> Vec<Problem> {
    match check(file, draft, template) {
        Ok(()) => Vec::new(),
        Err(problems) => problems.iter().cloned().collect(),
    }
}

async fn ask_for_account(
    endpoint: Option<&str>,
    region: &str,
    process_env: &ProcessEnv,
) -> Result<String, CommandError> {
    let certificates = certificates(process_env.variable("AWS_CA_BUNDLE").map(Path::new))?;
    let unknown = |error: CallError| {
        let in_between = in_between(&error).map(str::to_owned);
        CommandError::new(ErrorKind::Failed, InitError::NoAccount(error))
            .hints(in_between)
            .hint("give it with `--account 123456789012`, or log in and run this again")
    };
    // A flag goes before a variable; without one, a variable would have somebody else asked.
    if endpoint.is_none() {
        refuse_stray_endpoints(None, process_env.variables.clone()).map_err(in_the_way)?;
    }
    let aws = Aws::connect(region, endpoint, certificates)
        .await
        .map_err(in_the_way)?;
    let caller = aws.caller().await.map_err(unknown)?;
    Ok(caller.account)
}

/// A variable, or a setting of the profile, would have another than AWS asked.
fn in_the_way(refused: EndpointRefused) -> CommandError {
    let EndpointRefused { variable } = &refused;
    let away = if variable.starts_with("AWS_") {
        format!("unset `{variable}`")
    } else {
        format!("take `{variable}` out of the profile")
    };
    let hint = format!(
        "{away}; or say with `--endpoint URL` that the environment is there; or give the account with `--account`"
    );
    CommandError::new(ErrorKind::Usage, InitError::Elsewhere(refused)).hint(hint)
}

/// Writes a file, unless somebody else just did.
fn write(file: &NewFile) -> Result<(), CommandError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file.path)
        .and_then(|mut open| open.write_all(file.text.as_bytes()));
    written.map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            return exists(&file.name);
        }
        let file = file.name.clone();
        CommandError::new(ErrorKind::Failed, InitError::Unwritable { file, source })
    })
}

fn exists(file: &str) -> CommandError {
    CommandError::new(ErrorKind::Usage, InitError::Exists(file.to_owned()))
        .hint("edit it, or choose another name; nothing was changed")
}

fn no_folder(folder: &str) -> CommandError {
    let hint = format!(
        "make it with `mkdir -p {}`, or name another with `--environments`",
        shell::quoted(folder)
    );
    CommandError::new(ErrorKind::Usage, InitError::NoFolder(folder.to_owned())).hint(hint)
}

fn missing_parameters(missing: &[&OpenParameter]) -> CommandError {
    let names = missing.iter().map(|open| open.name.clone()).collect();
    let hints = missing.iter().map(|open| remedy(open));
    CommandError::new(ErrorKind::Usage, InitError::Missing(names)).hints(hints)
}

/// How a parameter is given.
fn remedy(open: &OpenParameter) -> String {
    let values = match open.allowed.as_slice() {
        [] => String::new(),
        allowed => format!(": one of `{}`", allowed.join("`, `")),
    };
    format!(
        "give it with `--parameter {}=VALUE`{values}",
        shell::quoted(&open.name)
    )
}
