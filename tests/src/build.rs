//! The functions, built once, and copies of them that count as other builds.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The file mode of a function's program.
const EXECUTABLE: u32 = 0o755;

/// A folder of functions, as `deployer up --artifacts` takes it.
#[derive(Debug)]
pub struct Build {
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl Build {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            _temporary: None,
        }
    }

    /// The program at `program`, packed unchanged as the function `binary`: for an emulator on this machine, like a development build.
    ///
    /// # Panics
    /// The program cannot be read or packed.
    pub fn of(binary: &str, program: &Path) -> Self {
        let temporary = TempDir::new().expect("the folder for temporary files can be written to");
        let program = fs::read(program).expect("the program was built");
        pack(&temporary.path().join(format!("{binary}.zip")), &program);
        Self {
            folder: temporary.path().to_path_buf(),
            _temporary: Some(temporary),
        }
    }

    /// The folder, as an argument.
    ///
    /// # Panics
    /// The path is not UTF-8.
    pub fn folder(&self) -> &str {
        self.folder.to_str().expect("the folder's name is text")
    }

    /// The same functions with `mark` after their code, where the program loader never looks: another build with the same
    /// behaviour.
    ///
    /// # Panics
    /// The functions cannot be read or written.
    #[must_use]
    pub fn marked(&self, mark: &str) -> Self {
        let temporary = TempDir::new().expect("the folder for temporary files can be written to");
        let entries = fs::read_dir(&self.folder).expect("the functions were built");
        for zip in entries.map(|entry| entry.expect("the folder can be read").path()) {
            if zip.extension().is_some_and(|extension| extension == "zip") {
                let name = zip.file_name().expect("a file has a name");
                mark_program(&zip, &temporary.path().join(name), mark);
            }
        }
        Self {
            folder: temporary.path().to_path_buf(),
            _temporary: Some(temporary),
        }
    }
}

fn mark_program(from: &Path, to: &Path, mark: &str) {
    let mut zip = ZipArchive::new(File::open(from).expect("the zip is there")).expect("it is a zip");
    let mut program = Vec::new();
    let mut entry = zip.by_name("bootstrap").expect("it holds a program");
    entry.read_to_end(&mut program).expect("the program can be read");
    program.extend(mark.as_bytes());
    pack(to, &program);
}

fn pack(to: &Path, program: &[u8]) {
    let mut writer = ZipWriter::new(File::create(to).expect("the folder can be written to"));
    // Better compression would take longer than everything that is done with the zip.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(EXECUTABLE);
    writer.start_file("bootstrap", options).expect("an entry");
    writer.write_all(program).expect("the disk has room");
    writer.finish().expect("the disk has room");
}
