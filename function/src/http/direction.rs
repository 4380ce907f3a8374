//! PURE: the direction of a read.

use std::str::FromStr;

use crate::store::Consistency;
use crate::store::read::Start;

/// The direction in which a stream is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    /// Oldest events first.
    #[default]
    Forwards,
    /// Newest events first.
    Backwards,
}

impl Direction {
    /// The direction of a page that begins at `start`.
    pub(super) fn of(start: Start) -> Self {
        match start {
            Start::After(_) => Self::Forwards,
            Start::Before(_) => Self::Backwards,
        }
    }
}

impl FromStr for Direction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forwards" => Ok(Self::Forwards),
            "backwards" => Ok(Self::Backwards),
            _ => Err("must be `forwards` or `backwards`"),
        }
    }
}

/// Parses the consistency of a read.
pub(super) fn consistency(text: &str) -> Result<Consistency, &'static str> {
    match text {
        "strong" => Ok(Consistency::Strong),
        "eventual" => Ok(Consistency::Eventual),
        _ => Err("must be `strong` or `eventual`"),
    }
}
