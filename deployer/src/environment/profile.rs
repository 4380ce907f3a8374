//! PURE: how the functions are compiled.

use schemars::JsonSchema;

/// How the functions are compiled: the name of a cargo profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
pub enum Profile {
    /// Optimised, stripped, and linked for the oldest operating system of Lambda.
    #[default]
    #[schemars(rename = "release")]
    Release,
    /// The existing development build, linked only for this machine: for a local emulator.
    #[schemars(rename = "dev")]
    Dev,
}

impl Profile {
    /// Both profiles, in the order of the documentation.
    pub(super) const ALL: [Self; 2] = [Self::Release, Self::Dev];

    /// The profile's name in an environment file.
    pub const fn written(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}
