//! PURE: a setting and its source.

use std::fmt;

/// The source of a setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// A flag.
    Flag(&'static str),
    /// A variable.
    Variable(&'static str),
    /// The environment's file.
    File,
    /// The default, or the layout of the workspace.
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

/// A setting, as `--verbose` shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Setting {
    pub name: &'static str,
    pub value: String,
    /// Its source.
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
