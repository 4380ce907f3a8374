//! PURE: checks the list of files in a zip: every name is listed once and is a plain path.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use zip::ZipArchive;

use super::flaw::Flaw;

/// Checks that every file is listed once, under a plain relative path.
///
/// # Errors
/// The zip would unpack another file than the checked one, or unpack it elsewhere.
pub(super) fn check<Source: Read + Seek>(archive: &ZipArchive<Source>) -> Result<(), Flaw> {
    if archive.has_duplicate_names() {
        return Err(Flaw::NamedTwice);
    }
    for index in 0..archive.len() {
        let name = entry_name(archive, index);
        if !is_plain(&name) {
            return Err(Flaw::StrangeName { entry: name });
        }
    }
    check_folders(archive)
}

/// Checks that no entry is below a file.
fn check_folders<Source: Read + Seek>(archive: &ZipArchive<Source>) -> Result<(), Flaw> {
    let names: BTreeSet<String> = (0..archive.len())
        .map(|index| entry_name(archive, index))
        .collect();
    for entry in &names {
        // A folder `x/` next to a file `x` is wrong, too.
        let mut above = entry.match_indices('/').map(|(at, _)| &entry[..at]);
        if let Some(file) = above.find(|above| names.contains(*above)) {
            return Err(Flaw::BelowAFile {
                entry: entry.clone(),
                file: file.to_owned(),
            });
        }
    }
    Ok(())
}

/// The name of an entry, for messages.
pub(super) fn entry_name<Source: Read + Seek>(archive: &ZipArchive<Source>, index: usize) -> String {
    archive
        .name_for_index(index)
        .and_then(Result::ok)
        .map_or_else(|| format!("entry {index}"), std::borrow::Cow::into_owned)
}

/// Tells whether a name is a relative path that stays below the folder where the zip is unpacked. A folder's name
/// ends with a slash.
fn is_plain(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    let strange = |part: &str| part.is_empty() || part == "." || part == "..";
    !name.contains(['\\', '\0']) && !path.split('/').any(strange)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn checked(zip: &[u8]) -> Result<(), Flaw> {
        check(&ZipArchive::new(Cursor::new(zip)).unwrap())
    }

    /// A zip of empty files; their names are not checked.
    fn zip_with(names: &[&str]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..names.len() {
            writer
                .start_file(format!("{number:08}"), SimpleFileOptions::default())
                .unwrap();
            writer.write_all(b"x").unwrap();
        }
        let mut zip = writer.finish().unwrap().into_inner();
        // The writer refuses such names; an attacker would not.
        for (number, name) in names.iter().enumerate() {
            let placeholder = format!("{number:08}");
            while let Some(at) = zip.windows(8).position(|window| window == placeholder.as_bytes()) {
                zip[at..at + 8].copy_from_slice(name.as_bytes());
            }
        }
        zip
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused() {
        for name in [
            "../evil!",
            "a/../../",
            "/etc/pwd",
            "./bootst",
            "a//bcdef",
            "a/./bcde",
            "..\\evil!",
            "a\0bcdefg",
        ] {
            let refused = checked(&zip_with(&["bootstrp", name])).unwrap_err();
            assert_eq!(
                refused,
                Flaw::StrangeName {
                    entry: name.to_owned()
                }
            );
        }
        for name in ["..a/b..c", "etc/.env", "ein/e ü", "folders/"] {
            assert_eq!(checked(&zip_with(&["bootstrp", name])), Ok(()), "{name}");
        }
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        assert_eq!(
            checked(&zip_with(&["bootstrp", "settings", "bootstrp"])),
            Err(Flaw::NamedTwice)
        );
    }

    #[test]
    fn what_lies_below_a_file_is_refused() {
        for below in ["bootstrp/x/y", "bootstrp/"] {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for name in ["bootstrp", below] {
                let options = SimpleFileOptions::default();
                let made = if name.ends_with('/') {
                    writer.add_directory(name, options)
                } else {
                    writer.start_file(name, options)
                };
                made.unwrap();
            }
            let zip = writer.finish().unwrap().into_inner();
            assert_eq!(
                checked(&zip),
                Err(Flaw::BelowAFile {
                    entry: below.to_owned(),
                    file: "bootstrp".to_owned()
                })
            );
        }
    }
}
