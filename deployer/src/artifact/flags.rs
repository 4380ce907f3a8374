//! PURE: compiler flags and variables that keep traces of the machine out of the code.

use std::path::Path;

/// Separates flags in `CARGO_ENCODED_RUSTFLAGS`, so that paths may contain spaces.
const SEPARATOR: char = '\u{1f}';

/// The oldest glibc that built functions support: that of Amazon Linux 2, so that they also run on every Linux that
/// is still supported. Naming a version makes cargo-lambda use its own linker instead of the machine's, even if the
/// machine has the requested processor.
const GLIBC: &str = "2.26";

/// The time of all zip entries (1980-01-01), in seconds since 1970, for compilers that embed the time.
pub(super) const SOURCE_DATE_EPOCH: &str = "315532800";

/// Folders of this machine, whose names even a stripped binary would contain hundreds of times.
pub(super) struct Folders<'folder> {
    /// Cargo's home, which contains the sources of dependencies.
    pub(super) cargo_home: &'folder Path,
    pub(super) workspace: &'folder Path,
    /// The toolchain's folder.
    pub(super) sysroot: &'folder Path,
    /// The compiler's commit, under which a toolchain without sources names its own files.
    pub(super) rustc_commit: &'folder str,
}

impl Folders<'_> {
    /// The value of `CARGO_ENCODED_RUSTFLAGS`, which takes precedence over all other sources of flags.
    pub(super) fn rust_flags(&self) -> String {
        let sources = self.sysroot.join("lib/rustlib/src/rust");
        [
            (self.workspace, "/workspace"),
            (self.cargo_home, "/cargo"),
            (&sources, format!("/rustc/{}", self.rustc_commit).as_str()),
        ]
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .join(&SEPARATOR.to_string())
    }

    /// The flags for C and C++ sources in dependencies, quoted for a shell.
    pub(super) fn c_flags(&self) -> String {
        [(self.workspace, "/workspace"), (self.cargo_home, "/cargo")]
            .map(|(from, to)| {
                format!(
                    "'-ffile-prefix-map={}={to}'",
                    from.display().to_string().replace('\'', r"'\''")
                )
            })
            .join(" ")
    }
}

/// The target in cargo-lambda's form: a Rust target with the version of glibc.
pub(super) fn versioned_target(rust_target: &str) -> String {
    format!("{rust_target}.{GLIBC}")
}

/// Tells whether an environment variable of this machine could change the build.
///
/// `RUSTC_WRAPPER` and similar variables stay: a compiler cache produces the same code.
pub(super) fn changes_code(variable: &str) -> bool {
    const NAMES: [&str; 8] = [
        "RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_INCREMENTAL",
        "CARGO_TARGET_DIR",
        "CARGO_LAMBDA_COMPILER",
        "CARGO_LAMBDA_GLOBAL",
    ];
    const PREFIXES: [&str; 4] = ["CARGO_PROFILE_", "CFLAGS", "CXXFLAGS", "TARGET_C"];
    NAMES.contains(&variable)
        || PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
        || (variable.starts_with("CARGO_TARGET_") && variable.ends_with("_RUSTFLAGS"))
}

/// Tells whether an environment variable is hidden from the build tools, and thus from the build scripts of all
/// dependencies.
///
/// Compilers need many variables (paths, wrappers, linkers, caches, proxies, and whatever a platform's toolchain
/// reads), so no list of allowed ones would be complete. Instead, this is a list of hidden ones, by kind rather than
/// by tool: names that suggest a secret, and everything of cloud providers and CI.
pub(super) fn is_secret(variable: &str) -> bool {
    const PREFIXES: [&str; 22] = [
        "ACTIONS_",
        "ARM_",
        "AWS_",
        "AZURE_",
        "BITBUCKET_",
        "BUILDKITE_",
        "CI_",
        "CIRCLE_",
        "CLOUDSDK_",
        "DEPLOYER_",
        "DOCKER_AUTH",
        "GCP_",
        "GH_",
        "GITHUB_",
        "GITLAB_",
        "GOOGLE_",
        "INPUT_",
        "KUBE",
        "RUNNER_",
        "SSH_",
        "TF_",
        "VAULT_",
    ];
    const WORDS: [&str; 10] = [
        "TOKEN",
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "CREDENTIAL",
        "API_KEY",
        "APIKEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
    ];
    let name = variable.to_ascii_uppercase();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Folders, changes_code, is_secret, versioned_target};

    fn folders() -> Folders<'static> {
        Folders {
            cargo_home: Path::new("/home/it's me/.cargo"),
            workspace: Path::new("/home/it's me/event store"),
            sysroot: Path::new("/opt/rust"),
            rustc_commit: "5980761",
        }
    }

    #[test]
    fn every_folder_of_the_machine_gets_another_name_in_rust_code() {
        insta::assert_snapshot!(folders().rust_flags().replace('\u{1f}', "\n"), @"
        --remap-path-prefix=/home/it's me/event store=/workspace
        --remap-path-prefix=/home/it's me/.cargo=/cargo
        --remap-path-prefix=/opt/rust/lib/rustlib/src/rust=/rustc/5980761
        ");
    }

    #[test]
    fn every_folder_of_the_machine_gets_another_name_in_c_code() {
        insta::assert_snapshot!(folders().c_flags(), @r"'-ffile-prefix-map=/home/it'\''s me/event store=/workspace' '-ffile-prefix-map=/home/it'\''s me/.cargo=/cargo'");
    }

    #[test]
    fn a_target_names_its_c_library() {
        assert_eq!(
            versioned_target("aarch64-unknown-linux-gnu"),
            "aarch64-unknown-linux-gnu.2.26"
        );
    }

    #[test]
    fn a_build_script_sees_no_credential_and_all_that_a_compiler_needs() {
        for secret in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "GITHUB_TOKEN",
            "GITHUB_ENV",
            "GITHUB_OUTPUT",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_RUNTIME_TOKEN",
            "GH_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_PRIVATE_TOKEN",
            "CARGO_REGISTRIES_PRIVATE_SECRET_KEY",
            "NPM_TOKEN",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "AZURE_CLIENT_SECRET",
            "CI_JOB_TOKEN",
            "SSH_AUTH_SOCK",
            "DATABASE_PASSWORD",
            "openai_api_key",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for needed in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
            "SCCACHE_DIR",
            "CC",
            "TMPDIR",
            "LANG",
            "HTTPS_PROXY",
            "SSL_CERT_FILE",
            "CARGO_HTTP_CAINFO",
            "CARGO_NET_OFFLINE",
            "LD_LIBRARY_PATH",
            "SYSTEMROOT",
            "CI",
        ] {
            assert!(!is_secret(needed), "{needed}");
        }
    }

    #[test]
    fn flags_of_the_machine_are_not_handed_on() {
        for variable in [
            "RUSTFLAGS",
            "CARGO_PROFILE_RELEASE_LTO",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
            "CFLAGS",
        ] {
            assert!(changes_code(variable), "{variable}");
        }
        for variable in [
            "PATH",
            "CARGO_HOME",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
            "CARGO_HTTP_PROXY",
        ] {
            assert!(!changes_code(variable), "{variable}");
        }
    }
}
