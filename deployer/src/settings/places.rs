//! Where environments and the template are.

use std::path::{Path, PathBuf};

use super::SettingsError;
use super::found::Found;
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
        let (template, _) = found.template(global)?;
        Ok(Self {
            environments,
            template,
            folder: process_env.folder.clone(),
        })
    }

    /// Names a file as the user would.
    pub fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.folder)
    }
}
