//! PURE: what an event is to a reader.

use crate::ui::hashes::with_short_hashes;
use crate::ui::outlook::Left;
use crate::ui::paint;

/// What an event is to a reader.
#[derive(Debug, Default, Eq, PartialEq)]
pub(in crate::ui) struct Telling {
    /// Lines that stay.
    pub(in crate::ui) lines: Option<String>,
    /// What is going on from now on.
    pub(in crate::ui) doing: Option<String>,
    /// How much longer that will go on.
    pub(in crate::ui) left: Left,
}

impl Telling {
    /// Something is going on from now on.
    pub(in crate::ui) fn doing(what: impl AsRef<str>) -> Self {
        Self {
            doing: Some(with_short_hashes(what.as_ref())),
            ..Self::default()
        }
    }

    pub(super) fn said(lines: String) -> Self {
        Self {
            lines: Some(lines),
            ..Self::default()
        }
    }

    pub(super) fn done(what: impl AsRef<str>) -> Self {
        Self::said(format!("  {} {}", paint::good("✓"), what.as_ref()))
    }

    /// Something out of the ordinary is going on.
    pub(super) fn note(what: String) -> Self {
        Self {
            lines: Some(format!("  {} {what}", paint::warn("!"))),
            doing: Some(what),
            left: Left::Unknown,
        }
    }
}
