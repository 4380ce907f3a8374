//! The template of a stack, and how an environment renders it.

use std::collections::BTreeSet;
use std::path::Path;

use super::error::CommandError;
use crate::artifact::{self, Artifact, Processor};
use crate::engine::ArtifactBucket;
use crate::environment::{Environment, Profile, StackName};
use crate::problem::Problems;
use crate::settings::{Settings, SettingsError};
use crate::stack::outline::Origins;
use crate::template::{Artifacts, Rendered, Template, render};
use crate::text_file;
use crate::ui::Ui;

/// The template of that stack, beside the template of the environment's.
const BUCKET_TEMPLATE: &str = "artifacts.yaml";

/// A template and the environment that it is rendered for.
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

    /// What makes the listing complete again, by its name in the template.
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

    /// Renders the template with the code given, and warns of what is odd in it.
    ///
    /// # Errors
    /// All problems of the environment's parameters, or of the template, at once.
    pub(super) fn render(&self, artifacts: &[Artifact]) -> Result<Rendered, Problems> {
        self.render_with(self.environment(), artifacts)
    }

    /// Renders the template for an environment that differs from the one chosen, such as one of its instances.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub(super) fn render_for(&self, environment: &Environment) -> Result<Rendered, Problems> {
        self.render_with(environment, &[])
    }

    fn render_with(&self, environment: &Environment, artifacts: &[Artifact]) -> Result<Rendered, Problems> {
        let bucket = Artifacts::in_bucket(self.environment().artifact_bucket());
        let artifacts = artifacts.iter().fold(bucket, |all, artifact| {
            all.with(artifact.binary(), artifact.key())
        });
        let rendered = render(&self.template, environment, &artifacts)?;
        self.ui.warn(rendered.warnings());
        Ok(rendered)
    }

    /// Where the values of a rendering come from.
    pub(super) fn origins(&self) -> Origins {
        self.template.origins()
    }

    /// The artifact bucket and the stack that makes it.
    ///
    /// # Errors
    /// Where the bucket's template is missing or wrong.
    pub(super) fn bucket(&self) -> Result<ArtifactBucket, CommandError> {
        let (stack, rendered) = self.render_bucket()?;
        Ok(ArtifactBucket {
            name: self.environment().artifact_bucket(),
            stack: stack.to_string(),
            template: rendered.json().to_owned(),
        })
    }

    /// The stack that makes the artifact bucket, and its rendering.
    ///
    /// # Errors
    /// Where the bucket's template is missing or wrong.
    pub(super) fn render_bucket(&self) -> Result<(StackName, Rendered), CommandError> {
        let path = self.settings.beside_template(BUCKET_TEMPLATE)?;
        let file = self.settings.display(&path);
        let text = text_file::read(&path).map_err(|source| SettingsError::Unreadable {
            file: file.clone(),
            source,
        })?;
        let template = Template::parse(&file, &text)?;
        let environment = self.environment().of_artifacts();
        let bucket = Artifacts::in_bucket(environment.artifact_bucket());
        let rendered = render(&template, &environment, &bucket)?;
        Ok((environment.stack, rendered))
    }

    fn environment(&self) -> &Environment {
        &self.settings.environment
    }
}
