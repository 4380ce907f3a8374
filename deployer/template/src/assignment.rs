//! PURE: the value of every parameter of a template.

use indexmap::IndexMap;

use super::declaration::Declaration;
use super::document::Template;
use super::fill::Fill;
use super::rules::Rules;
use crate::problem::{Problem, Problems};
use crate::values::{ParameterValue, Setting, Values};
use crate::yaml::Location;

/// Where the functions' code is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifacts {
    pub bucket: String,
    /// The key of each binary's code. A binary that is not built is missing here, or has no key.
    pub keys: IndexMap<String, Option<String>>,
}

impl Artifacts {
    /// Only the bucket; no binary is built.
    pub fn in_bucket(bucket: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            keys: IndexMap::new(),
        }
    }

    /// Adds the code of a binary.
    #[must_use]
    pub fn with(mut self, binary: impl Into<String>, key: impl Into<String>) -> Self {
        self.keys.insert(binary.into(), Some(key.into()));
        self
    }

    fn key(&self, binary: &str) -> Option<&str> {
        self.keys.get(binary)?.as_deref()
    }
}

/// The values of all parameters, in template order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) values: IndexMap<String, ParameterValue>,
    /// The keys of the code to deploy.
    pub(super) artifact_keys: Vec<String>,
    /// The binaries whose code is a placeholder.
    pub(super) missing_artifacts: Vec<String>,
    /// What could not be checked.
    pub(super) warnings: Problems,
}

/// Stands in for a revision until it is known, so that a revision is never part of its own input.
pub(super) const NO_REVISION: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Gives every parameter its value. Revisions get [`NO_REVISION`].
///
/// # Errors
/// Each parameter that is unknown, set although the deployer fills it in, missing, of the wrong kind, or not allowed.
/// The problem points to the file that sets the parameter, or else to the template.
pub(super) fn assign(
    template: &Template,
    values: &Values,
    artifacts: &Artifacts,
    rules: Rules,
) -> Result<Assignment, Problems> {
    let mut assigning = Assigning {
        template,
        values,
        rules,
        problems: Problems::default(),
        assignment: Assignment {
            values: IndexMap::new(),
            artifact_keys: Vec::new(),
            missing_artifacts: Vec::new(),
            warnings: Problems::default(),
        },
    };
    if rules == Rules::Hold {
        assigning.unknown();
    }
    for (name, declaration) in &template.declarations {
        match template.fill.get(name) {
            Some(fill) => {
                if rules == Rules::Hold {
                    assigning.filled_and_set(name, &fill.value);
                }
                let value = assigning.fill(&fill.value, artifacts);
                assigning.filled(name, declaration, &fill.value, fill.at, &value);
            }
            None => match values.settings.get(name) {
                Some(setting) => assigning.set(name, declaration, setting),
                None => assigning.left_out(name, declaration),
            },
        }
    }
    assigning.problems.into_result()?;
    Ok(assigning.assignment)
}

struct Assigning<'a> {
    template: &'a Template,
    values: &'a Values,
    rules: Rules,
    problems: Problems,
    assignment: Assignment,
}

