//! PURE: what in the artifact bucket nothing refers to any more, and how that is known.

mod evidence;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

pub use self::evidence::Evidence;
use super::{ArtifactKey, ReleaseId};

/// An object in a bucket, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored.
    pub stored: Timestamp,
}

/// What can be deleted, and what that was held against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Garbage {
    /// The objects that nothing refers to, by their keys.
    pub objects: Vec<Unreferenced>,
    /// What stays, and why.
    pub kept: Kept,
}

/// How many objects stay, by what keeps them. One that is kept by several counts with each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Those of releases that are kept.
    pub in_releases: usize,
    /// Those that the template of a stack names.
    pub in_templates: usize,
    /// Those that are the code of a function or of a version of one.
    pub in_functions: usize,
    /// Those that nothing refers to, and that are young: what they belong to may only be under way.
    pub young: usize,
}

/// An object that nothing refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreferenced {
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored.
    #[serde(serialize_with = "super::as_text")]
    pub stored: Timestamp,
    /// The last release that it was part of, which is older than those that are kept.
    pub last_release: Option<LastRelease>,
}

/// A release of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LastRelease {
    pub stack: String,
    /// The release.
    #[serde(serialize_with = "name")]
    pub id: ReleaseId,
}

fn name<S: Serializer>(id: &ReleaseId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

impl Garbage {
    /// Finds the code and the templates that nothing refers to and that were stored before `young_since`.
    ///
    /// Records are never garbage, and neither is what has no key of the deployer's.
    pub fn among(objects: &[StoredObject], evidence: &Evidence, young_since: Timestamp) -> Self {
        let mut garbage = Self::default();
        let kept = &mut garbage.kept;
        for object in objects {
            let Some(ArtifactKey::Code { sha256, .. } | ArtifactKey::Template { sha256, .. }) =
                ArtifactKey::parse(&object.key)
            else {
                continue;
            };
            let references = evidence.of(&object.key, &sha256);
            kept.in_releases += usize::from(references.release);
            kept.in_templates += usize::from(references.template);
            kept.in_functions += usize::from(references.function);
            if references.any() {
                continue;
            }
            if object.stored >= young_since {
                kept.young += 1;
            } else {
                garbage.objects.push(Unreferenced {
                    key: object.key.clone(),
                    bytes: object.bytes,
                    stored: object.stored,
                    last_release: evidence.last_release_with(&object.key),
                });
            }
        }
        garbage
    }

    /// How many bytes the objects have together.
    pub fn bytes(&self) -> u64 {
        self.objects.iter().map(|object| object.bytes).sum()
    }

    /// What is garbage in the other, too.
    #[must_use]
    pub fn still(mut self, other: &Self) -> Self {
        self.objects
            .retain(|object| other.objects.iter().any(|known| known.key == object.key));
        self
    }
}

/// When what is stored now is no longer young.
pub fn young_since(now: Timestamp, young_for: SignedDuration) -> Timestamp {
    // Whatever lies before all time leaves nothing young but what was stored in the future.
    now.checked_sub(young_for).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
