//! PURE: what AWS accepts as tags of a stack.

use indexmap::IndexMap;

use super::file::Tag;
use crate::problem::{Problem, Problems};

/// The most tags of an environment: a stack may have 50, and one of them says whose it is.
const MAXIMUM: usize = 49;
/// The most characters in the key of a tag.
const MAXIMUM_KEY_LENGTH: usize = 128;
/// The most characters in the value of a tag.
const MAXIMUM_VALUE_LENGTH: usize = 256;

/// Reports what AWS would refuse, and answers the tags in the order of the file.
pub(super) fn check(file: &str, tags: Vec<Tag>, problems: &mut Problems) -> IndexMap<String, String> {
    if let Some(extra) = tags.get(MAXIMUM) {
        let message = format!(
            "a stack has at most {MAXIMUM} tags beside the deployer's own; these are {}",
            tags.len()
        );
        problems.push(Problem::new(file, extra.key_at, message));
    }
    for tag in &tags {
        let mut refuse = |at, message: String| problems.push(Problem::new(file, at, message));
        if tag.key.is_empty() || tag.key.chars().count() > MAXIMUM_KEY_LENGTH {
            refuse(
                tag.key_at,
                format!("the key of a tag has 1 to {MAXIMUM_KEY_LENGTH} characters"),
            );
        }
        if tag.key.starts_with("deployer:") {
            refuse(
                tag.key_at,
                format!(
                    "the tag `{}` begins with `deployer:`, by which a stack says whose it is",
                    tag.key
                ),
            );
        }
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            refuse(
                tag.key_at,
                format!("the tag `{}` begins with `aws:`, which is AWS's own", tag.key),
            );
        }
        if !tag.key.chars().all(is_allowed) {
            refuse(tag.key_at, format!("the tag `{}` has {ALLOWED}", tag.key));
        }
        if tag.value.value.chars().count() > MAXIMUM_VALUE_LENGTH {
            let message = format!(
                "the value of the tag `{}` has more than {MAXIMUM_VALUE_LENGTH} characters",
                tag.key
            );
            refuse(tag.value.at, message);
        }
        if !tag.value.value.chars().all(is_allowed) {
            refuse(
                tag.value.at,
                format!("the value of the tag `{}` has {ALLOWED}", tag.key),
            );
        }
    }
    tags.into_iter().map(|tag| (tag.key, tag.value.value)).collect()
}

const ALLOWED: &str = "other characters than letters, digits, spaces and `_.:/=+-@`";

fn is_allowed(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || "_.:/=+-@".contains(character)
}
