//! How far followers are, in files.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Checkpoints, Committed, Kept};
use crate::BoxError;

/// Keeps how far followers are in the files of a folder, which is made if need be: one file for each key, replaced as a whole and synced.
///
/// For one process at a time: two that keep something at the same moment may both believe that they were first.
///
/// A read model keeps its own checkpoints; this is for followers that react.
#[derive(Clone, Debug)]
pub struct FileCheckpoints {
    folder: PathBuf,
}

/// Held from looking at what is kept until something else is.
static WRITING: Mutex<()> = Mutex::new(());

const HEXADECIMAL: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

#[derive(Serialize, Deserialize)]
struct Contents {
    key: String,
    version: u64,
    text: String,
}

impl FileCheckpoints {
    /// Checkpoints in `folder`.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The file of a key. Names are kept apart by what no file system changes: letters, digits, and the rest in hexadecimal.
    fn path(&self, key: &str) -> PathBuf {
        let mut name = String::with_capacity(key.len() + 5);
        for byte in key.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
                b'/' => name.push('.'),
                other => name.extend([
                    '%',
                    HEXADECIMAL[usize::from(other >> 4)],
                    HEXADECIMAL[usize::from(other & 15)],
                ]),
            }
        }
        self.folder.join(name + ".json")
    }
}

impl Checkpoints for FileCheckpoints {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        let path = self.path(key);
        off_the_runtime(move || read(&path))
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        let (path, key) = (self.path(key), key.to_owned());
        off_the_runtime(move || {
            // Whoever waited for an earlier write may have been dropped over it.
            let _turn = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
            if !kept.follows(read(&path)?.map(|kept| kept.version)) {
                return Ok(Committed::Outrun);
            }
            let Kept { version, text } = kept;
            replace(&path, &serde_json::to_vec(&Contents { key, version, text })?)?;
            Ok(Committed::Written)
        })
    }
}

fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BoxError> + Send + 'static,
) -> BoxFuture<'static, Result<T, BoxError>> {
    async move { tokio::task::spawn_blocking(work).await? }.boxed()
}

fn read(path: &Path) -> Result<Option<Kept>, BoxError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path, error)),
    };
    let Contents { version, text, .. } = serde_json::from_slice(&bytes).map_err(|error| at(path, error))?;
    Ok(Some(Kept { version, text }))
}

/// Puts `bytes` into the place of a file: a process that ends at any moment leaves the one or the other.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), BoxError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
    let beside = path.with_extension("json.new");
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // What a folder lists is on the disk once it is synced, where a folder can be.
        if let Ok(folder) = fs::File::open(folder) {
            folder.sync_all()?;
        }
        Ok(())
    };
    write().map_err(|error| at(path, error))
}

fn at(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> BoxError {
    format!("`{}`: {error}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_version_is_kept_once_and_found_by_whoever_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let files = || FileCheckpoints::in_folder(folder.path().join("made"));
        for key in ["totals", "totals/order", "Totals", "totals%", "to tals"] {
            assert_eq!(files().kept(key).await.unwrap(), None, "{key}");
            for (version, kept) in [(2, false), (1, true), (1, false), (3, false), (2, true)] {
                let committed = files().keep(key, Kept::new(version, key)).await.unwrap();
                assert_eq!(committed == Committed::Written, kept, "{key} {version}");
            }
            assert_eq!(files().kept(key).await.unwrap(), Some(Kept::new(2, key)));
        }
        assert_eq!(fs::read_dir(folder.path().join("made")).unwrap().count(), 5);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_named_and_not_taken_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = FileCheckpoints::in_folder(folder.path());
        fs::write(folder.path().join("totals.json"), "{").unwrap();
        for error in [
            files.kept("totals").await.unwrap_err(),
            files.keep("totals", Kept::new(1, "{}")).await.unwrap_err(),
        ] {
            let text = error.to_string();
            assert!(text.contains("totals.json`: EOF"), "{text}");
        }
    }
}
