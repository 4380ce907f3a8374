//! PURE: whether a zip is one that Lambda can run.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use super::elf;
use super::flaw::Flaw;
use super::processor::Processor;

/// 50 MB: AWS Lambda quotas, "deployment package (.zip file archive) size", zipped.
const LIMIT_ZIPPED: u64 = 50 * 1024 * 1024;

/// 250 MB: the same quota, unzipped.
const LIMIT_UNZIPPED: u64 = 250 * 1024 * 1024;

/// The file that Lambda's custom runtimes start.
pub(super) const BOOTSTRAP: &str = "bootstrap";

/// An ELF header's length: no more of a `bootstrap` is unpacked to know its processor.
const ELF_HEADER: u64 = 64;

/// Checks that `zip` holds an executable `bootstrap` for `processor`, under Lambda's limits.
///
/// # Errors
/// The first [`Flaw`] found.
pub(super) fn check(zip: &[u8], processor: Processor) -> Result<(), Flaw> {
    within(zip.len() as u64, LIMIT_ZIPPED).map_err(|bytes| Flaw::TooLargeZipped {
        bytes,
        limit: LIMIT_ZIPPED,
    })?;
    let not_a_zip = |error: ZipError| Flaw::NotAZip {
        reason: reason(&error),
    };
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(not_a_zip)?;
    let unzipped = archive
        .decompressed_size()
        .and_then(|bytes| u64::try_from(bytes).ok())
        .unwrap_or(u64::MAX);
    within(unzipped, LIMIT_UNZIPPED).map_err(|bytes| Flaw::TooLargeUnzipped {
        bytes,
        limit: LIMIT_UNZIPPED,
    })?;
    let Some(index) = archive.index_for_name(BOOTSTRAP) else {
        let entries = archive
            .file_names()
            .flatten()
            .map(std::borrow::Cow::into_owned)
            .collect();
        return Err(Flaw::NoBootstrap { entries });
    };
    let entry = archive.by_index(index).map_err(not_a_zip)?;
    let mode = entry.unix_mode().unwrap_or(0) & 0o7777;
    if mode & 0o111 == 0 {
        return Err(Flaw::NotExecutable { mode });
    }
    let mut head = Vec::new();
    entry
        .take(ELF_HEADER)
        .read_to_end(&mut head)
        .map_err(|error| Flaw::NotAZip {
            reason: error.to_string(),
        })?;
    elf::check(&head, processor)
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
    use super::{Flaw, LIMIT_UNZIPPED, LIMIT_ZIPPED, Processor, check};
    use crate::artifact::fixture::{elf, zip_of, zip_with_mode};

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
    fn a_bootstrap_that_may_not_run_is_refused() {
        insta::assert_snapshot!(
            check(&zip_with_mode("bootstrap", &elf(62), 0o644), Processor::X86_64).unwrap_err(),
            @"has a `bootstrap` that is not executable (mode 0644)"
        );
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
        insta::assert_snapshot!(check(b"", Processor::X86_64).unwrap_err(), @"is not a zip: Could not find EOCD");
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
    fn contents_over_lambdas_limit_are_refused() {
        let mut zip = zip_of("bootstrap", &elf(62));
        let directory = zip
            .windows(4)
            .rposition(|window| window == b"PK\x01\x02")
            .unwrap();
        let claimed = u32::try_from(LIMIT_UNZIPPED).unwrap() + 1;
        zip[directory + 24..directory + 28].copy_from_slice(&claimed.to_le_bytes());
        assert!(matches!(
            check(&zip, Processor::X86_64),
            Err(Flaw::TooLargeUnzipped { .. })
        ));
    }
}
