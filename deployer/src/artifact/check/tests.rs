//! Which zips are refused and which pass.

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
        @"has an entry `a/../../evil`, which is not a plain relative path"
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
        @"has a `bootstrap` that not every user may read and execute (mode 0750)"
    );
}

#[test]
fn a_bootstrap_that_is_no_file_is_refused() {
    insta::assert_snapshot!(
        check(&zip_with_link("bootstrap", "bin/server"), Processor::X86_64).unwrap_err(),
        @"has a `bootstrap` that is a symbolic link, not a file"
    );
}

/// Overwrites bytes in the central directory's last entry, `at` bytes after its start.
fn listed(mut zip: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    let list = zip
        .windows(4)
        .rposition(|window| window == b"PK\x01\x02")
        .unwrap();
    zip[list + at..list + at + bytes.len()].copy_from_slice(bytes);
    zip
}

fn refused(zip: &[u8]) -> String {
    check(zip, Processor::X86_64).unwrap_err().to_string()
}

#[test]
fn a_mode_and_a_name_agree_on_what_an_entry_is() {
    let folder = (0o040_755_u32 << 16).to_le_bytes();
    insta::assert_snapshot!(refused(&listed(zip_of("bootstrap", &elf(62)), 38, &folder)), @"has a `bootstrap` that is a directory, not a file");
    insta::assert_snapshot!(refused(&listed(zip_beside("words.txt", b"", 0o644), 38, &folder)), @"has an entry `words.txt` that is a folder by its mode and a file by its name");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755))
        .unwrap();
    writer.write_all(&elf(62)).unwrap();
    writer
        .add_directory("words", SimpleFileOptions::default())
        .unwrap();
    let zip = writer.finish().unwrap().into_inner();
    assert_eq!(check(&zip, Processor::X86_64), Ok(()));
    let file = (0o100_755_u32 << 16).to_le_bytes();
    insta::assert_snapshot!(refused(&listed(zip, 38, &file)), @"has an entry `words/` that is a file by its mode and a folder by its name");
}

#[test]
fn what_is_packed_otherwise_is_told_with_its_method() {
    // Bzip2, Zstandard, and an unassigned number.
    for (method, told) in [
        (12_u16, "packed with bzip2"),
        (93, "packed with Zstandard"),
        (77, "packed with method 77"),
    ] {
        let zip = listed(
            zip_beside("words.txt", b"words", 0o644),
            10,
            &method.to_le_bytes(),
        );
        assert_eq!(
            refused(&zip),
            format!("has an entry `words.txt` that is {told}, which Lambda does not unpack")
        );
    }
    let encrypted = listed(zip_beside("words.txt", b"words", 0o644), 8, &[1, 0]);
    insta::assert_snapshot!(refused(&encrypted), @"has an entry `words.txt` that is encrypted, which Lambda does not unpack");
}

#[test]
fn a_list_that_says_otherwise_than_the_files_themselves_is_refused() {
    let zip = || zip_beside("words.txt", b"words", 0o644);
    for (at, bytes, what) in [
        (10, &8_u16.to_le_bytes()[..], "method"),
        (16, &[1, 2, 3, 4], "checksum"),
        (20, &4_u32.to_le_bytes(), "size"),
        (24, &4_u32.to_le_bytes(), "size"),
        (46, b"swords.tx", "name"),
    ] {
        let name = if what == "name" { "swords.tx" } else { "words.txt" };
        assert_eq!(
            refused(&listed(zip(), at, bytes)),
            format!(
                "is damaged: the {what} of `{name}` differs between its central directory and its local header"
            )
        );
    }
}

#[test]
fn a_file_beside_it_that_others_may_not_read_is_refused() {
    let zip = zip_beside("settings.json", b"{}", 0o600);
    insta::assert_snapshot!(
        check(&zip, Processor::X86_64).unwrap_err(),
        @"has a file `settings.json` that not every user may read (mode 0600)"
    );
    assert_eq!(
        check(&zip_beside("settings.json", b"{}", 0o644), Processor::X86_64),
        Ok(())
    );
}

#[test]
fn a_byte_flipped_anywhere_in_what_was_zipped_is_refused() {
    // Stored, because the last bits of deflated data have no meaning.
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
        let flaw = check(&whole[..length], Processor::X86_64).unwrap_err();
        assert!(matches!(flaw, Flaw::NotAZip { .. }), "{length} bytes: {flaw}");
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
        Err(Flaw::ToldTwice { what: "size", .. })
    ));
}

/// A zip of an executable and another file, stored uncompressed.
fn zip_beside(name: &str, content: &[u8], mode: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content, mode) in [("bootstrap", &*elf(62), 0o755), (name, content, mode)] {
        writer.start_file(name, stored.unix_permissions(mode)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
