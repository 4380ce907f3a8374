//! The places of environments and the template.

use std::path::{Path, PathBuf};

use super::found::Found;
use super::{SettingsError, Source};
use crate::cli::GlobalArgs;
use crate::process_env::ProcessEnv;
use crate::workspace;

/// The places of environments and the template, for commands that do not need an environment.
#[derive(Debug)]
pub struct Places {
    /// The folder of environments.
    pub environments: PathBuf,
    /// The template's file.
    pub template: PathBuf,
    /// Whether it is the workspace's template, which an environment need not name.
    pub is_default_template: bool,
    folder: PathBuf,
}

impl Places {
    /// Finds both, in the same way as [`Settings::resolve`](super::Settings::resolve).
    ///
    /// # Errors
    /// One of them is not given, and the current folder is not in a workspace.
    pub fn find(global: &GlobalArgs, process_env: &ProcessEnv) -> Result<Self, SettingsError> {
        let found = Found::around(process_env);
        let (environments, _) = found.environments(global)?;
        let (template, source) = found.template(global, None)?;
        Ok(Self {
            environments,
            template,
            is_default_template: source == Source::Default,
            folder: process_env.folder.clone(),
        })
    }

    /// The places of a new template with this name and of its environments: the folder `templates` next to the folder
    /// of environments. Outside a workspace, both are in the current folder. They need not exist.
    pub fn of_new_template(global: &GlobalArgs, process_env: &ProcessEnv, name: &str) -> Self {
        let folder = process_env.folder.clone();
        let found = Found::around(process_env).environments(global);
        let environments = found.map_or_else(|_| folder.join(workspace::ENVIRONMENTS), |(path, _)| path);
        let template = Path::new("..")
            .join(workspace::TEMPLATES)
            .join(format!("{name}.yaml"));
        Self {
            template: workspace::from(&environments, &template),
            environments,
            is_default_template: false,
            folder,
        }
    }

    /// The template's path for an environment's file; `None` if the file need not name it.
    pub fn named_template(&self) -> Option<String> {
        let path = workspace::relative(&self.environments, &self.template);
        (!self.is_default_template).then(|| path.display().to_string())
    }

    /// A path as the user would write it.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}
