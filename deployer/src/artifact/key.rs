//! PURE: where an artifact lies in the artifact bucket.

use super::architecture::Architecture;
use super::hash::ContentHash;

/// The key of a function's code: `code/<binary>/<architecture>/<sha256>.zip`.
///
/// It is decided by the content alone, so unchanged code has an unchanged key and is not sent again.
pub fn code_key(binary: &str, architecture: Architecture, hash: &ContentHash) -> String {
    format!("code/{binary}/{architecture}/{}.zip", hash.hex())
}

#[cfg(test)]
mod tests {
    use super::{Architecture, ContentHash, code_key};

    #[test]
    fn a_key_names_binary_architecture_and_content() {
        assert_eq!(
            code_key("event-store-api", Architecture::Arm64, &ContentHash::of(b"")),
            "code/event-store-api/arm64/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip"
        );
    }
}
