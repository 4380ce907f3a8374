//! What a deployment is made of.

use std::collections::BTreeMap;

use crate::stack::guard::Accepted;
use crate::stack::outline::ValueSources;
use crate::stack::release::SourceRevision;
use crate::stack::{Cause, ReleaseId, Sequel, WantedTemplate, sha256_hex, template_key};

/// Everything that `deploy` needs to know: an environment and a template, both already evaluated.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The stack's name.
    pub stack: String,
    /// The rendered template.
    pub template: WantedTemplate,
    /// Where its values come from, as far as that is known.
    pub value_sources: ValueSources,
    /// The stack's tags, at most 50.
    pub tags: BTreeMap<String, String>,
    /// Whether AWS is to refuse to delete the stack, and its updates to replace what cannot be replaced.
    pub protected: bool,
    /// For how many minutes after an update alarms still undo it, where `protected`.
    pub watch_alarms_minutes: u8,
    /// The role that CloudFormation acts as; else it acts as the caller.
    pub execution_role: Option<String>,
    /// The code that the template refers to.
    pub artifacts: Vec<CodeArtifact>,
    /// Where the code is stored.
    pub bucket: ArtifactBucket,
    /// What was approved by name: guarded changes, widenings, alarms that may go off.
    pub accepted: Accepted,
    /// Where all this comes from, for the record.
    pub provenance: Provenance,
    /// What follows before all is done.
    pub sequel: Sequel,
    /// Why it is made.
    pub cause: Cause,
}

/// Where a deployment comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The sources that the code and the template were made of; none outside a checkout.
    pub revision: Option<SourceRevision>,
    /// The release that is returned to, if one is.
    pub rolled_back_to: Option<ReleaseId>,
    /// The version of the deployer.
    pub deployer: String,
}

impl Deployment {
    /// Where the rendered template lies in the artifact bucket.
    pub(super) fn template_key(&self) -> String {
        template_key(&self.stack, &sha256_hex(self.template.text()))
    }
}

/// Code, named by its content.
#[derive(Clone)]
pub struct CodeArtifact {
    /// Its key in the artifact bucket, as the template has it.
    pub key: String,
    /// The zip; none, if it is in the bucket already.
    pub body: Option<Vec<u8>>,
    /// The Base64 of the SHA-256 of the zip, as Lambda tells it.
    pub code_sha256: String,
}

impl std::fmt::Debug for CodeArtifact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CodeArtifact")
            .field("key", &self.key)
            .field("bytes", &self.body.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

/// The bucket that holds the artifacts of an account in a region, and the stack that makes it.
#[derive(Clone, Debug)]
pub struct ArtifactBucket {
    /// The bucket's name.
    pub name: String,
    /// The name of the stack that makes it.
    pub stack: String,
    /// That stack's rendered template.
    pub template: String,
}
