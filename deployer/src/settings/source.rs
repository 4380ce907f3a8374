//! PURE: a setting, and where it came from.

use std::fmt;

/// Where a setting came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// This flag.
    Flag(&'static str),
    /// This variable.
    Variable(&'static str),
    /// The environment's file.
    File,
    /// Nobody said, or the workspace did by its layout.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(formatter, "flag {name}"),
            Self::Variable(name) => write!(formatter, "variable {name}"),
            Self::File => formatter.write_str("environment file"),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A setting, as `--verbose` tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    pub name: &'static str,
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

impl Setting {
    pub(super) fn new(name: &'static str, value: impl Into<String>, source: Source) -> Self {
        Self {
            name,
            value: value.into(),
            source,
        }
    }
}
