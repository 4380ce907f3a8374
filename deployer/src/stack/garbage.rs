//! PURE: what in the artifact bucket nothing refers to any more, and how that is known.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::{ArtifactKey, Release, ReleaseId};

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

impl Evidence {
    fn refers_to(&self, key: &str, parsed: &ArtifactKey) -> bool {
        let hash = match parsed {
            ArtifactKey::Code { sha256 } | ArtifactKey::Template { sha256, .. } => sha256.as_str(),
            ArtifactKey::Release { .. } => return true,
        };
        let in_a_release = self.kept.values().flatten().any(|release| holds(release, key));
        // The hash alone will do: a template may put the rest of the key together.
        let in_a_template = || self.templates.iter().any(|template| template.contains(hash));
        let in_a_function = || base64_of(hash).is_some_and(|code| self.code.contains(&code));
        in_a_release || in_a_template() || in_a_function()
    }

    fn last_release_with(&self, key: &str) -> Option<LastRelease> {
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

/// When what is stored now is no longer young.
pub fn young_since(now: Timestamp, young_for: SignedDuration) -> Timestamp {
    // Whatever lies before all time leaves nothing young but what was stored in the future.
    now.checked_sub(young_for).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::super::release::testing::release;
    use super::super::release::{StoredCode, StoredTemplate};
    use super::*;

    /// The SHA-256 of nothing, as keys and as Lambda spell it.
    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const CODE_SHA256: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    fn code() -> String {
        format!("code/api/arm64/{HASH}.zip")
    }

    fn template() -> String {
        format!("templates/orders/{HASH}.json")
    }

    fn object(key: &str, second: i64) -> StoredObject {
        StoredObject {
            key: key.into(),
            bytes: 100,
            stored: Timestamp::from_second(second).unwrap(),
        }
    }

    fn garbage(objects: &[StoredObject], evidence: &Evidence) -> Garbage {
        Garbage::among(objects, evidence, Timestamp::from_second(1_000).unwrap())
    }

    fn keys(garbage: &Garbage) -> Vec<&str> {
        garbage.objects.iter().map(|object| object.key.as_str()).collect()
    }

    fn with(code_key: &str, template_key: &str) -> Release {
        Release {
            artifacts: vec![StoredCode {
                key: code_key.into(),
                code_sha256: String::new(),
            }],
            template: StoredTemplate {
                key: template_key.into(),
                sha256: String::new(),
            },
            ..release(2_000, "t")
        }
    }

    #[test]
    fn what_nothing_refers_to_is_garbage() {
        let (code, template) = (code(), template());
        let found = garbage(&[object(&code, 1), object(&template, 2)], &Evidence::default());
        assert_eq!(keys(&found), [&code, &template]);
        assert_eq!(found.bytes(), 200);
    }

    #[test]
    fn any_one_reference_keeps_an_object() {
        let kept = |release| Evidence {
            kept: BTreeMap::from([("orders".to_owned(), vec![release])]),
            ..Evidence::default()
        };
        let whole_key = format!(r#"{{"S3Key":"{}"}}"#, code());
        let every = [
            kept(with(&code(), "")),
            Evidence {
                templates: vec![String::new(), whole_key],
                ..Evidence::default()
            },
            Evidence {
                templates: vec![format!("S3Key: !Sub code/${{Binary}}/arm64/{HASH}.zip")],
                ..Evidence::default()
            },
            Evidence {
                code: BTreeSet::from([CODE_SHA256.to_owned()]),
                ..Evidence::default()
            },
        ];
        for evidence in &every {
            let found = garbage(&[object(&code(), 1)], evidence);
            assert_eq!((found.objects.len(), found.referenced), (0, 1), "{evidence:?}");
        }
        let found = garbage(&[object(&template(), 1)], &kept(with("", &template())));
        assert_eq!((found.objects.len(), found.referenced), (0, 1));
    }

    #[test]
    fn what_only_older_releases_refer_to_says_in_which_it_was_last() {
        let evidence = Evidence {
            older: vec![with(&code(), ""), release(3_000, "t")],
            ..Evidence::default()
        };
        let found = garbage(&[object(&code(), 1)], &evidence);
        let last = found.objects[0].last_release.as_ref().unwrap();
        assert_eq!(
            (last.stack.as_str(), last.id.time().as_second()),
            ("orders", 2_000)
        );
    }

    #[test]
    fn what_is_young_may_belong_to_something_under_way() {
        let found = garbage(
            &[object(&code(), 999), object(&template(), 1_000)],
            &Evidence::default(),
        );
        assert_eq!(keys(&found), [&code()]);
        assert_eq!(found.young, 1);
    }

    #[test]
    fn records_and_what_is_not_the_deployers_are_never_garbage() {
        let objects = [
            "releases/orders/20270115T080000.042Z.json",
            "code/notes.txt",
            "backup.zip",
        ]
        .map(|key| object(key, 1));
        let found = garbage(&objects, &Evidence::default());
        assert_eq!((found.objects.len(), found.referenced, found.young), (0, 0, 0));
    }

    #[test]
    fn what_somebody_began_to_use_meanwhile_is_no_longer_garbage() {
        let both = garbage(
            &[object(&code(), 1), object(&template(), 2)],
            &Evidence::default(),
        );
        let one = garbage(&[object(&code(), 1)], &Evidence::default());
        assert_eq!(keys(&both.still(&one)), [&code()]);
    }
}
