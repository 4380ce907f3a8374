//! Packs the development build for an emulator on this machine, which runs functions as plain processes.

use std::path::Path;

use super::build::{Build, BuildNote, follow, read, write, zipped};
use super::error::BuildError;
use super::load::zip_path;
use super::package::target_directory;
use super::{check::BOOTSTRAP, zip};

impl Build<'_> {
    /// Builds the binaries for development if they are out of date, and packs those that changed.
    ///
    /// It uses the folder, flags and features of `cargo build --workspace`, so that an existing build is reused.
    pub(super) async fn develop(
        &self,
        metadata: &[u8],
        folder: &Path,
        note: &mut dyn FnMut(BuildNote<'_>),
    ) -> Result<(), BuildError> {
        let mut command = self.command("cargo");
        command.args(["build", "--workspace", "--color", "never"]);
        for binary in self.binaries {
            command.args(["--bin", binary]);
        }
        follow(command, "cargo", "cargo build", note).await?;
        std::fs::create_dir_all(folder).map_err(|source| BuildError::File {
            action: "make",
            path: folder.to_owned(),
            source,
        })?;
        let built = target_directory(metadata)?.join("debug");
        for binary in self.binaries {
            let program = built.join(binary);
            pack_if_changed(binary, &program, &zip_path(folder, binary))?;
        }
        Ok(())
    }
}

/// Compression takes seconds, so an unchanged binary is not packed again.
fn pack_if_changed(binary: &str, program: &Path, path: &Path) -> Result<(), BuildError> {
    let code = read(program)?;
    let packed = std::fs::read(path).is_ok_and(|zip| zip::holds(&zip, binary, BOOTSTRAP, &code));
    if packed {
        return Ok(());
    }
    write(path, &zipped(binary, program, &code)?)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    use super::{pack_if_changed, zip_path};
    use crate::artifact::Processor;
    use crate::artifact::fixture::elf;
    use crate::artifact::load::load;

    #[test]
    fn a_program_is_packed_once_until_it_changes() {
        let folder = TempDir::new().unwrap();
        let (program, zip) = (folder.path().join("api"), zip_path(folder.path(), "api"));
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let packed_anew = |code: &[u8]| {
            std::fs::write(&program, code).unwrap();
            pack_if_changed("api", &program, &zip).unwrap();
            let file = std::fs::File::options().write(true).open(&zip).unwrap();
            let anew = file.metadata().unwrap().modified().unwrap() != long_ago;
            file.set_modified(long_ago).unwrap();
            anew
        };
        let longer = [elf(62), vec![0]].concat();
        assert_eq!(
            [elf(62), elf(62), longer.clone(), longer].map(|code| packed_anew(&code)),
            [true, false, true, false]
        );
        load(folder.path(), ["api"], Processor::X86_64).unwrap();
    }

    #[test]
    fn what_is_no_zip_is_replaced() {
        let folder = TempDir::new().unwrap();
        let (program, zip) = (folder.path().join("api"), zip_path(folder.path(), "api"));
        std::fs::write(&program, elf(62)).unwrap();
        std::fs::write(&zip, "cut off").unwrap();
        pack_if_changed("api", &program, &zip).unwrap();
        load(folder.path(), ["api"], Processor::X86_64).unwrap();
    }
}
