//! PURE: finds unreferenced objects in the artifact bucket, with the evidence.

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

/// The objects that can be deleted, and those that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Garbage {
    /// The unreferenced objects, by key.
    pub objects: Vec<Unreferenced>,
    /// What stays, and why.
    pub kept: Kept,
}

/// The number of objects that stay, by reason. An object with several reasons counts for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Those of kept releases.
    pub in_releases: usize,
    /// Those that a stack's template names.
    pub in_templates: usize,
    /// Those that are the code of a function or of one of its versions.
    pub in_functions: usize,
    /// Unreferenced objects that are young: they may belong to an operation in progress.
    pub young: usize,
}

/// An unreferenced object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreferenced {
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was stored.
    #[serde(serialize_with = "super::as_text")]
    pub stored: Timestamp,
    /// The last release that contained it, which is older than the kept ones.
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
    /// Finds unreferenced code and templates that were stored before `young_since`.
    ///
    /// Records are never garbage, and neither are objects under other keys.
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

    /// The total size of the objects, in bytes.
    pub fn bytes(&self) -> u64 {
        self.objects.iter().map(|object| object.bytes).sum()
    }

    /// Keeps only what is garbage in `other` as well.
    #[must_use]
    pub fn still(mut self, other: &Self) -> Self {
        self.objects
            .retain(|object| other.objects.iter().any(|known| known.key == object.key));
        self
    }
}

/// The time since which stored objects count as young.
pub fn young_since(now: Timestamp, young_for: SignedDuration) -> Timestamp {
    // If the result is out of range, every object counts as young, and nothing is deleted.
    now.checked_sub(young_for).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
