//! The sources of settings around the process: flags, variables and the workspace, and their precedence.

use std::path::{Path, PathBuf};

use cfn_template::problem::{Problem, Problems};
use cfn_template::yaml::Location;

use super::{SettingsError, Source};
use crate::aws::{is_loopback, refuse_stray_endpoints};
use crate::cli::GlobalArgs;
use crate::environment::{Endpoint, Environment};
use crate::process_env::ProcessEnv;
use crate::workspace;

/// The variable that may override the endpoint in the environment's file.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL";

/// The variable that allows plain HTTP to an endpoint on another machine.
pub(super) const PLAIN_HTTP_VARIABLE: &str = "DEPLOYER_PLAIN_HTTP";

/// The sources around the process.
pub(super) struct Found<'process_env> {
    pub(super) workspace: Option<PathBuf>,
    process_env: &'process_env ProcessEnv,
}

impl<'process_env> Found<'process_env> {
    /// Looks for the workspace.
    pub(super) fn around(process_env: &'process_env ProcessEnv) -> Self {
        Self {
            workspace: workspace::find(&process_env.folder),
            process_env,
        }
    }

    pub(super) fn environments(&self, global: &GlobalArgs) -> Result<(PathBuf, Source), SettingsError> {
        self.path(
            global.environments.as_deref(),
            ("--environments", "DEPLOYER_ENVIRONMENTS"),
            None,
            workspace::ENVIRONMENTS,
        )
    }

    /// Determines the template; `named` is the one that the environment's file names.
    pub(super) fn template(
        &self,
        global: &GlobalArgs,
        named: Option<PathBuf>,
    ) -> Result<(PathBuf, Source), SettingsError> {
        self.path(
            global.template.as_deref(),
            ("--template", "DEPLOYER_TEMPLATE"),
            named,
            workspace::TEMPLATE,
        )
    }

    pub(super) fn text(
        &self,
        flag: Option<&str>,
        names: (&'static str, &'static str),
    ) -> Option<(String, Source)> {
        let variable = || {
            Some((
                self.process_env.variable(names.1)?.to_owned(),
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
        in_file: Option<PathBuf>,
        in_workspace: &'static str,
    ) -> Result<(PathBuf, Source), SettingsError> {
        let folder = &self.process_env.folder;
        let variable = || {
            Some((
                folder.join(self.process_env.variable(names.1)?),
                Source::Variable(names.1),
            ))
        };
        let default = || Some((self.workspace.as_ref()?.join(in_workspace), Source::Default));
        flag.map(|path| (folder.join(path), Source::Flag(names.0)))
            .or_else(variable)
            .or_else(|| Some((in_file?, Source::File)))
            .or_else(default)
            .ok_or_else(|| SettingsError::NoWorkspace {
                folder: folder.clone(),
                wanted: in_workspace,
            })
    }

    /// Determines the endpoint. A variable may override it only if the environment's file has one.
    pub(super) fn endpoint(&self, environment: &mut Environment) -> Result<Source, SettingsError> {
        let written = environment.endpoint.as_ref().map(ToString::to_string);
        let variables = self.process_env.variables.clone();
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

    /// Refuses an endpoint over plain HTTP on another machine, because anyone on the way could read and change signed
    /// requests.
    pub(super) fn refuse_open_lines(&self, environment: &Environment) -> Result<(), SettingsError> {
        let endpoint = environment.endpoint.as_ref().map(Endpoint::as_str);
        let open = endpoint.filter(|url| url.starts_with("http://") && !is_loopback(url));
        match open {
            Some(endpoint) if self.process_env.variable(PLAIN_HTTP_VARIABLE) != Some("true") => {
                Err(SettingsError::OpenLine {
                    endpoint: endpoint.to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn display(&self, path: &Path) -> String {
        workspace::display(path, &self.process_env.folder)
    }
}
