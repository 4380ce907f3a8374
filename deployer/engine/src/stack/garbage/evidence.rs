//! PURE: what may refer to an artifact, and whether it does.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::LastRelease;
use crate::stack::Release;

/// Everything that may refer to an artifact in an account and region.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The releases that are kept, by their stack.
    pub kept: BTreeMap<String, Vec<Release>>,
    /// Older releases: they keep nothing, and tell when something was last used.
    pub older: Vec<Release>,
    /// The templates of all stacks that stand, each with the values of its parameters.
    pub templates: Vec<String>,
    /// The `CodeSha256` of every function and of every version of it.
    pub code: BTreeSet<String>,
}

impl Evidence {
    /// What refers to the artifact at `key`, whose name carries `sha256`.
    pub(super) fn of(&self, key: &str, sha256: &str) -> References {
        References {
            release: self.kept.values().flatten().any(|release| holds(release, key)),
            // The hash alone will do: a template may put the rest of the key together.
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

/// What refers to an artifact.
pub(super) struct References {
    /// A release that is kept.
    pub(super) release: bool,
    /// A template of a stack.
    pub(super) template: bool,
    /// A function or a version of one.
    pub(super) function: bool,
}

impl References {
    /// Whether anything does.
    pub(super) fn any(&self) -> bool {
        self.release || self.template || self.function
    }
}

fn holds(release: &Release, key: &str) -> bool {
    release.template.key == key || release.artifacts.iter().any(|artifact| artifact.key == key)
}

/// A hash as Lambda spells it.
fn base64_of(hex: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect();
    Some(STANDARD.encode(bytes?))
}
