//! PURE: how the functions are compiled.

use schemars::JsonSchema;

/// How the functions are compiled: the name of one of cargo's profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
pub enum Profile {
    /// Optimised, stripped, and linked for the oldest system that Lambda has.
    #[default]
    #[schemars(rename = "release")]
    Release,
    /// The development build that is there already, linked for this machine alone: for an emulator beside it.
    #[schemars(rename = "dev")]
    Dev,
}

impl Profile {
    /// Both, in the order of the documentation.
    pub(super) const ALL: [Self; 2] = [Self::Release, Self::Dev];

    /// The word for it in an environment file.
    pub const fn written(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}
