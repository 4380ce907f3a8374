//! PURE: YAML as a tree that keeps tags and source locations.
//!
//! Deserializing into `serde` types would drop two things that this program needs: the tag of `!Ref`, and the line of
//! a mistake. The supported subset is CloudFormation's: one document, string keys without tags, no anchors, aliases
//! or merge keys.

mod letters;
mod read;
mod tag;

use std::fmt;

pub use read::parse;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
}

impl Location {
    /// The first character of a file, where problems with the whole file are shown.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A value, its place and its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where the value starts.
    pub at: Location,
    /// The tag without its exclamation mark: `Ref` of `!Ref Name`.
    pub tag: Option<String>,
    /// The value.
    pub kind: Kind,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A string, number, boolean or null; the reader decides which.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file; no key occurs twice.
    Mapping(Vec<Entry>),
}

/// A scalar as written, with escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    /// Whether it is unquoted, so that `true` or `12` may be more than a string.
    pub plain: bool,
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    /// Where the key starts.
    pub at: Location,
    pub value: Node,
    /// Whether the key is unquoted.
    pub plain: bool,
}

impl Node {
    /// Makes an untagged node.
    pub fn new(at: Location, kind: Kind) -> Self {
        Self { at, tag: None, kind }
    }

    /// Makes a quoted string.
    pub fn text(at: Location, text: impl Into<String>) -> Self {
        Self::new(
            at,
            Kind::Scalar(Scalar {
                text: text.into(),
                plain: false,
            }),
        )
    }

    /// Makes a mapping of one entry, with both parts at the same place.
    pub fn single(at: Location, key: impl Into<String>, value: Self) -> Self {
        Self::new(
            at,
            Kind::Mapping(vec![Entry {
                key: key.into(),
                at,
                value,
                plain: false,
            }]),
        )
    }

    /// The text of a scalar as written; `None` for a null.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that contains it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// Tells whether the value is missing: `key:` followed by nothing, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    /// Explains a string where a list or a mapping is expected: it may contain a character that only looks like a
    /// colon.
    pub fn oddity(&self) -> Option<String> {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.plain => letters::oddity(&scalar.text),
            _ => None,
        }
    }

    /// Names the kind of value, for messages.
    pub fn noun(&self) -> &'static str {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.is_null() => "nothing",
            Kind::Scalar(_) => "a single value",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}

impl Scalar {
    /// Tells whether this is a null.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
