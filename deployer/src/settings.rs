//! The settings of a command, determined before it runs. Precedence: flag, variable, file, default.

mod error;
mod found;
mod places;
mod source;

use std::path::{Path, PathBuf};

use cfn_template::yaml;

use crate::cli::GlobalArgs;
use crate::environment::{Environment, Instance};
use crate::process_env::ProcessEnv;
use crate::text_file;
use crate::workspace;

pub use self::error::SettingsError;
use self::found::Found;
pub use self::places::Places;
pub use self::source::{Setting, Source};

/// The settings of every command.
#[derive(Clone, Debug)]
pub struct Settings {
    pub environment: Environment,
    /// The template's file, as the user would name it.
    pub template_name: String,
    /// The template's file.
    pub template_path: PathBuf,
    /// The template's text.
    pub template: String,
    /// The current folder, to which relative paths refer.
    pub folder: PathBuf,
    /// All settings with their sources.
    pub told: Vec<Setting>,
    /// The file of certificates that are trusted in addition to the system's.
    pub certificates: Option<PathBuf>,
    workspace: Option<PathBuf>,
}

impl Settings {
    /// Determines all settings from the command line, the variables, the environment's file and the workspace.
    ///
    /// # Errors
    /// Something required is missing, unreadable or wrong. All problems of a file are reported at once.
    pub fn resolve(global: &GlobalArgs, process_env: &ProcessEnv) -> Result<Self, SettingsError> {
        let found = Found::around(process_env);
        let (folder, folder_source) = found.environments(global)?;
        let (name, name_source) = found
            .text(global.env.as_deref(), ("--env", "DEPLOYER_ENV"))
            .ok_or_else(|| SettingsError::NoEnvironment {
                known: workspace::environments(&folder),
            })?;
        let instance = found.text(global.instance.as_deref(), ("--instance", "DEPLOYER_INSTANCE"));
        let file = found.display(&folder.join(format!("{name}.yaml")));
        let text = read_environment(&folder, &name, &file)?;
        let instance_name = instance.as_ref().map(|(name, _)| name.parse::<Instance>());
        let instance_name = instance_name.transpose().map_err(SettingsError::BadInstance)?;
        let mut environment = Environment::parse(&file, &text, &name, instance_name.as_ref())?;
        let named = environment.template.as_ref();
        let named = named.map(|template| workspace::from(&folder, template.as_ref()));
        let (template_path, template_source) = found.template(global, named)?;
        let endpoint_source = found.endpoint(&mut environment)?;
        found.refuse_open_lines(&environment)?;

        let template_name = found.display(&template_path);
        let template = text_file::read(&template_path).map_err(|source| SettingsError::Unreadable {
            file: template_name.clone(),
            source,
        })?;

        let written = Source::File;
        // The text was parsed before, so it is YAML and a mapping.
        let names_a_stack = yaml::parse(&file, &text).is_ok_and(|root| root.get("stack").is_some());
        let stack_source = if names_a_stack { written } else { Source::Default };
        let mut told = vec![
            Setting::new("environment", name, name_source),
            Setting::new("environments", found.display(&folder), folder_source),
            Setting::new("template", template_name.as_str(), template_source),
            Setting::new("account", environment.account.to_string(), written),
            Setting::new("region", environment.region.to_string(), written),
            Setting::new("stack", environment.stack.to_string(), stack_source),
        ];
        told.extend(instance.map(|(name, source)| Setting::new("instance", name, source)));
        let endpoint = environment.endpoint.as_ref();
        told.extend(endpoint.map(|endpoint| Setting::new("endpoint", endpoint.to_string(), endpoint_source)));
        let folder = process_env.folder.clone();
        Ok(Self {
            environment,
            template_name,
            template_path,
            template,
            folder,
            told,
            certificates: process_env.variable("AWS_CA_BUNDLE").map(PathBuf::from),
            workspace: found.workspace,
        })
    }

    /// The workspace of the current folder.
    ///
    /// # Errors
    /// The current folder is not in a workspace; then all paths were given, and nothing can be built.
    pub fn workspace(&self) -> Result<&Path, SettingsError> {
        let no_workspace = || SettingsError::NothingToBuild {
            folder: self.folder.clone(),
        };
        self.workspace.as_deref().ok_or_else(no_workspace)
    }

    /// The folder of the template.
    pub fn template_folder(&self) -> &Path {
        self.template_path.parent().unwrap_or(&self.folder)
    }

    /// A template that accompanies the stack's, if it exists: in the same folder, or else in the workspace.
    pub fn beside_template(&self, name: &str) -> Option<PathBuf> {
        let beside = self.template_path.with_file_name(name);
        let workspace = self.workspace.as_ref();
        let in_workspace =
            workspace.map(|workspace| workspace.join(workspace::TEMPLATE).with_file_name(name));
        let mut places = std::iter::once(beside).chain(in_workspace);
        places.find(|path| path.is_file())
    }

    /// A path as the user would write it.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}

fn read_environment(folder: &Path, name: &str, file: &str) -> Result<String, SettingsError> {
    let unknown = || SettingsError::UnknownEnvironment {
        name: name.to_owned(),
        file: file.to_owned(),
        known: workspace::environments(folder),
    };
    // A name with a separator could lead out of the folder of environments.
    if name.contains(['/', '\\']) {
        return Err(unknown());
    }
    match text_file::read(&folder.join(format!("{name}.yaml"))) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(unknown()),
        Err(source) => Err(SettingsError::Unreadable {
            file: file.to_owned(),
            source,
        }),
    }
}
