//! PURE: the record of a release: what was deployed, by whom, and how long it took.

mod choice;
mod durations;
mod id;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use choice::{InvalidChoice, NoChoice, ReleaseChoice};
pub use durations::{Durations, Span};
pub use id::{NoReleaseId, ReleaseId};

/// An entry of a stack's ledger. It is written after a deployment has succeeded, and changed later only to note that
/// its smoke test failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The release's name, which contains the start of its deployment.
    pub id: ReleaseId,
    /// The stack's name.
    pub stack: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// The outcome of the deployment.
    pub outcome: ReleaseOutcome,
    /// The release that this one rolled back to, if any.
    pub rolled_back_to: Option<ReleaseId>,
    /// Whether its smoke test failed. If so, a rollback to it must name it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed_smoke: bool,
    /// Whether its smoke test was requested but never finished. Here, too, a rollback must name the release.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untried: bool,
    /// The functions, by their names in the template, that code had been pushed to, which this deployment took back or replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pushes_undone: Vec<String>,
    /// The revision of the sources; `None` outside a checkout.
    pub revision: Option<SourceRevision>,
    /// The rendered template.
    pub template: StoredTemplate,
    /// The code that the template refers to.
    pub artifacts: Vec<StoredCode>,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// The ARN of the user or role that deployed.
    pub caller: String,
    /// The version of the deployer.
    pub deployer: String,
    /// The durations of the deployment.
    pub durations: Durations,
}

/// The outcome of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReleaseOutcome {
    /// The stack was created.
    Created,
    /// The stack was updated.
    Updated,
}

/// The revision of the sources of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRevision {
    /// The commit, in hexadecimal.
    pub commit: String,
    /// Whether tracked files differed from the commit.
    pub dirty: bool,
}

/// A rendered template in the artifact bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredTemplate {
    pub key: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Code in the artifact bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCode {
    /// Its key, as in the template.
    pub key: String,
    /// The Base64 of the zip's SHA-256, as Lambda reports it.
    pub code_sha256: String,
}

/// The version of the record format. Later versions are not read, because their meaning is unknown here.
const FORM: u32 = 1;

/// A release in its stored form.
#[derive(Serialize, Deserialize)]
struct Record<R> {
    version: u32,
    #[serde(flatten)]
    release: R,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableRelease {
    /// It is not JSON, or lacks a required member.
    #[error("it is not the record of a release")]
    Malformed(#[from] serde_json::Error),
    /// A later version of the deployer wrote it.
    #[error("its version is {version}, this deployer knows {FORM}: a later deployer wrote it")]
    LaterVersion {
        /// The version of its format.
        version: u32,
    },
}

impl Release {
    /// The text to store.
    ///
    /// # Errors
    /// None in practice: JSON can represent every release.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let record = Record {
            version: FORM,
            release: self,
        };
        serde_json::to_string_pretty(&record).map(|text| text + "\n")
    }

    /// Parses a stored record. Unknown members are ignored.
    ///
    /// # Errors
    /// It is not a record, or its format is a later version.
    pub fn parse(text: &[u8]) -> Result<Self, UnreadableRelease> {
        // The version comes first, because nothing else can be expected of a later format.
        let form: Record<serde::de::IgnoredAny> = serde_json::from_slice(text)?;
        if form.version > FORM {
            return Err(UnreadableRelease::LaterVersion {
                version: form.version,
            });
        }
        let record: Record<Self> = serde_json::from_slice(text)?;
        Ok(record.release)
    }

    /// When its deployment began.
    pub fn time(&self) -> Timestamp {
        self.id.time()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A release of the stack `orders` at a second after the epoch, whose template has the given hash.
    pub(crate) fn release(second: i64, template: &str) -> Release {
        Release {
            id: ReleaseId::at(Timestamp::from_second(second).unwrap()),
            stack: "orders".into(),
            stack_id: "arn:stack/orders".into(),
            outcome: ReleaseOutcome::Updated,
            rolled_back_to: None,
            failed_smoke: false,
            untried: false,
            pushes_undone: Vec::new(),
            revision: Some(SourceRevision {
                commit: "0123456789abcdef0123456789abcdef01234567".into(),
                dirty: false,
            }),
            template: StoredTemplate {
                key: format!("templates/orders/{template}.json"),
                sha256: template.into(),
            },
            artifacts: vec![StoredCode {
                key: "code/api/arm64/a.zip".into(),
                code_sha256: "a=".into(),
            }],
            tags: BTreeMap::from([("owner".into(), "platform".into())]),
            caller: "arn:aws:sts::123456789012:assumed-role/admin/jo".into(),
            deployer: "0.1.0".into(),
            durations: Durations::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::release;
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let written = release(1_800_000_000, "t1");
        assert_eq!(
            Release::parse(written.to_json().unwrap().as_bytes()).unwrap(),
            written
        );
    }

    #[test]
    fn a_record_is_json_that_a_person_can_read() {
        insta::assert_snapshot!(release(1_800_000_000, "t1").to_json().unwrap());
    }

    #[test]
    fn a_member_that_is_not_known_is_passed_over() {
        let written = release(1_800_000_000, "t1");
        let text = written.to_json().unwrap().replacen('{', r#"{"ticket": 7,"#, 1);
        assert_eq!(Release::parse(text.as_bytes()).unwrap(), written);
    }

    #[test]
    fn a_record_of_a_later_form_is_not_read() {
        let error = Release::parse(br#"{"version": 2, "releases": []}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "its version is 2, this deployer knows 1: a later deployer wrote it"
        );
    }

    #[test]
    fn what_is_no_record_is_not_read() {
        for text in ["", "{}", r#"{"version": 1}"#, "[1]"] {
            let error = Release::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "it is not the record of a release", "{text}");
        }
    }
}
