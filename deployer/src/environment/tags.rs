//! PURE: the tags that an environment accepts, which are those of its stack.
//!
//! A stack tag's [value](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html) must have at
//! least one character.

use cfn_template::problem::{Problem, Problems};
use cfn_template::tags::{MAXIMUM, wrong_key, wrong_value};
use indexmap::IndexMap;

use super::file::Tag;

/// The maximum number of tags of an environment: the stack needs one more for the deployer's own.
const MAXIMUM_OF_AN_ENVIRONMENT: usize = MAXIMUM - 1;

/// Reports what AWS would refuse, and returns the tags in file order.
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
            let message = format!(
                "the tag `{key}` begins with `deployer:`, which is reserved for the tags that mark a stack as the deployer's"
            );
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
