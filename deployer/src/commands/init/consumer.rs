//! `deployer init consumer`.

use std::path::Path;

use cfn_template::problem::Problems;
use cfn_template::{ParameterValue, Template};
use clap::Args;
use indexmap::IndexMap;

use super::error::InitError;
use super::new_environment::{NewEnvironment, NewFile, exists, write};
use super::{PlaceArgs, values};
use crate::cli::GlobalArgs;
use crate::commands::error::{CommandError, ErrorKind};
use crate::environment::{Environment, EnvironmentName};
use crate::process_env::ProcessEnv;
use crate::settings::Places;
use crate::text_file;
use crate::ui::Ui;

/// A consumer's template, without the name of its binary.
const TEMPLATE: &str = include_str!("../../../../templates/consumer.yaml");

/// The placeholder for the binary in that template.
const BINARY: &str = "artifact:consumer\n";

/// The template's parameter that names the store.
const STORE: &str = "Store";

/// The file name of the bucket's template.
const TAKEN: &str = "artifacts";

/// Begin a consumer of an event store: its template, and an environment to deploy it to
///
/// A queue that is told of every update, a Lambda function from a binary of this workspace that takes the events in, and a table for its read
/// model. Written are `templates/NAME.yaml`, which is yours to change, and `environments/NAME-STORE.yaml`; files that exist are left
/// alone. Where the store's own environment file is here, too, the account, the region and what both templates have in common are taken
/// from it.
#[derive(Args, Debug)]
pub(super) struct ConsumerArgs {
    /// The consumer's name, such as `orders`
    #[arg(value_name = "NAME")]
    name: String,

    /// The binary that handles the events, as cargo builds it in this workspace
    #[arg(long, value_name = "BIN")]
    binary: String,

    /// The store that is followed, by the name of its environment; of an instance, such as `staging-pr-42`
    #[arg(long, value_name = "ENVIRONMENT")]
    store: String,

    #[command(flatten)]
    place: PlaceArgs,
}

pub(super) async fn run(
    args: &ConsumerArgs,
    global: &GlobalArgs,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    check(args)?;
    let places = Places::of_new_template(global, process_env, &args.name);
    let template_file = NewFile {
        path: places.template.clone(),
        name: places.display(&places.template),
        text: TEMPLATE.replace(BINARY, &format!("artifact:{}\n", args.binary)),
    };
    let name = format!("{}-{}", args.name, args.store);
    if template_file.path.exists() {
        return Err(exists(&template_file.name).hint(format!(
            "a further environment of it is made by `deployer init {name} --template {} --parameter {STORE}={}`",
            template_file.name, args.store
        )));
    }
    let template = Template::parse(&template_file.name, &template_file.text)?;
    let store = store(&places, &args.store)?;
    let new = NewEnvironment {
        name: &name,
        template: &template,
        place: &args.place,
        values: shared(args, &template, store.as_ref())?,
        beside: store.as_ref(),
    };
    let environment_file = new.draft(&places, process_env).await?;
    for file in [&template_file, &environment_file] {
        make_folder(&file.path)?;
        write(file)?;
        ui.data(&format!("{}\n", file.name));
    }
    let mut folders = process_env.folder.ancestors();
    if !folders.any(|folder| folder.join("Cargo.toml").is_file()) {
        ui.note(&format!(
            "`{}` is built by cargo, and there is no `Cargo.toml` here or above: begin a package with `cargo init`, or deploy what was built elsewhere with `--artifacts DIR`",
            args.binary
        ));
    }
    ui.note(&format!(
        "next, look over both; once the store `{store}` is deployed, `deployer doctor --env {name}` finds what stands in the way, and \
         `deployer up --env {name}` deploys",
        store = args.store
    ));
    Ok(())
}

/// Reports mistakes that would otherwise be reported in a file that nobody has written yet.
fn check(args: &ConsumerArgs) -> Result<(), CommandError> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_'].contains(&letter);
    if args.binary.is_empty() || !args.binary.chars().all(is_part) {
        return Err(
            CommandError::new(ErrorKind::Usage, InitError::NoBinary(args.binary.clone()))
                .hint("a binary is named like `orders-projection`: letters, digits, hyphens and underscores"),
        );
    }
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !args.store.starts_with(|first: char| first.is_ascii_lowercase()) || !args.store.chars().all(is_part) {
        let error = InitError::NoStore(args.store.clone());
        return Err(CommandError::new(ErrorKind::Usage, error)
            .hint("it is named like `staging`, an instance like `staging-pr-42`: lower-case letters, digits and hyphens"));
    }
    if args.name == TAKEN || args.name.parse::<EnvironmentName>().is_err() {
        let error = InitError::NoConsumer(args.name.clone());
        return Err(CommandError::new(ErrorKind::Usage, error)
            .hint("a consumer is named like `orders`: lower-case letters, digits and hyphens"));
    }
    Ok(())
}

/// The store's environment, if its file is here.
fn store(places: &Places, name: &str) -> Result<Option<Environment>, CommandError> {
    let path = places.environments.join(format!("{name}.yaml"));
    if !path.is_file() {
        return Ok(None);
    }
    let file = places.display(&path);
    let text = text_file::read(&path).map_err(|source| {
        let file = file.clone();
        CommandError::new(ErrorKind::Usage, InitError::Unreadable { file, source })
    })?;
    let read: Result<Environment, Problems> = Environment::parse(&file, &text, name, None);
    Ok(Some(read?))
}

/// The parameters: the given ones, the store's name, and those that this template shares with the store's
/// environment.
fn shared(
    args: &ConsumerArgs,
    template: &Template,
    store: Option<&Environment>,
) -> Result<IndexMap<String, String>, CommandError> {
    let given = values(&args.place)?;
    let mut all = IndexMap::from([(STORE.to_owned(), args.store.clone())]);
    let open = template.open_parameters();
    for (name, setting) in store.into_iter().flat_map(|store| &store.parameters) {
        if open.iter().any(|open| open.name == *name) {
            let value = match &setting.value {
                ParameterValue::Text(text) => text.clone(),
                ParameterValue::List(members) => members.join(","),
            };
            all.insert(name.clone(), value);
        }
    }
    all.extend(given);
    Ok(all)
}

fn make_folder(path: &Path) -> Result<(), CommandError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|source| {
        let file = folder.display().to_string();
        CommandError::new(ErrorKind::Failed, InitError::Unwritable { file, source })
    })
}
