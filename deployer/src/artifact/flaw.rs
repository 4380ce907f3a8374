//! PURE: why a zip is not what Lambda can run.

use super::processor::Processor;

/// What is wrong with a zip. The file's name is added by whoever read it.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// The bytes are not a zip, or a damaged one.
    #[error("is not a zip: {reason}")]
    NotAZip {
        /// What the format's reader says of it.
        reason: String,
    },
    /// The zip has no entry `bootstrap` at its top.
    #[error("holds no `bootstrap`, only {}", list(entries))]
    NoBootstrap {
        /// The names that it does hold.
        entries: Vec<String>,
    },
    /// A file's bytes are not those that were zipped.
    #[error("is damaged: `{entry}` cannot be unpacked ({reason})")]
    Damaged {
        /// The file in the zip.
        entry: String,
        /// What the format's reader says of it.
        reason: String,
    },
    /// The zip says of itself that its `bootstrap` is another program.
    #[error("holds `{found}`, not `{asked}`")]
    OtherBinary {
        /// The binary that was packed.
        found: String,
        /// The one asked for.
        asked: String,
    },
    /// A file would be unpacked elsewhere than its name shows.
    #[error("has an entry `{}`, which is no plain path in the zip", entry.escape_debug())]
    StrangeName {
        /// The file in the zip.
        entry: String,
    },
    /// More files are listed than have names of their own: which of two is unpacked depends on who does it.
    #[error("has two entries of the same name")]
    NamedTwice,
    /// A file is packed in a way that not everybody unpacks, Lambda among them.
    #[error("has an entry `{entry}` that is {how}, which Lambda does not unpack")]
    Packed {
        /// The file in the zip.
        entry: String,
        /// `packed with` a method, or `encrypted`.
        how: String,
    },
    /// The zip lists a file otherwise than it holds it: which of both is unpacked depends on who does it.
    #[error("is damaged: the {what} of `{entry}` is another in its list than where it lies")]
    ToldTwice {
        /// The file in the zip's list.
        entry: String,
        /// What differs.
        what: &'static str,
    },
    /// Something lies in a file, which would have to be a folder.
    #[error("has an entry `{entry}` below `{file}`, which is a file")]
    BelowAFile {
        /// What lies below.
        entry: String,
        file: String,
    },
    /// A mode and a name disagree on what an entry is.
    #[error("has an entry `{entry}` that is {by_mode} by its mode and {by_name} by its name")]
    FileOrFolder {
        entry: String,
        /// `a file` or `a folder`.
        by_mode: &'static str,
        /// The other.
        by_name: &'static str,
    },
    /// Something beside `bootstrap` is neither a file nor a folder: a link, a pipe, a device.
    #[error("has an entry `{entry}` that is neither a file nor a folder")]
    NeitherFileNorFolder {
        /// Its name in the zip.
        entry: String,
    },
    /// `bootstrap` is a directory or a link.
    #[error("has a `bootstrap` that is {kind}, not a file")]
    NotAFile {
        /// What it is.
        kind: &'static str,
    },
    /// `bootstrap` lacks permissions that Lambda's own user needs.
    #[error("has a `bootstrap` that not everybody may read and execute (mode {mode:04o})")]
    NotExecutable {
        /// Its permission bits.
        mode: u32,
    },
    /// Another file lacks the permission that Lambda's own user needs.
    #[error("has a file `{entry}` that not everybody may read (mode {mode:04o})")]
    NotReadable {
        /// The file in the zip.
        entry: String,
        /// Its permission bits.
        mode: u32,
    },
    /// `bootstrap` is not an ELF executable.
    #[error("has a `bootstrap` that is not a Linux executable: {reason}")]
    NotElf {
        /// What the format's reader says of it.
        reason: String,
    },
    /// `bootstrap` ends before its own headers say.
    #[error("has a `bootstrap` that is cut off: its headers speak of more than its {bytes} bytes")]
    CutOff {
        /// What there is.
        bytes: usize,
    },
    /// `bootstrap` is for another processor.
    #[error("holds code for {found}, but the environment asks for `{asked}`")]
    WrongProcessor {
        /// The processor in the ELF header, in words.
        found: String,
        /// The one asked for.
        asked: Processor,
    },
    /// The zip is larger than Lambda takes.
    #[error("is {bytes} bytes, over Lambda's limit of {limit} for a zip")]
    TooLargeZipped {
        /// The zip's size.
        bytes: u64,
        /// Lambda's limit.
        limit: u64,
    },
    /// The contents are larger than Lambda unpacks.
    #[error("unpacks to more than Lambda's limit of {limit} bytes")]
    TooLargeUnzipped {
        /// Lambda's limit.
        limit: u64,
    },
}

fn list(entries: &[String]) -> String {
    if entries.is_empty() {
        return "nothing at all".to_owned();
    }
    let shown: Vec<_> = entries.iter().take(5).map(|entry| format!("`{entry}`")).collect();
    match entries.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
