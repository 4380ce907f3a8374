//! PURE: finds the references to an artifact.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::LastRelease;
use crate::stack::Release;

/// Everything in an account and region that may refer to an artifact.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The kept releases, by stack.
    pub kept: BTreeMap<String, Vec<Release>>,
    /// Older releases. They keep nothing, but show when an artifact was last used.
    pub older: Vec<Release>,
    /// The templates of all existing stacks, each with the values of its parameters.
    pub templates: Vec<String>,
    /// The `CodeSha256` of every function and of each of its versions.
    pub code: BTreeSet<String>,
}

impl Evidence {
    /// The references to the artifact at `key`, whose name contains `sha256`.
    pub(super) fn of(&self, key: &str, sha256: &str) -> References {
        References {
            release: self.kept.values().flatten().any(|release| holds(release, key)),
            // The hash alone is enough, because a template may compose the rest of the key.
            template: self.templates.iter().any(|template| template.contains(sha256)),
            function: base64_of(sha256).is_some_and(|code| self.code.contains(&code)),
        }
    }

    pub(super) fn last_release_with(&self, key: &str) -> Option<LastRelease> {
        let last = self
            .older
            .iter()
            .filter(|release| holds(release, key))
            .max_by(|one, other| one.id.cmp(&other.id))?;
        Some(LastRelease {
            stack: last.stack.clone(),
            id: last.id.clone(),
        })
    }
}

/// The kinds of references to an artifact.
pub(super) struct References {
    /// A kept release.
    pub(super) release: bool,
    /// The template of a stack.
    pub(super) template: bool,
    /// A function or one of its versions.
    pub(super) function: bool,
}

impl References {
    /// Tells whether there is any reference.
    pub(super) fn any(&self) -> bool {
        self.release || self.template || self.function
    }
}

fn holds(release: &Release, key: &str) -> bool {
    release.template.key == key || release.artifacts.iter().any(|artifact| artifact.key == key)
}

/// A hash in Lambda's form.
fn base64_of(hex: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect();
    Some(STANDARD.encode(bytes?))
}
