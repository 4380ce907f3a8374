//! PURE: what AWS accepts as tags, of a stack and of a resource.
//!
//! The rules are those of [AWS's tags](https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices);
//! a stack's [value](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html) has at least one character besides.

use fancy_regex::Regex;
use indexmap::IndexMap;

use super::file::Tag;
use crate::problem::{Problem, Problems};

/// The most tags of a stack or a resource.
const MAXIMUM: usize = 50;
/// The most tags of an environment: one of its stack's says whose the stack is.
const MAXIMUM_OF_AN_ENVIRONMENT: usize = MAXIMUM - 1;
/// The most characters in the key of a tag.
const MAXIMUM_KEY_LENGTH: usize = 128;
/// The most characters in the value of a tag.
const MAXIMUM_VALUE_LENGTH: usize = 256;

/// Reports what AWS would refuse, and answers the tags in the order of the file.
pub(super) fn check(file: &str, tags: Vec<Tag>, problems: &mut Problems) -> IndexMap<String, String> {
    if let Some(extra) = tags.get(MAXIMUM_OF_AN_ENVIRONMENT) {
        let message = format!(
            "a stack has at most {MAXIMUM_OF_AN_ENVIRONMENT} tags beside the deployer's own; these are {}",
            tags.len()
        );
        problems.push(Problem::new(file, extra.key_at, message));
    }
    for tag in &tags {
        let (key, value) = (&tag.key, &tag.value.value);
        if let Some(message) = wrong_key(key) {
            problems.push(Problem::new(file, tag.key_at, message));
        }
        if key.starts_with("deployer:") {
            let message =
                format!("the tag `{key}` begins with `deployer:`, by which a stack says whose it is");
            problems.push(Problem::new(file, tag.key_at, message));
        }
        let wrong = wrong_value(key, value).or_else(|| {
            value
                .is_empty()
                .then(|| format!("the tag `{key}` of a stack has no value, and CloudFormation asks for one"))
        });
        if let Some(message) = wrong {
            problems.push(Problem::new(file, tag.value.at, message));
        }
    }
    tags.into_iter().map(|tag| (tag.key, tag.value.value)).collect()
}

/// What is wrong with the number of a resource's tags.
pub(crate) fn too_many(count: usize) -> Option<String> {
    (count > MAXIMUM).then(|| format!("a resource has at most {MAXIMUM} tags; these are {count}"))
}

/// What is wrong with the key of a tag.
pub(crate) fn wrong_key(key: &str) -> Option<String> {
    if key.is_empty() || key.chars().count() > MAXIMUM_KEY_LENGTH {
        return Some(format!(
            "the key of a tag has 1 to {MAXIMUM_KEY_LENGTH} characters"
        ));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Some(format!("the tag `{key}` begins with `aws:`, which is AWS's own"));
    }
    (!is_allowed(key)).then(|| format!("the tag `{key}` has {OTHER_CHARACTERS}"))
}

/// What is wrong with the value of the tag `key`.
pub(crate) fn wrong_value(key: &str, value: &str) -> Option<String> {
    if value.chars().count() > MAXIMUM_VALUE_LENGTH {
        return Some(format!(
            "the value of the tag `{key}` has more than {MAXIMUM_VALUE_LENGTH} characters"
        ));
    }
    (!is_allowed(value)).then(|| format!("the value of the tag `{key}` has {OTHER_CHARACTERS}"))
}

const OTHER_CHARACTERS: &str = "other characters than letters, digits, spaces and `_.:/=+-@`";

fn is_allowed(text: &str) -> bool {
    Regex::new(r"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z")
        .is_ok_and(|allowed| allowed.is_match(text).unwrap_or(false))
}
