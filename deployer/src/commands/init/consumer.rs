//! `deployer init consumer`.

use std::collections::BTreeSet;
use std::path::Path;

use cfn_template::problem::Problems;
use cfn_template::{ParameterValue, Template};
use clap::Args;
use indexmap::IndexMap;

use super::error::InitError;
use super::new_environment::{NewEnvironment, NewFile, exists, write};
use super::{PlaceArgs, values};
use crate::artifact::{Build, BuildError};
use crate::cli::GlobalArgs;
use crate::commands::error::{CommandError, ErrorKind};
use crate::environment::{Architecture, Environment, EnvironmentName, Instance, Profile, StackName};
use crate::process_env::ProcessEnv;
use crate::settings::Places;
use crate::text_file;
use crate::ui::Ui;
use crate::workspace;

/// A consumer's template, without the name of its binary.
const TEMPLATE: &str = include_str!("../../../../templates/consumer.yaml");

/// The placeholder for the binary in that template.
const BINARY: &str = "artifact:consumer\n";

/// The template's parameter that names the store.
const STORE: &str = "Store";

/// Names of templates that no consumer may take, with their purpose.
const KEPT: [(&str, &str); 3] = [
    ("artifacts", "the template of the artifact bucket"),
    ("consumer", "the template that every consumer begins with"),
    ("event-store", "the template of stores"),
];

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
    let name = environment_name(args);
    if template_file.path.exists() {
        return Err(exists(&template_file.name).hints(further(args, &places, &template_file)));
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
    check_binary(&args.binary, process_env).await?;
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
    let refused = |error: InitError| CommandError::new(ErrorKind::Usage, error);
    let name = args.name.clone();
    if let Some((_, what)) = KEPT.iter().find(|(kept, _)| *kept == name) {
        return Err(refused(InitError::Kept { name, what })
            .hint("name it after what it makes of the events, such as `orders`"));
    }
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.chars().all(is_part) {
        return Err(refused(InitError::NoConsumer(name)).hint(
            "it is named like `orders`: a lower-case letter, then lower-case letters, digits and hyphens",
        ));
    }
    let environment = environment_name(args);
    if environment.parse::<EnvironmentName>().is_err() {
        let room = StackName::MAXIMUM_LENGTH.saturating_sub(args.store.len() + 1);
        return Err(refused(InitError::TooLong { environment }).hint(format!(
            "beside `{}` a consumer's name has room for {room}",
            args.store
        )));
    }
    let of_store = args.place.parameter.iter().find(|given| given.name == STORE);
    if let Some(given) = of_store {
        let given = format!("{STORE}={}", given.value);
        return Err(refused(InitError::StoreTwice(given)).hint(format!(
            "leave it out: the template's parameter `{STORE}` is `{}`",
            args.store
        )));
    }
    Ok(())
}

/// The name of the consumer's environment, and of its stack.
fn environment_name(args: &ConsumerArgs) -> String {
    format!("{}-{}", args.name, args.store)
}

/// What can be done with a template that exists: one of a consumer can have another environment, or has it.
fn further(args: &ConsumerArgs, places: &Places, template: &NewFile) -> Option<String> {
    let text = text_file::read(&template.path).ok()?;
    let open = Template::parse(&template.name, &text).ok()?.open_parameters();
    if !open.iter().any(|open| open.name == STORE) {
        return None;
    }
    let name = environment_name(args);
    let file = places.environments.join(format!("{name}.yaml"));
    if file.exists() {
        let file = places.display(&file);
        return Some(format!(
            "`{file}` exists, too: `deployer up --env {name}` deploys it"
        ));
    }
    Some(format!(
        "a further environment of it is made by `deployer init {name} --template {} --parameter {STORE}={}`",
        template.name, args.store
    ))
}

/// Refuses a binary that the workspace around does not have. Where there is none, or cargo cannot be asked, the build will tell.
async fn check_binary(binary: &str, process_env: &ProcessEnv) -> Result<(), CommandError> {
    let binaries = BTreeSet::from([binary.to_owned()]);
    let build = Build {
        workspace: &process_env.folder,
        binaries: &binaries,
        processor: Architecture::default().into(),
        profile: Profile::default(),
        machine: &process_env.machine(),
    };
    match build.sources().await {
        Err(error @ BuildError::NoSuchBinary { .. }) => {
            let unknown = InitError::UnknownBinary(binary.to_owned());
            Err(CommandError::new(ErrorKind::Usage, unknown).hints(CommandError::from(error).hints))
        }
        _ => Ok(()),
    }
}

/// The environment of the store, where its file is here; of an instance, the file of the environment that it is a copy of.
fn store(places: &Places, name: &str) -> Result<Option<Environment>, CommandError> {
    if let Some(store) = environment(places, name, None)? {
        return match store.parameters.get(STORE) {
            None => Ok(Some(store)),
            Some(followed) => Err(no_store(name, &text(&followed.value))),
        };
    }
    let known = workspace::environments(&places.environments);
    let instances = known.iter().filter_map(|known| {
        let instance = name.strip_prefix(known.as_str())?.strip_prefix('-')?;
        Some((known, instance.parse::<Instance>().ok()?))
    });
    let Some((of, instance)) = instances.max_by_key(|(known, _)| known.len()) else {
        return Ok(None);
    };
    // Another store of such a name may be elsewhere.
    let store = environment(places, of, Some(&instance)).unwrap_or_default();
    Ok(store.filter(|store| !store.parameters.contains_key(STORE)))
}

/// A consumer's environment is told with the store that it follows.
fn no_store(name: &str, followed: &str) -> CommandError {
    CommandError::new(ErrorKind::Usage, InitError::FollowsItself(name.to_owned())).hint(format!(
        "it follows the store `{followed}`: `--store {followed}` follows that, too"
    ))
}

/// The environment of that name, where its file is here.
fn environment(
    places: &Places,
    name: &str,
    instance: Option<&Instance>,
) -> Result<Option<Environment>, CommandError> {
    let path = places.environments.join(format!("{name}.yaml"));
    if !path.is_file() {
        return Ok(None);
    }
    let file = places.display(&path);
    let text = text_file::read(&path).map_err(|source| {
        let file = file.clone();
        CommandError::new(ErrorKind::Usage, InitError::Unreadable { file, source })
    })?;
    let read: Result<Environment, Problems> = Environment::parse(&file, &text, name, instance);
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
            all.insert(name.clone(), text(&setting.value));
        }
    }
    all.extend(given);
    Ok(all)
}

/// A value as it is given on the command line.
fn text(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::List(members) => members.join(","),
    }
}

fn make_folder(path: &Path) -> Result<(), CommandError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|source| {
        let file = folder.display().to_string();
        CommandError::new(ErrorKind::Failed, InitError::Unwritable { file, source })
    })
}