impl Assigning<'_> {
    fn unknown(&mut self) {
        for (name, setting) in &self.values.settings {
            if !self.template.declarations.contains_key(name) {
                let message = format!("unknown parameter `{name}`");
                let candidates = self.template.declarations.keys().map(String::as_str);
                let settable = candidates.filter(|candidate| !self.template.fill.contains_key(*candidate));
                let problem = Problem::new(&self.values.file, setting.key_at, message);
                self.problems.push(problem.with_nearest(name, settable));
            }
        }
    }

    fn filled_and_set(&mut self, name: &str, fill: &Fill) {
        if let Some(setting) = self.values.settings.get(name) {
            let message = format!("the parameter `{name}` is filled in by the deployer, with `{fill}`");
            self.problems
                .push(Problem::new(&self.values.file, setting.key_at, message));
        }
    }

    fn fill(&mut self, fill: &Fill, artifacts: &Artifacts) -> String {
        let values = self.values;
        match fill {
            Fill::Environment => values.environment.clone(),
            Fill::Instance => values.instance.clone(),
            Fill::Protected => values.protected.to_string(),
            Fill::Architecture => values.processor.clone(),
            Fill::Endpoint => values.endpoint.clone(),
            Fill::Url => values.url.clone(),
            Fill::ArtifactBucket => artifacts.bucket.clone(),
            Fill::Artifact(binary) => self.artifact(binary, artifacts),
            Fill::Revision(_) => NO_REVISION.to_owned(),
        }
    }

    fn artifact(&mut self, binary: &str, artifacts: &Artifacts) -> String {
        if let Some(key) = artifacts.key(binary) {
            self.assignment.artifact_keys.push(key.to_owned());
            return key.to_owned();
        }
        self.assignment.missing_artifacts.push(binary.to_owned());
        format!("code/{binary}/{}/not-built.zip", self.values.processor)
    }

    fn filled(&mut self, name: &str, declaration: &Declaration, fill: &Fill, at: Location, text: &str) {
        let value = declaration.split(text);
        let placeholder = matches!(fill, Fill::Artifact(binary)
            if self.assignment.missing_artifacts.contains(binary));
        // A deployment refuses placeholders later; until then, a placeholder counts as a valid value.
        if placeholder {
            self.assignment.values.insert(name.to_owned(), value);
        } else {
            self.checked(name, declaration, value, &self.template.file, at);
        }
    }

    fn set(&mut self, name: &str, declaration: &Declaration, setting: &Setting) {
        let value = match &setting.value {
            ParameterValue::Text(text) => declaration.split(text),
            ParameterValue::List(members) if self.rules == Rules::PassedOver => {
                declaration.split(&members.join(","))
            }
            ParameterValue::List(_) if !declaration.is_list() => {
                let message = format!("the parameter `{name}` is a single value, not a list");
                self.problems
                    .push(Problem::new(&self.values.file, setting.at, message));
                return;
            }
            // AWS trims the members of a list, no matter how they were given.
            ParameterValue::List(members) => {
                ParameterValue::List(members.iter().map(|member| member.trim().to_owned()).collect())
            }
        };
        self.checked(name, declaration, value, &self.values.file, setting.at);
    }

    fn left_out(&mut self, name: &str, declaration: &Declaration) {
        let Some((default, at)) = &declaration.default else {
            if self.rules == Rules::PassedOver {
                let value = declaration.split(&declaration.stand_in());
                self.assignment.values.insert(name.to_owned(), value);
                return;
            }
            let place = format!("{}:{}", self.template.file, declaration.at.line);
            let hint = format!("set it under `parameters`; it is declared without a default in {place}");
            let problem = Problem::missing_parameter(&self.values.file, name);
            self.problems.push(problem.with_hint(hint));
            return;
        };
        let value = declaration.split(default);
        self.checked(name, declaration, value, &self.template.file, *at);
    }

    fn checked(
        &mut self,
        name: &str,
        declaration: &Declaration,
        value: ParameterValue,
        file: &str,
        at: Location,
    ) {
        if self.rules == Rules::PassedOver {
            self.assignment.values.insert(name.to_owned(), value);
            return;
        }
        if let Some((at, message)) = declaration.unchecked_pattern(&value) {
            let warning = Problem::new(&self.template.file, at, message);
            self.assignment.warnings.push(warning.with_hint(
                "look at the value yourself: a rendering has no parameters that CloudFormation could check",
            ));
        }
        match declaration.check(name, &value) {
            Ok(()) => {
                self.assignment.values.insert(name.to_owned(), value);
            }
            Err(refused) => {
                let problem = Problem::new(file, at, refused.message);
                self.problems.push(match refused.hint {
                    Some(hint) => problem.with_hint(hint),
                    None => problem,
                });
            }
        }
    }
}
