//! PURE: the processors that Lambda runs on.

use std::fmt;

use crate::environment::Architecture;

/// The processor that a function's code is built for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Processor {
    /// AWS Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Processor {
    /// Lambda's name for it, which is also the name of the output folder and a part of the key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// The Rust target for it.
    pub const fn rust_target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

impl From<Architecture> for Processor {
    fn from(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Arm64 => Self::Arm64,
            Architecture::Host if cfg!(target_arch = "aarch64") => Self::Arm64,
            Architecture::X86_64 | Architecture::Host => Self::X86_64,
        }
    }
}

impl fmt::Display for Processor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
