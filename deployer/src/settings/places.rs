//! Where environments and the template are.

use std::path::{Path, PathBuf};

use super::found::Found;
use super::{SettingsError, Source};
use crate::cli::GlobalArgs;
use crate::process_env::ProcessEnv;
use crate::workspace;

/// Where environments and the template are, for what works with no environment yet.
#[derive(Debug)]
pub struct Places {
    /// The folder of environments.
    pub environments: PathBuf,
    /// The template's file.
    pub template: PathBuf,
    /// Whether that is the workspace's, which an environment need not name.
    pub is_default_template: bool,
    folder: PathBuf,
}

impl Places {
    /// Finds both, as [`Settings::resolve`](super::Settings::resolve) does.
    ///
    /// # Errors
    /// One of them is not given, and the current folder is in no workspace.
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

    /// Where a new template of this name goes, and its environments: the folder `templates` beside that of environments, which is in the
    /// current folder where that is in no workspace. Neither has to be there.
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

    /// The template as an environment's file names it; none where it need not.
    pub fn named_template(&self) -> Option<String> {
        let path = workspace::relative(&self.environments, &self.template);
        (!self.is_default_template).then(|| path.display().to_string())
    }

    /// Names a file as the user would.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}
