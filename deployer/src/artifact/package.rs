//! PURE: finds the packages of a workspace that contain the template's binaries.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::BuildError;

/// The part of `cargo metadata` that lists packages.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// The part of `cargo metadata` that names the build folder.
#[derive(Deserialize)]
struct Folders {
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Finds the names of the packages that contain `binaries`.
///
/// Only these are built: cargo unifies the features of all packages that it builds together, so another package could
/// change the functions' code.
///
/// # Errors
/// `metadata` is not the JSON of `cargo metadata`, or no package contains one of the binaries.
pub(super) fn packages_of(
    binaries: &BTreeSet<String>,
    metadata: &[u8],
) -> Result<BTreeSet<String>, BuildError> {
    let metadata: Metadata = parse(metadata)?;
    let known: Vec<(&str, &str)> = metadata
        .packages
        .iter()
        .flat_map(|package| {
            let binaries = package
                .targets
                .iter()
                .filter(|target| target.kind.iter().any(|kind| kind == "bin"));
            binaries.map(|target| (target.name.as_str(), package.name.as_str()))
        })
        .collect();
    binaries
        .iter()
        .map(|binary| match known.iter().find(|(name, _)| name == binary) {
            Some((_, package)) => Ok((*package).to_owned()),
            None => Err(BuildError::NoSuchBinary {
                binary: binary.clone(),
                known: known.iter().map(|(name, _)| (*name).to_owned()).collect(),
            }),
        })
        .collect()
}

/// Finds the folder in which cargo builds, regardless of variables and configuration.
///
/// # Errors
/// `metadata` is not the JSON of `cargo metadata`.
pub(super) fn target_directory(metadata: &[u8]) -> Result<PathBuf, BuildError> {
    parse(metadata).map(|folders: Folders| folders.target_directory)
}

fn parse<T: DeserializeOwned>(metadata: &[u8]) -> Result<T, BuildError> {
    serde_json::from_slice(metadata).map_err(|error| BuildError::Unintelligible {
        command: "cargo metadata",
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{BuildError, packages_of};

    const METADATA: &[u8] = br#"{"packages": [
        {"name": "store", "targets": [{"name": "store", "kind": ["lib"]}, {"name": "api", "kind": ["bin"]}, {"name": "relay", "kind": ["bin"]}]},
        {"name": "tool", "targets": [{"name": "tool", "kind": ["bin"]}]}
    ]}"#;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_package_may_have_several_binaries() {
        assert_eq!(
            packages_of(&names(&["api", "relay"]), METADATA).unwrap(),
            names(&["store"])
        );
    }

    #[test]
    fn an_unknown_binary_is_told_with_all_that_there_are() {
        let error = packages_of(&names(&["store"]), METADATA).unwrap_err();
        assert!(matches!(error, BuildError::NoSuchBinary { binary, known }
            if binary == "store" && known == ["api", "relay", "tool"]));
    }
}
