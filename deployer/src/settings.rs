//! What a command works with, decided before it runs: flag, then variable, then file, then default.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::aws::{EndpointRefused, refuse_stray_endpoints};
use crate::cli::GlobalArgs;
use crate::environment::{Endpoint, Environment, Instance, NameError};
use crate::problem::{Problem, Problems};
use crate::surroundings::Surroundings;
use crate::workspace;
use crate::yaml::Location;

/// The variable that may give another address than the environment's file.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL";

/// Where a setting came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// This flag.
    Flag(&'static str),
    /// This variable.
    Variable(&'static str),
    /// The environment's file.
    File,
    /// Nobody said, or the workspace did by its layout.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(formatter, "flag {name}"),
            Self::Variable(name) => write!(formatter, "variable {name}"),
            Self::File => formatter.write_str("environment file"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A setting, as `--verbose` tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

/// What every command works with.
#[derive(Debug)]
pub struct Settings {
    /// The environment.
    pub environment: Environment,
    /// The template's file, as the user would name it.
    pub template_name: String,
    /// The template's file.
    pub template_path: PathBuf,
    /// The template's text.
    pub template: String,
    /// The current folder, which relative paths start from.
    pub folder: PathBuf,
    /// All settings with their sources.
    pub told: Vec<Setting>,
    workspace: Option<PathBuf>,
}

/// Why there is nothing to work with.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Neither the flag nor the variable names an environment.
    #[error("no environment is named")]
    NoEnvironment {
        /// Those that there are.
        known: Vec<String>,
    },
    /// The environment named has no file.
    #[error("unknown environment `{name}`: `{file}` does not exist")]
    UnknownEnvironment {
        /// The name given.
        name: String,
        /// The file looked for.
        file: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The instance's name is none.
    #[error("{0}")]
    BadInstance(NameError),
    /// The current folder is in no workspace, and not everything that would be found in one was given.
    #[error("`{}` is in no workspace: neither it nor a folder above it has `{wanted}`", folder.display())]
    NoWorkspace {
        /// The current folder.
        folder: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
    /// A file is there and cannot be read, or is not there.
    #[error("cannot read `{file}`")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A variable would send calls elsewhere, and the environment does not allow it.
    #[error(transparent)]
    StrayEndpoint(#[from] EndpointRefused),
    /// The environment file or a value that goes with it is wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}

impl Settings {
    /// Decides all settings from the command line, the variables, the environment's file and the workspace.
    ///
    /// # Errors
    /// Where something needed is missing, unreadable or wrong; of a file, all problems at once.
    pub fn resolve(global: &GlobalArgs, surroundings: &Surroundings) -> Result<Self, SettingsError> {
        let found = Found {
            workspace: workspace::find(&surroundings.folder),
            surroundings,
        };
        let (folder, folder_source) = found.environments(global)?;
        let (name, name_source) = found
            .text(global.env.as_deref(), ("--env", "DEPLOYER_ENV"))
            .ok_or_else(|| SettingsError::NoEnvironment {
                known: workspace::environments(&folder),
            })?;
        let instance = found.text(global.instance.as_deref(), ("--instance", "DEPLOYER_INSTANCE"));
        let (template_path, template_source) = found.template(global)?;

        let file = found.display(&folder.join(format!("{name}.yaml")));
        let text = read_environment(&folder, &name, &file)?;
        let instance_name = instance.as_ref().map(|(name, _)| name.parse::<Instance>());
        let instance_name = instance_name.transpose().map_err(SettingsError::BadInstance)?;
        let mut environment = Environment::parse(&file, &text, &name, instance_name.as_ref())?;
        let endpoint_source = found.endpoint(&mut environment)?;

        let template_name = found.display(&template_path);
        let template =
            std::fs::read_to_string(&template_path).map_err(|source| SettingsError::Unreadable {
                file: template_name.clone(),
                source,
            })?;

        let mut told = vec![
            Setting {
                name: "environment",
                value: name,
                source: name_source,
            },
            Setting {
                name: "environments",
                value: found.display(&folder),
                source: folder_source,
            },
            Setting {
                name: "template",
                value: template_name.clone(),
                source: template_source,
            },
            Setting {
                name: "account",
                value: environment.account.to_string(),
                source: Source::File,
            },
            Setting {
                name: "region",
                value: environment.region.to_string(),
                source: Source::File,
            },
            Setting {
                name: "stack",
                value: environment.stack.to_string(),
                source: Source::File,
            },
        ];
        told.extend(instance.map(|(value, source)| Setting {
            name: "instance",
            value,
            source,
        }));
        told.extend(environment.endpoint.as_ref().map(|endpoint| Setting {
            name: "endpoint",
            value: endpoint.to_string(),
            source: endpoint_source,
        }));
        let folder = surroundings.folder.clone();
        Ok(Self {
            environment,
            template_name,
            template_path,
            template,
            folder,
            told,
            workspace: found.workspace,
        })
    }

    /// The workspace that the current folder is in.
    ///
    /// # Errors
    /// It is in none: then everything that would be found in one has been given, and nothing can be built.
    pub fn workspace(&self) -> Result<&Path, SettingsError> {
        let no_workspace = || SettingsError::NoWorkspace {
            folder: self.folder.clone(),
            wanted: workspace::TEMPLATE,
        };
        self.workspace.as_deref().ok_or_else(no_workspace)
    }

    /// The folder of the template.
    pub fn template_folder(&self) -> &Path {
        self.template_path.parent().unwrap_or(&self.folder)
    }

    /// Names a file as the user would.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}

/// Where environments and the template are, for what works with no environment yet.
#[derive(Debug)]
pub struct Places {
    /// The folder of environments.
    pub environments: PathBuf,
    /// The template's file.
    pub template: PathBuf,
    folder: PathBuf,
}

impl Places {
    /// Finds both, as [`Settings::resolve`] does.
    ///
    /// # Errors
    /// One of them is not given, and the current folder is in no workspace.
    pub fn find(global: &GlobalArgs, surroundings: &Surroundings) -> Result<Self, SettingsError> {
        let found = Found {
            workspace: workspace::find(&surroundings.folder),
            surroundings,
        };
        let (environments, _) = found.environments(global)?;
        let (template, _) = found.template(global)?;
        Ok(Self {
            environments,
            template,
            folder: surroundings.folder.clone(),
        })
    }

    /// Names a file as the user would.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}

/// What was found around the process.
struct Found<'surroundings> {
    workspace: Option<PathBuf>,
    surroundings: &'surroundings Surroundings,
}

impl Found<'_> {
    fn environments(&self, global: &GlobalArgs) -> Result<(PathBuf, Source), SettingsError> {
        self.path(
            global.environments.as_deref(),
            ("--environments", "DEPLOYER_ENVIRONMENTS"),
            workspace::ENVIRONMENTS,
        )
    }

    fn template(&self, global: &GlobalArgs) -> Result<(PathBuf, Source), SettingsError> {
        self.path(
            global.template.as_deref(),
            ("--template", "DEPLOYER_TEMPLATE"),
            workspace::TEMPLATE,
        )
    }

    fn text(&self, flag: Option<&str>, names: (&'static str, &'static str)) -> Option<(String, Source)> {
        let variable = || {
            Some((
                self.surroundings.variable(names.1)?.to_owned(),
                Source::Variable(names.1),
            ))
        };
        flag.map(|value| (value.to_owned(), Source::Flag(names.0)))
            .or_else(variable)
    }

    fn path(
        &self,
        flag: Option<&Path>,
        names: (&'static str, &'static str),
        in_workspace: &'static str,
    ) -> Result<(PathBuf, Source), SettingsError> {
        let folder = &self.surroundings.folder;
        let variable = || {
            Some((
                folder.join(self.surroundings.variable(names.1)?),
                Source::Variable(names.1),
            ))
        };
        let default = || Some((self.workspace.as_ref()?.join(in_workspace), Source::Default));
        flag.map(|path| (folder.join(path), Source::Flag(names.0)))
            .or_else(variable)
            .or_else(default)
            .ok_or_else(|| SettingsError::NoWorkspace {
                folder: folder.clone(),
                wanted: in_workspace,
            })
    }

    /// Decides on the address of AWS's stand-in, which only an environment that has one may get from a variable.
    fn endpoint(&self, environment: &mut Environment) -> Result<Source, SettingsError> {
        let written = environment.endpoint.as_ref().map(ToString::to_string);
        let variables = self.surroundings.variables.clone();
        let decided = refuse_stray_endpoints(written.as_deref(), variables)?;
        if decided == written {
            return Ok(Source::File);
        }
        let endpoint = decided
            .map(|text| text.parse::<Endpoint>())
            .transpose()
            .map_err(|error| {
                let message = format!("the variable `{ENDPOINT_VARIABLE}`: {error}");
                Problems::from(Problem::new(environment.file.clone(), Location::START, message))
            })?;
        environment.endpoint = endpoint;
        Ok(Source::Variable(ENDPOINT_VARIABLE))
    }

    fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.surroundings.folder)
    }
}

fn read_environment(folder: &Path, name: &str, file: &str) -> Result<String, SettingsError> {
    let unknown = || SettingsError::UnknownEnvironment {
        name: name.to_owned(),
        file: file.to_owned(),
        known: workspace::environments(folder),
    };
    // A name with a separator would leave the folder of environments.
    if name.contains(['/', '\\']) {
        return Err(unknown());
    }
    match std::fs::read_to_string(folder.join(format!("{name}.yaml"))) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(unknown()),
        Err(source) => Err(SettingsError::Unreadable {
            file: file.to_owned(),
            source,
        }),
    }
}
