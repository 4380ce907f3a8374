//! PURE: whether a zip is one that Lambda can run.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::elf;
use super::entries::{self, entry_name};
use super::flaw::Flaw;
use super::processor::Processor;
use super::zip::packed_binary;

/// 50 MB: AWS Lambda quotas, "deployment package (.zip file archive) size", zipped.
const LIMIT_ZIPPED: u64 = 50 * 1024 * 1024;

/// 250 MB: the same quota, unzipped.
const LIMIT_UNZIPPED: u64 = 250 * 1024 * 1024;

/// The file that Lambda's custom runtimes start.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// The permissions that others have, of whom Lambda's user is one: "Lambda needs 644 for files and 755 for executables"
/// ([knowledge centre](https://repost.aws/knowledge-center/lambda-deployment-package-errors)).
const READ: u32 = 0o004;
const READ_AND_EXECUTE: u32 = 0o005;

/// Checks that `zip` holds an executable `bootstrap` for `processor`, under Lambda's limits; and that it is `binary`, if the zip says
/// what it holds, as those that this deployer packs do.
///
/// Everything is unpacked, which holds each file against its checksum, and goes no further than the limit.
///
/// # Errors
/// The first [`Flaw`] found.
pub(super) fn check(zip: &[u8], binary: &str, processor: Processor) -> Result<(), Flaw> {
    within(zip.len() as u64, LIMIT_ZIPPED).map_err(|bytes| Flaw::TooLargeZipped {
        bytes,
        limit: LIMIT_ZIPPED,
    })?;
    if zip.is_empty() {
        return Err(Flaw::NotAZip {
            reason: "it is empty".to_owned(),
        });
    }
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| Flaw::NotAZip {
        reason: reason(&error),
    })?;
    if archive.index_for_name(BOOTSTRAP).is_none() {
        return Err(Flaw::NoBootstrap {
            entries: archive
                .file_names()
                .flatten()
                .map(std::borrow::Cow::into_owned)
                .collect(),
        });
    }
    entries::check(&archive)?;
    if let Some(found) = packed_binary(archive.comment()).filter(|found| *found != binary) {
        return Err(Flaw::OtherBinary {
            found: found.to_owned(),
            asked: binary.to_owned(),
        });
    }
    let mut room = LIMIT_UNZIPPED;
    let mut bootstrap = Vec::new();
    for index in 0..archive.len() {
        let name = entry_name(&archive, index);
        let damaged = |reason| Flaw::Damaged {
            entry: name.clone(),
            reason,
        };
        let entry = archive.by_index(index).map_err(|error| damaged(reason(&error)))?;
        check_mode(&entry, &name)?;
        let content = unpack(entry, room)
            .map_err(|error| damaged(error.to_string()))?
            .ok_or(Flaw::TooLargeUnzipped {
                limit: LIMIT_UNZIPPED,
            })?;
        room -= content.len() as u64;
        if name == BOOTSTRAP {
            bootstrap = content;
        }
    }
    elf::check(&bootstrap, processor)
}

