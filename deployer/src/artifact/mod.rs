//! Artifacts: built with cargo-lambda, reproducible, and named by their content.

mod build;
mod check;
mod development;
mod elf;
mod entries;
mod error;
mod examine;
#[cfg(test)]
mod fixture;
mod flags;
mod flaw;
mod hash;
mod header;
mod key;
mod load;
mod package;
mod processor;
mod zip;

pub use build::{Build, BuildNote, Machine};
pub use error::{BuildError, LoadError};
pub use flaw::Flaw;
pub use hash::ContentHash;
pub use load::{load, zip_path};
pub use processor::Processor;

/// A checked zip that Lambda can run. Its bytes determine its key.
#[derive(Clone, Debug)]
pub struct Artifact {
    binary: String,
    processor: Processor,
    hash: ContentHash,
    zip: Vec<u8>,
}

impl Artifact {
    /// Checks the bytes of a zip and wraps them.
    ///
    /// # Errors
    /// The first [`Flaw`] found.
    pub fn parse(binary: &str, processor: Processor, zip: Vec<u8>) -> Result<Self, Flaw> {
        check::check(&zip, binary, processor)?;
        let hash = ContentHash::of(&zip);
        Ok(Self {
            binary: binary.to_owned(),
            processor,
            hash,
            zip,
        })
    }

    /// The binary that was packed as the zip's `bootstrap`.
    pub fn binary(&self) -> &str {
        &self.binary
    }

    /// The hash of the zip, which Lambda reports as `CodeSha256`.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Its key in the artifact bucket: `code/<binary>/<processor>/<sha256>.zip`.
    pub fn key(&self) -> String {
        key::code_key(&self.binary, self.processor, &self.hash)
    }

    /// The bytes of the zip.
    pub fn zip(&self) -> &[u8] {
        &self.zip
    }

    /// The bytes of the zip, for the upload.
    pub fn into_zip(self) -> Vec<u8> {
        self.zip
    }
}
