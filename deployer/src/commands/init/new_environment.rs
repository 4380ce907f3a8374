//! An environment that has no file yet: settled, checked as every other file is, and written.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;

use cfn_deploy::shell;
use cfn_template::problem::{Problem, Problems};
use cfn_template::{Artifacts, OpenParameter, Template, render};
use indexmap::IndexMap;

use super::PlaceArgs;
use super::account::ask_for_account;
use super::error::InitError;
use crate::aws::configured_region;
use crate::commands::error::{CommandError, ErrorKind};
use crate::environment::{Draft, Environment};
use crate::process_env::ProcessEnv;
use crate::settings::Places;

/// The schema's file, when it lies beside the environments.
const SCHEMA: &str = "environment.schema.json";

/// An environment that has no file yet.
pub(super) struct NewEnvironment<'a> {
    pub(super) name: &'a str,
    pub(super) template: &'a Template,
    pub(super) place: &'a PlaceArgs,
    /// The values of parameters.
    pub(super) values: IndexMap<String, String>,
    /// The environment that says what is not given.
    pub(super) beside: Option<&'a Environment>,
}

/// A file that is to be written.
pub(super) struct NewFile {
    pub(super) path: PathBuf,
    /// Its name to the user.
    pub(super) name: String,
    pub(super) text: String,
}

impl NewEnvironment<'_> {
    /// Settles what the file says.
    pub(super) async fn draft(
        &self,
        places: &Places,
        process_env: &ProcessEnv,
    ) -> Result<NewFile, CommandError> {
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

/// Writes a file, unless somebody else just did.
pub(super) fn write(file: &NewFile) -> Result<(), CommandError> {
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

pub(super) fn exists(file: &str) -> CommandError {
    CommandError::new(ErrorKind::Usage, InitError::Exists(file.to_owned()))
        .hint("edit it, or choose another name; nothing was changed")
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
