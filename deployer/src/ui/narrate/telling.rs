//! PURE: the form in which a reader sees an event.

use crate::ui::hashes::with_short_hashes;
use crate::ui::outlook::Left;
use crate::ui::paint;

/// The form in which a reader sees an event.
#[derive(Debug, Default, Eq, PartialEq)]
pub(in crate::ui) struct Telling {
    /// Permanent lines.
    pub(in crate::ui) lines: Option<String>,
    /// The new current activity.
    pub(in crate::ui) doing: Option<String>,
    /// How long that activity will take.
    pub(in crate::ui) left: Left,
}

impl Telling {
    /// Begins an activity.
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

    /// An unusual activity.
    pub(super) fn note(what: String) -> Self {
        Self {
            lines: Some(format!("  {} {what}", paint::warn("!"))),
            doing: Some(what),
            left: Left::Unknown,
        }
    }
}
