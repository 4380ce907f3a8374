//! Checks before a build whether this machine can do it.

use super::build::Build;
use super::error::BuildError;
use super::package::packages_of;
use crate::environment::Profile;

impl Build<'_> {
    /// The reasons for which a build would fail: a program that is missing or does not run, a target that cannot be
    /// added, or a binary that no package has.
    pub async fn lacks(&self) -> Vec<BuildError> {
        if self.profile == Profile::Dev {
            return Vec::from_iter(self.sources().await.err());
        }
        let (sources, cargo_lambda, target) = futures::join!(
            self.sources(),
            self.output_of("cargo-lambda", &["lambda", "--version"]),
            self.target(),
        );
        [sources.err(), cargo_lambda.err(), target.err()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Looks whether a package of the workspace has each of the binaries.
    ///
    /// # Errors
    /// One has none, or cargo cannot say.
    pub async fn sources(&self) -> Result<(), BuildError> {
        self.output_of("cargo", &["--version"]).await?;
        packages_of(self.binaries, &self.metadata().await?).map(|_| ())
    }

    /// A missing target is no problem if rustup is there: the build adds it.
    async fn target(&self) -> Result<(), BuildError> {
        if self.rustc().await?.has(self.processor.rust_target()) {
            return Ok(());
        }
        match self.output_of("rustup", &["--version"]).await {
            Ok(_) => Ok(()),
            Err(_) => Err(BuildError::MissingTarget {
                target: self.processor.rust_target(),
            }),
        }
    }
}
