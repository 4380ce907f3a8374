//! Files that only their owner may read: plans contain templates, tags and account ids.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file that nobody else may read, and replaces an existing one.
///
/// The content is written to a temporary file next to the target, which is then renamed. So a link at the target is
/// replaced instead of followed, and a reader of the old file sees all of it.
///
/// # Errors
/// The folder is not writable, or the target is not a file.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no name of a file"))?;
    // A pipe or a device, such as `/dev/stdout`, is written directly, because it cannot be replaced.
    if let Ok(found) = fs::metadata(path)
        && !found.is_file()
    {
        return OpenOptions::new().write(true).open(path)?.write_all(content);
    }
    let mut beside = name.to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(beside);
    let written = new(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // The remains are incomplete.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Creates a new file that only its owner may read.
fn new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Opens nothing that exists, not even a link.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_reads_it_also_where_all_could_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&path, b"a longer plan").unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"plan").unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o600, b"plan".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("plan.json"), folder.path().join("target"));
        fs::write(&target, "another's").unwrap();
        symlink(&target, &path).unwrap();
        write(&path, b"plan").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"another's");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn nothing_is_left_where_it_cannot_be_put() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("missing/plan.json"), b"plan").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let error = write(folder.path(), b"plan").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        write(Path::new("/dev/null"), b"plan").unwrap();
    }
}
