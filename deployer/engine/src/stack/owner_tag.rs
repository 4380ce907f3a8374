//! PURE: the tag that names the owner of a stack.

use std::collections::BTreeMap;

/// The stack's tag with the name of the environment that created it.
pub const OWNER_TAG: &str = "deployer:environment";

/// Earlier tags with today's owner; the owner among the earlier tags may be out of date.
#[must_use]
pub fn with_owner(
    mut earlier: BTreeMap<String, String>,
    today: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    earlier.remove(OWNER_TAG);
    let owner = today.get_key_value(OWNER_TAG);
    earlier.extend(owner.map(|(tag, name)| (tag.clone(), name.clone())));
    earlier
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
        let tags = tags.iter();
        tags.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_owner_is_todays_and_all_else_is_as_it_was() {
        let today = tags(&[(OWNER_TAG, "staging"), ("owner", "platform")]);
        for earlier in [
            tags(&[("owner", "research")]),
            tags(&[("owner", "research"), (OWNER_TAG, "production")]),
        ] {
            let expected = tags(&[("owner", "research"), (OWNER_TAG, "staging")]);
            assert_eq!(with_owner(earlier, &today), expected);
        }
    }
}
