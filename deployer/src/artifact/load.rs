//! Loads artifacts that were built earlier.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::LoadError;
use super::{Artifact, Processor};

/// The path of the artifact for `binary` in a folder.
pub fn zip_path(folder: &Path, binary: &str) -> PathBuf {
    folder.join(format!("{binary}.zip"))
}

/// Loads `<binary>.zip` for each of `binaries` from `folder`, with the same checks as after a build.
///
/// # Errors
/// The first file that is missing, unreadable, or not runnable by Lambda on `processor`.
pub fn load<'binary>(
    folder: &Path,
    binaries: impl IntoIterator<Item = &'binary str>,
    processor: Processor,
) -> Result<Vec<Artifact>, LoadError> {
    binaries
        .into_iter()
        .map(|binary| load_one(folder, binary, processor))
        .collect()
}

fn load_one(folder: &Path, binary: &str, processor: Processor) -> Result<Artifact, LoadError> {
    let path = zip_path(folder, binary);
    let zip = match std::fs::read(&path) {
        Ok(zip) => zip,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(LoadError::Missing {
                binary: binary.to_owned(),
                path,
            });
        }
        Err(source) => return Err(LoadError::Unreadable { path, source }),
    };
    Artifact::parse(binary, processor, zip).map_err(|flaw| LoadError::Rejected { path, flaw })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::{LoadError, Processor, load, zip_path};
    use crate::artifact::fixture::{elf, zip_of};

    #[test]
    fn a_folder_of_zips_is_loaded_and_named_by_content() {
        let folder = TempDir::new().unwrap();
        std::fs::write(zip_path(folder.path(), "api"), zip_of("bootstrap", &elf(62))).unwrap();
        let artifacts = load(folder.path(), ["api"], Processor::X86_64).unwrap();
        let [artifact] = artifacts.as_slice() else {
            panic!("one binary, one artifact")
        };
        assert_eq!(
            artifact.key(),
            format!("code/api/x86_64/{}.zip", artifact.hash().hex())
        );
    }

    #[test]
    fn a_missing_zip_is_named_with_its_binary() {
        let folder = TempDir::new().unwrap();
        let error = load(folder.path(), ["api"], Processor::X86_64).unwrap_err();
        assert!(matches!(error, LoadError::Missing { binary, path }
            if binary == "api" && path == folder.path().join("api.zip")));
    }

    #[test]
    fn a_flaw_is_told_with_the_file_that_has_it() {
        let folder = TempDir::new().unwrap();
        std::fs::write(zip_path(folder.path(), "api"), "no zip").unwrap();
        let error = load(folder.path(), ["api"], Processor::X86_64).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with(&format!(
                "`{}` is not a zip",
                folder.path().join("api.zip").display()
            )),
            "{text}"
        );
    }
}
