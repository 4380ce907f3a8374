//! PURE: the processor that functions run on.

use cfn_template::problem::nearest;
use schemars::JsonSchema;

/// The processor that the functions run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
pub enum Architecture {
    /// AWS Graviton, the cheaper choice.
    #[default]
    #[schemars(rename = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[schemars(rename = "x86_64")]
    X86_64,
    /// The processor of the machine that runs the deployer, for a local emulator.
    #[schemars(rename = "host")]
    Host,
}

impl Architecture {
    /// All choices, in the order of the documentation.
    pub(super) const ALL: [Self; 3] = [Self::Arm64, Self::X86_64, Self::Host];

    /// AWS's name for the processor; `host` is the one that this program was built for.
    pub fn processor(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::Host if cfg!(target_arch = "aarch64") => "arm64",
            Self::X86_64 | Self::Host => "x86_64",
        }
    }

    /// What other tools call the processors.
    const OTHER_NAMES: [(&str, Self); 10] = [
        ("aarch64", Self::Arm64),
        ("armv8", Self::Arm64),
        ("graviton", Self::Arm64),
        ("arm", Self::Arm64),
        ("amd64", Self::X86_64),
        ("x64", Self::X86_64),
        ("x86-64", Self::X86_64),
        ("x86", Self::X86_64),
        ("intel", Self::X86_64),
        ("native", Self::Host),
    ];

    /// The choice that an unknown word probably meant.
    pub(super) fn meant_by(written: &str) -> Option<&'static str> {
        let lower = written.to_lowercase();
        // The word may be a Rust target or a Docker platform.
        let word = lower.strip_prefix("linux/").unwrap_or(&lower);
        let word = match word.split_once('-') {
            Some((processor, _)) if word.contains("linux") => processor,
            _ => word,
        };
        Self::ALL
            .into_iter()
            .map(|known| (known.written(), known))
            .chain(Self::OTHER_NAMES)
            .find(|(name, _)| *name == word)
            .map(|(_, meant)| meant.written())
            .or_else(|| nearest(&lower, Self::ALL.map(Self::written)))
    }

    /// The choice's name in an environment file.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::Host => "host",
            named => named.processor(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Architecture;

    #[test]
    fn another_tools_word_for_a_processor_is_understood() {
        for (written, meant) in [
            ("amd64", "x86_64"),
            ("AMD64", "x86_64"),
            ("x86-64", "x86_64"),
            ("x64", "x86_64"),
            ("linux/amd64", "x86_64"),
            ("X86_64", "x86_64"),
            ("x86_64-unknown-linux-gnu", "x86_64"),
            ("aarch64", "arm64"),
            ("aarch64-unknown-linux-musl", "arm64"),
            ("linux/arm64", "arm64"),
            ("ARM64", "arm64"),
            ("amr64", "arm64"),
            ("hots", "host"),
        ] {
            assert_eq!(Architecture::meant_by(written), Some(meant), "{written}");
        }
        assert_eq!(Architecture::meant_by("riscv64"), None);
    }
}
