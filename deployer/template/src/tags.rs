//! PURE: AWS's rules for the tags of a resource.
//!
//! The rules are those of
//! [AWS's tags](https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices).

use fancy_regex::Regex;

/// The maximum number of tags on a resource.
pub const MAXIMUM: usize = 50;
/// The maximum length of a tag's key, in characters.
const MAXIMUM_KEY_LENGTH: usize = 128;
/// The maximum length of a tag's value, in characters.
const MAXIMUM_VALUE_LENGTH: usize = 256;

/// Describes the mistake if a resource has too many tags.
pub fn too_many(count: usize) -> Option<String> {
    (count > MAXIMUM).then(|| format!("a resource has at most {MAXIMUM} tags; these are {count}"))
}

/// Describes the mistake in a tag's key, if there is one.
pub fn wrong_key(key: &str) -> Option<String> {
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

/// Describes the mistake in the value of the tag `key`, if there is one.
pub fn wrong_value(key: &str, value: &str) -> Option<String> {
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
