//! PURE: the keys in the artifact bucket.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::ReleaseId;

/// The kind of an object in the artifact bucket, by its key. Other objects do not belong to the deployer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArtifactKey {
    /// A function's code: `code/<binary>/<processor>/<sha256>.zip`.
    Code {
        /// The function's binary.
        binary: String,
        /// The SHA-256 of the zip, in hexadecimal.
        sha256: String,
    },
    /// A rendered template: `templates/<stack>/<sha256>.json`.
    Template {
        stack: String,
        /// The SHA-256 of the template, in hexadecimal.
        sha256: String,
    },
    /// The record of a release: `releases/<stack>/<time>.json`.
    Release {
        stack: String,
        /// The release.
        id: ReleaseId,
    },
}

impl ArtifactKey {
    /// Parses a key; `None` if it is not one of the deployer's.
    pub fn parse(key: &str) -> Option<Self> {
        let parts: Vec<&str> = key.split('/').collect();
        match parts.as_slice() {
            ["code", binary, _, file] => Some(Self::Code {
                binary: (*binary).to_owned(),
                sha256: hash(file.strip_suffix(".zip")?)?,
            }),
            ["templates", stack, file] => Some(Self::Template {
                stack: (*stack).to_owned(),
                sha256: hash(file.strip_suffix(".json")?)?,
            }),
            ["releases", stack, file] => Some(Self::Release {
                stack: (*stack).to_owned(),
                id: file.strip_suffix(".json")?.parse().ok()?,
            }),
            _ => None,
        }
    }
}

fn hash(text: &str) -> Option<String> {
    let is_hash = text.len() == 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_hash.then(|| text.to_owned())
}

/// The key of a stack's rendered template.
pub(crate) fn template_key(stack: &str, sha256: &str) -> String {
    format!("{}{sha256}.json", template_prefix(stack))
}

/// The common prefix of the keys of a stack's rendered templates.
pub(crate) fn template_prefix(stack: &str) -> String {
    format!("templates/{stack}/")
}

/// The key of the record of a release.
pub(crate) fn release_key(stack: &str, id: &ReleaseId) -> String {
    format!("{}{id}.json", release_prefix(stack))
}

/// The prefix of the keys of a stack's records.
pub(crate) fn release_prefix(stack: &str) -> String {
    format!("releases/{stack}/")
}

/// The SHA-256 of bytes, in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The Base64 of the SHA-256 of bytes, as S3 and Lambda report it.
pub(crate) fn sha256_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

/// The Base64 of a hash in hexadecimal; `None` if it is not one.
pub(crate) fn base64_of_hex(hash: &str) -> Option<String> {
    let digit = |index: usize| u8::from_str_radix(hash.get(index..index + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hash.len()).step_by(2).map(digit).collect();
    bytes.map(|bytes| STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn a_key_tells_what_lies_there() {
        assert_eq!(sha256_hex(""), HASH);
        assert_eq!(base64_of_hex(HASH), Some(sha256_base64("")));
        assert_eq!(base64_of_hex("no hash"), None);
        let id: ReleaseId = "20270115T080000.042Z".parse().unwrap();
        assert_eq!(
            ArtifactKey::parse(&template_key("orders", HASH)),
            Some(ArtifactKey::Template {
                stack: "orders".into(),
                sha256: HASH.into(),
            })
        );
        assert_eq!(
            ArtifactKey::parse(&release_key("orders", &id)),
            Some(ArtifactKey::Release {
                stack: "orders".into(),
                id,
            })
        );
        assert_eq!(
            ArtifactKey::parse(&format!("code/api/arm64/{HASH}.zip")),
            Some(ArtifactKey::Code {
                binary: "api".into(),
                sha256: HASH.into()
            })
        );
    }

    #[test]
    fn what_is_not_the_deployers_is_nothing_to_it() {
        for key in [
            "code/api/arm64/latest.zip".to_owned(),
            format!("code/api/{HASH}.zip"),
            format!("backup/code/api/arm64/{HASH}.zip"),
            format!("templates/orders/{}.json", HASH.to_uppercase()),
            "releases/orders/notes.json".to_owned(),
            String::new(),
        ] {
            assert_eq!(ArtifactKey::parse(&key), None, "{key}");
        }
    }
}
