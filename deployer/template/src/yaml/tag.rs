//! PURE: the meaning of a value's tag.

use granit_parser::Tag;

/// The prefix of YAML's own tags in their full form.
const CORE: &str = "tag:yaml.org,2002:";

/// A tag, by its meaning in a template or an environment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagged {
    /// No tag.
    Untagged,
    /// `!` alone: makes a scalar a string, and changes nothing on a list or mapping.
    NonSpecific,
    /// A local tag, without its exclamation mark: `Ref` for `!Ref`.
    Local(String),
    /// One of YAML's own tags, by name: `str` for `!!str` and for `!<tag:yaml.org,2002:str>`.
    Core(String),
    /// Any other tag, as written.
    Unknown(String),
}

impl Tagged {
    pub(super) fn of(tag: Option<&Tag>) -> Self {
        let Some(tag) = tag else {
            return Self::Untagged;
        };
        match (tag.handle(), tag.suffix()) {
            ("" | "!", "" | "!") => Self::NonSpecific,
            ("!", name) => Self::Local(name.to_owned()),
            // `!<!Ref>` is the full form of `!Ref`.
            ("", name) if name.starts_with('!') => Self::Local(name[1..].to_owned()),
            (_, name) if tag.is_yaml_core_schema() => {
                Self::Core(name.strip_prefix(CORE).unwrap_or(name).to_owned())
            }
            _ => Self::Unknown(tag.to_string()),
        }
    }
}
