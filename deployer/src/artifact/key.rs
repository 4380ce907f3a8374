//! PURE: the key of an artifact in the artifact bucket.

use super::hash::ContentHash;
use super::processor::Processor;

/// The key of a function's code: `code/<binary>/<processor>/<sha256>.zip`.
///
/// The key depends only on the content, so unchanged code keeps its key and is not uploaded again.
pub(super) fn code_key(binary: &str, processor: Processor, hash: &ContentHash) -> String {
    format!("code/{binary}/{processor}/{}.zip", hash.hex())
}

#[cfg(test)]
mod tests {
    use super::{ContentHash, Processor, code_key};

    #[test]
    fn a_key_names_binary_processor_and_content() {
        assert_eq!(
            code_key("event-store-api", Processor::Arm64, &ContentHash::of(b"")),
            "code/event-store-api/arm64/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip"
        );
    }
}
