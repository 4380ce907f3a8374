//! What a deployment is made of.

use std::collections::BTreeMap;

use crate::stack::guard::Accepted;

/// Everything that `deploy` needs to know: an environment and a template, both already evaluated.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The stack's name.
    pub stack: String,
    /// The rendered template: the very bytes that are sent, stored and compared.
    pub template: String,
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
    /// The principals that the template lets call: ARNs of roles, or account ids.
    pub callers: Vec<String>,
    /// What was approved by name: guarded changes, widenings, alarms that may go off.
    pub accepted: Accepted,
}

/// Code, named by its content.
#[derive(Clone)]
pub struct CodeArtifact {
    /// Its key in the artifact bucket, as the template has it.
    pub key: String,
    /// The zip.
    pub body: Vec<u8>,
    /// The Base64 of the SHA-256 of the zip, as Lambda tells it.
    pub code_sha256: String,
}

impl std::fmt::Debug for CodeArtifact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CodeArtifact")
            .field("key", &self.key)
            .field("bytes", &self.body.len())
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
