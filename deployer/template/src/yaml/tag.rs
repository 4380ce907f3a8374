//! PURE: what a tag says of a value.

use granit_parser::Tag;

/// What the tags of YAML's own begin with where they are written out.
const CORE: &str = "tag:yaml.org,2002:";

/// A tag, by what it means to a template or an environment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagged {
    /// There is none.
    Untagged,
    /// `!` alone: a scalar is a text, and a list or mapping is one.
    NonSpecific,
    /// One of the file's own, without its exclamation mark: `Ref` of `!Ref`.
    Local(String),
    /// One of YAML's own, by its name: `str` of `!!str` and of `!<tag:yaml.org,2002:str>`.
    Core(String),
    /// Any other, as it is written.
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
            // `!<!Ref>` is `!Ref`, written out.
            ("", name) if name.starts_with('!') => Self::Local(name[1..].to_owned()),
            (_, name) if tag.is_yaml_core_schema() => {
                Self::Core(name.strip_prefix(CORE).unwrap_or(name).to_owned())
            }
            _ => Self::Unknown(tag.to_string()),
        }
    }
}
