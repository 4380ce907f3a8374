//! PURE: the processor that functions run on.

use schemars::JsonSchema;

/// The processor that the functions run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
pub enum Architecture {
    /// AWS's own processors, the cheaper ones.
    #[default]
    #[schemars(rename = "arm64")]
    Arm64,
    /// Intel's and AMD's.
    #[schemars(rename = "x86_64")]
    X86_64,
    /// The one of the machine that the deployer runs on, for an emulator beside it.
    #[schemars(rename = "host")]
    Host,
}

impl Architecture {
    /// All of them, in the order of the documentation.
    pub(super) const ALL: [Self; 3] = [Self::Arm64, Self::X86_64, Self::Host];

    /// Names the processor as AWS does, `host` resolved to the one that this program was built for.
    pub fn processor(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::Host if cfg!(target_arch = "aarch64") => "arm64",
            Self::X86_64 | Self::Host => "x86_64",
        }
    }

    /// The word for it in an environment file.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::Host => "host",
            named => named.processor(),
        }
    }
}
