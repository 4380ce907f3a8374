//! The template of a stack, and its rendering for an environment.

use std::collections::BTreeSet;
use std::path::Path;

use cfn_deploy::stack::ArtifactKey;
use cfn_deploy::stack::outline::{ValueSource, ValueSources};
use cfn_deploy::{ArtifactBucket, CodeArtifact};
use cfn_template::problem::Problems;
use cfn_template::{Artifacts, Rendered, Template, render, render_without_rules};

use super::error::CommandError;
use crate::artifact::{self, Artifact, Processor};
use crate::environment::{Environment, Profile, StackName};
use crate::settings::{Settings, SettingsError};
use crate::text_file;
use crate::ui::Ui;

/// The template of the bucket's stack, next to the environment's template.
const BUCKET_TEMPLATE: &str = "artifacts.yaml";

/// The built-in template, for a workspace that has none of its own.
const OWN_BUCKET_TEMPLATE: &str = include_str!("../../../templates/artifacts.yaml");

/// A template and the environment to render it for.
pub(super) struct StackTemplate<'settings> {
    template: Template,
    settings: &'settings Settings,
    ui: Ui,
}

impl<'settings> StackTemplate<'settings> {
    /// Reads the template.
    ///
    /// # Errors
    /// All problems of the template at once.
    pub(super) fn parse(settings: &'settings Settings, ui: &Ui) -> Result<Self, Problems> {
        let template = Template::parse(&settings.template_name, &settings.template)?;
        let ui = ui.clone();
        Ok(Self {
            template,
            settings,
            ui,
        })
    }

    /// The binaries whose code the template deploys.
    pub(super) fn binaries(&self) -> BTreeSet<String> {
        self.template.binaries().into_iter().map(str::to_owned).collect()
    }

    /// The logical id of the alias whose function completes the listing and the feed.
    pub(super) fn reconciler(&self) -> Option<&str> {
        self.template.reconciler()
    }

    /// Loads the code of all binaries from a folder.
    pub(super) fn load(&self, folder: &Path) -> Result<Vec<Artifact>, CommandError> {
        let binaries = self.template.binaries();
        Ok(artifact::load(folder, binaries, self.processor())?)
    }

    /// The processor that the functions run on.
    pub(super) fn processor(&self) -> Processor {
        self.environment().architecture.into()
    }

    /// How the functions are compiled.
    pub(super) fn profile(&self) -> Profile {
        self.environment().profile
    }

    /// Renders the template with the given code, and prints its warnings.
    ///
    /// # Errors
    /// All problems of the environment's parameters, or of the template, at once.
    pub(super) fn render(&self, artifacts: &[Artifact]) -> Result<Rendered, Problems> {
        let rendered = render(
            &self.template,
            &self.environment().values(),
            &self.code(artifacts),
        );
        self.warned(rendered)
    }

    /// Renders the template for an environment that differs from the one chosen, with code that is in the bucket already.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub(super) fn render_with(
        &self,
        environment: &Environment,
        code: &[CodeArtifact],
    ) -> Result<Rendered, Problems> {
        let bucket = Artifacts::in_bucket(environment.artifact_bucket());
        let code = code
            .iter()
            .filter_map(|code| match ArtifactKey::parse(&code.key)? {
                ArtifactKey::Code { binary, .. } => Some((binary, code.key.clone())),
                _ => None,
            });
        let code = code.fold(bucket, |all, (binary, key)| all.with(&binary, key));
        self.warned(render(&self.template, &environment.values(), &code))
    }

    /// Renders a template that is not going to be deployed, without checking its rules.
    ///
    /// # Errors
    /// As [`Self::render`], except for broken rules.
    pub(super) fn render_without_rules(&self, artifacts: &[Artifact]) -> Result<Rendered, Problems> {
        let rendered = render_without_rules(
            &self.template,
            &self.environment().values(),
            &self.code(artifacts),
        );
        self.warned(rendered)
    }

    /// Renders the template for another environment than the chosen one, such as one of its instances.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub(super) fn render_for(&self, environment: &Environment) -> Result<Rendered, Problems> {
        let rendered = render(&self.template, &environment.values(), &self.code(&[]));
        self.warned(rendered)
    }

    fn code(&self, artifacts: &[Artifact]) -> Artifacts {
        let bucket = Artifacts::in_bucket(self.environment().artifact_bucket());
        artifacts.iter().fold(bucket, |all, artifact| {
            all.with(artifact.binary(), artifact.key())
        })
    }

    fn warned(&self, rendered: Result<Rendered, Problems>) -> Result<Rendered, Problems> {
        if let Ok(rendered) = &rendered {
            self.ui.warn(rendered.warnings());
        }
        rendered
    }

    /// The sources of the values in a rendering.
    pub(super) fn value_sources(&self) -> ValueSources {
        let places = self.template.origins().into_iter();
        let told = places.map(|(id, path, origin)| {
            let origin = match origin {
                cfn_template::Origin::Parameter(name) => ValueSource::Parameter(name),
                cfn_template::Origin::OptionalParameter(name) => ValueSource::OptionalParameter(name),
                cfn_template::Origin::Choice(parameters) => ValueSource::Choice(parameters),
                cfn_template::Origin::Code(binary) => ValueSource::Code(binary),
                cfn_template::Origin::Revision(resource) => ValueSource::Revision(resource),
            };
            (id, path, origin)
        });
        told.collect()
    }

    /// The artifact bucket and the stack that creates it.
    ///
    /// # Errors
    /// The bucket's template is unreadable or wrong.
    pub(super) fn bucket(&self) -> Result<ArtifactBucket, CommandError> {
        let (stack, rendered) = self.render_bucket()?;
        Ok(ArtifactBucket {
            name: self.environment().artifact_bucket(),
            stack: stack.to_string(),
            template: rendered.json().to_owned(),
        })
    }

    /// The stack that creates the artifact bucket, and its rendering.
    ///
    /// # Errors
    /// The bucket's template is unreadable or wrong.
    pub(super) fn render_bucket(&self) -> Result<(StackName, Rendered), CommandError> {
        let (file, text) = match self.settings.beside_template(BUCKET_TEMPLATE) {
            Some(path) => {
                let file = self.settings.display(&path);
                let text = text_file::read(&path).map_err(|source| SettingsError::Unreadable {
                    file: file.clone(),
                    source,
                })?;
                (file, text)
            }
            None => (BUCKET_TEMPLATE.to_owned(), OWN_BUCKET_TEMPLATE.to_owned()),
        };
        let template = Template::parse(&file, &text)?;
        let environment = self.environment().of_artifacts();
        let bucket = Artifacts::in_bucket(environment.artifact_bucket());
        let rendered = render(&template, &environment.values(), &bucket)?;
        Ok((environment.stack, rendered))
    }

    fn environment(&self) -> &Environment {
        &self.settings.environment
    }
}
