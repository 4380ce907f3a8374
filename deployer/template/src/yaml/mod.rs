//! PURE: YAML as a tree that keeps tags and places.
//!
//! Reading into `serde` types would drop what this program lives on: the tag of `!Ref`, and the line a mistake is in.
//! The subset is CloudFormation's own: one document, text keys without tags, no anchors, aliases or merge keys.

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
    /// The first character of a file: where a problem of the whole file is shown.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A value, where it starts, and the tag it carries.
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
    /// A text, number, truth value or null: which of them, its reader decides.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file; no key occurs twice.
    Mapping(Vec<Entry>),
}

/// A scalar as written, escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    pub text: String,
    /// Whether it stood without quotes, so that `true` or `12` may be more than a text.
    pub plain: bool,
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    /// Where the key starts.
    pub at: Location,
    pub value: Node,
    /// Whether the key stood without quotes.
    pub plain: bool,
}

impl Node {
    /// Makes an untagged node.
    pub fn new(at: Location, kind: Kind) -> Self {
        Self { at, tag: None, kind }
    }

    /// Makes a quoted text.
    pub fn text(at: Location, text: impl Into<String>) -> Self {
        Self::new(
            at,
            Kind::Scalar(Scalar {
                text: text.into(),
                plain: false,
            }),
        )
    }

    /// Makes a mapping of one entry, both parts at the same place.
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

    /// Reads a scalar as the text it is written with; a null is no text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// Reads a list.
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Reads a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Finds the value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// Tells whether the value was left out: `key:` with nothing behind it, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    /// Tells what may have been meant by a text that stands where a list or a mapping is expected: one with a colon that is none.
    pub fn oddity(&self) -> Option<String> {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.plain => letters::oddity(&scalar.text),
            _ => None,
        }
    }

    /// Names the kind of value in a message.
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