fn check_mode<Source: Read>(entry: &ZipFile<'_, Source>, name: &str) -> Result<(), Flaw> {
    let mode = entry.unix_mode().unwrap_or(0) & 0o7777;
    let allows = |wanted| mode & wanted == wanted;
    if name == BOOTSTRAP {
        if entry.is_symlink() {
            return Err(Flaw::NotAFile {
                kind: "a symbolic link",
            });
        }
        if entry.is_dir() {
            return Err(Flaw::NotAFile { kind: "a directory" });
        }
        if !allows(READ_AND_EXECUTE) {
            return Err(Flaw::NotExecutable { mode });
        }
    } else if !is_plain(entry.unix_mode().unwrap_or(0)) {
        return Err(Flaw::NeitherFileNorFolder {
            entry: name.to_owned(),
        });
    } else if entry.is_file() && !allows(READ) {
        return Err(Flaw::NotReadable {
            entry: name.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// Whether a mode is that of a file or a folder; an archiver of another system gives no type at all.
fn is_plain(mode: u32) -> bool {
    const TYPE: u32 = 0o170_000;
    matches!(mode & TYPE, 0 | 0o100_000 | 0o040_000)
}

/// Everything in an entry; nothing where it is more than `room`, whatever size the entry itself claims.
fn unpack(entry: impl Read, room: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    entry.take(room + 1).read_to_end(&mut content)?;
    Ok(within(content.len() as u64, room).is_ok().then_some(content))
}

fn reason(error: &ZipError) -> String {
    match error {
        // Its text says once more that the zip is no zip.
        ZipError::InvalidArchive(reason) => reason.to_string(),
        other => other.to_string(),
    }
}

fn within(bytes: u64, limit: u64) -> Result<(), u64> {
    if bytes > limit { Err(bytes) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::{Flaw, LIMIT_UNZIPPED, LIMIT_ZIPPED, Processor};
    use crate::artifact::fixture::{elf, zip_of, zip_of_binary, zip_with_link, zip_with_mode};

    fn check(zip: &[u8], processor: Processor) -> Result<(), Flaw> {
        super::check(zip, "api", processor)
    }

    #[test]
    fn a_zip_that_says_that_it_holds_another_binary_is_refused() {
        let relay = zip_of_binary("relay", &elf(62));
        insta::assert_snapshot!(check(&relay, Processor::X86_64).unwrap_err(), @"holds `relay`, not `api`");
        assert_eq!(check(&zip_of_binary("api", &elf(62)), Processor::X86_64), Ok(()));
    }

    #[test]
    fn what_leads_out_of_the_zip_is_refused() {
        // A link, a pipe, a device.
        for mode in [0o120_777_u32, 0o010_644, 0o020_644] {
            let mut odd = zip_beside("secrets.txt", b"/etc/passwd", 0o644);
            let listed = odd
                .windows(4)
                .rposition(|window| window == b"PK\x01\x02")
                .unwrap();
            odd[listed + 38..listed + 42].copy_from_slice(&(mode << 16).to_le_bytes());
            assert_eq!(
                check(&odd, Processor::X86_64).unwrap_err().to_string(),
                "has an entry `secrets.txt` that is neither a file nor a folder"
            );
        }
        insta::assert_snapshot!(
            check(&zip_beside("a/../../evil", b"", 0o644), Processor::X86_64).unwrap_err(),
            @"has an entry `a/../../evil`, which is no plain path in the zip"
        );
    }

    #[test]
    fn a_zip_with_an_executable_bootstrap_passes() {
        assert_eq!(check(&zip_of("bootstrap", &elf(62)), Processor::X86_64), Ok(()));
    }

    #[test]
    fn a_zip_without_bootstrap_is_refused_with_what_it_holds() {
        insta::assert_snapshot!(
            check(&zip_of("bin/bootstrap", &elf(62)), Processor::X86_64).unwrap_err(),
            @"holds no `bootstrap`, only `bin/bootstrap`"
        );
    }

    #[test]
    fn a_bootstrap_that_others_may_not_run_is_refused() {
        for mode in [0o000, 0o100, 0o400, 0o644, 0o700, 0o750, 0o751, 0o754] {
            assert_eq!(
                check(&zip_with_mode("bootstrap", &elf(62), mode), Processor::X86_64),
                Err(Flaw::NotExecutable { mode }),
                "{mode:04o}"
            );
        }
        for mode in [0o555, 0o755, 0o775, 0o777, 0o005] {
            assert_eq!(
                check(&zip_with_mode("bootstrap", &elf(62), mode), Processor::X86_64),
                Ok(()),
                "{mode:04o}"
            );
        }
        insta::assert_snapshot!(
            check(&zip_with_mode("bootstrap", &elf(62), 0o750), Processor::X86_64).unwrap_err(),
            @"has a `bootstrap` that not everybody may read and execute (mode 0750)"
        );
    }

    #[test]
    fn a_bootstrap_that_is_no_file_is_refused() {
        insta::assert_snapshot!(
            check(&zip_with_link("bootstrap", "bin/server"), Processor::X86_64).unwrap_err(),
            @"has a `bootstrap` that is a symbolic link, not a file"
        );
    }

    #[test]
    fn a_file_beside_it_that_others_may_not_read_is_refused() {
        let zip = zip_beside("settings.json", b"{}", 0o600);
        insta::assert_snapshot!(
            check(&zip, Processor::X86_64).unwrap_err(),
            @"has a file `settings.json` that not everybody may read (mode 0600)"
        );
        assert_eq!(
            check(&zip_beside("settings.json", b"{}", 0o644), Processor::X86_64),
            Ok(())
        );
    }

    #[test]
    fn a_byte_flipped_anywhere_in_what_was_zipped_is_refused() {
        // Stored, because the last bits of what is deflated mean nothing.
        let whole = zip_beside("words.txt", b"words", 0o644);
        let begin = 30 + "bootstrap".len();
        for at in begin..begin + elf(62).len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x10;
            assert!(
                matches!(check(&flipped, Processor::X86_64), Err(Flaw::Damaged { ref entry, .. }) if entry == "bootstrap"),
                "byte {at}"
            );
        }
        let mut deflated = zip_of("bootstrap", &elf(62));
        deflated[begin + 8] ^= 0x10;
        assert!(matches!(
            check(&deflated, Processor::X86_64),
            Err(Flaw::Damaged { .. })
        ));
    }

    #[test]
    fn a_damaged_file_beside_it_is_refused_too() {
        let mut zip = zip_beside("words.txt", b"stored as it is", 0o644);
        let at = zip.windows(6).position(|window| window == b"stored").unwrap();
        zip[at] ^= 1;
        insta::assert_snapshot!(check(&zip, Processor::X86_64).unwrap_err(), @"is damaged: `words.txt` cannot be unpacked (Invalid checksum)");
    }

    #[test]
    fn a_zip_cut_anywhere_is_refused() {
        let whole = zip_of("bootstrap", &elf(62));
        for length in 0..whole.len() {
            assert!(
                check(&whole[..length], Processor::X86_64).is_err(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn a_bootstrap_for_another_processor_is_refused() {
        assert_eq!(
            check(&zip_of("bootstrap", &elf(183)), Processor::X86_64),
            Err(Flaw::WrongProcessor {
                found: "`arm64`".to_owned(),
                asked: Processor::X86_64
            })
        );
    }

    #[test]
    fn what_is_not_a_zip_is_refused() {
        insta::assert_snapshot!(check(&elf(62), Processor::X86_64).unwrap_err(), @"is not a zip: Could not find EOCD");
        insta::assert_snapshot!(check(b"", Processor::X86_64).unwrap_err(), @"is not a zip: it is empty");
    }

    #[test]
    fn a_zip_over_lambdas_limit_is_refused() {
        let too_long = vec![0; usize::try_from(LIMIT_ZIPPED).unwrap() + 1];
        assert!(matches!(
            check(&too_long, Processor::X86_64),
            Err(Flaw::TooLargeZipped { .. })
        ));
    }

    #[test]
    fn contents_over_lambdas_limit_are_refused_whatever_they_claim() {
        let zeros = vec![0; usize::try_from(LIMIT_UNZIPPED).unwrap() + 1];
        let mut zip = zip_of("bootstrap", &zeros);
        assert!(zip.len() < 1024 * 1024);
        assert_eq!(
            check(&zip, Processor::X86_64),
            Err(Flaw::TooLargeUnzipped {
                limit: LIMIT_UNZIPPED
            })
        );
        let directory = zip
            .windows(4)
            .rposition(|window| window == b"PK\x01\x02")
            .unwrap();
        zip[directory + 24..directory + 28].copy_from_slice(&64_u32.to_le_bytes());
        assert!(matches!(
            check(&zip, Processor::X86_64),
            Err(Flaw::Damaged { .. })
        ));
    }

    /// A zip of an executable and one stored file.
    fn zip_beside(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, content, mode) in [("bootstrap", &*elf(62), 0o755), (name, content, mode)] {
            writer.start_file(name, stored.unix_permissions(mode)).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}
