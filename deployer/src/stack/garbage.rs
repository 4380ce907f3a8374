//! PURE: what in the artifact bucket nothing refers to any more, and how that is known.

mod evidence;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

pub use self::evidence::Evidence;
use super::{ArtifactKey, ReleaseId};

/// An object in a bucket, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Its key.
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
    /// How many objects stay because something refers to them, or may yet.
    pub referenced: usize,
    /// How many stay because they are young: what they belong to may only be under way.
    pub young: usize,
    /// How many releases are kept.
    pub releases: usize,
    /// How many templates of stacks were looked through.
    pub templates: usize,
    /// How many functions and versions have code of their own.
    pub code: usize,
}

/// An object that nothing refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreferenced {
    /// Its key.
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
    /// The stack.
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
        let mut garbage = Self {
            releases: evidence.kept.values().map(Vec::len).sum(),
            templates: evidence.templates.len(),
            code: evidence.code.len(),
            ..Self::default()
        };
        for object in objects {
            let Some(key @ (ArtifactKey::Code { .. } | ArtifactKey::Template { .. })) =
                ArtifactKey::parse(&object.key)
            else {
                continue;
            };
            if evidence.refers_to(&object.key, &key) {
                garbage.referenced += 1;
            } else if object.stored >= young_since {
                garbage.young += 1;
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
