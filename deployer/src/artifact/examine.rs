//! Whether this machine can build, before it does.

use super::build::Build;
use super::error::BuildError;
use crate::environment::Profile;

impl Build<'_> {
    /// What a build would fail for: a program that is missing or does not run, and a target that nobody can add.
    pub async fn lacks(&self) -> Vec<BuildError> {
        if self.profile == Profile::Dev {
            return Vec::from_iter(self.output_of("cargo", &["--version"]).await.err());
        }
        let (cargo, cargo_lambda, target) = futures::join!(
            self.output_of("cargo", &["--version"]),
            self.output_of("cargo-lambda", &["lambda", "--version"]),
            self.target(),
        );
        [cargo.err(), cargo_lambda.err(), target.err()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// A target that is missing is added by the build, where rustup can.
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
