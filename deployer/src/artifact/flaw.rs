//! PURE: the reasons for which Lambda cannot run a zip.

use super::processor::Processor;

/// A mistake in a zip. The caller that read the file adds its name.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum Flaw {
    /// The bytes are not a zip, or are a damaged one.
    #[error("is not a zip: {reason}")]
    NotAZip {
        /// The reader's message.
        reason: String,
    },
    /// The zip has no entry `bootstrap` at its top level.
    #[error("holds no `bootstrap`, only {}", list(entries))]
    NoBootstrap {
        /// The names that it contains.
        entries: Vec<String>,
    },
    /// The bytes of a file do not match its checksum or cannot be unpacked.
    #[error("is damaged: `{entry}` cannot be unpacked ({reason})")]
    Damaged {
        /// The file in the zip.
        entry: String,
        /// The reader's message.
        reason: String,
    },
    /// The zip's comment says that its `bootstrap` is another program.
    #[error("holds `{found}`, not `{asked}`")]
    OtherBinary {
        /// The binary that was packed.
        found: String,
        /// The requested binary.
        asked: String,
    },
    /// The name of an entry is not a plain path, so it would be unpacked elsewhere.
    #[error("has an entry `{}`, which is not a plain relative path", entry.escape_debug())]
    StrangeName {
        /// The file in the zip.
        entry: String,
    },
    /// Two entries have the same name; unpackers differ in which one they use.
    #[error("has two entries of the same name")]
    NamedTwice,
    /// A file is compressed or encrypted in a way that Lambda does not unpack.
    #[error("has an entry `{entry}` that is {how}, which Lambda does not unpack")]
    Packed {
        /// The file in the zip.
        entry: String,
        /// `packed with` a method, or `encrypted`.
        how: String,
    },
    /// The central directory and a local header differ; unpackers differ in which one they use.
    #[error("is damaged: the {what} of `{entry}` differs between its central directory and its local header")]
    ToldTwice {
        /// The file's name in the central directory.
        entry: String,
        /// What differs.
        what: &'static str,
    },
    /// An entry is below a file, which would have to be a folder.
    #[error("has an entry `{entry}` below `{file}`, which is a file")]
    BelowAFile {
        /// The entry below.
        entry: String,
        file: String,
    },
    /// The mode and the name of an entry contradict each other.
    #[error("has an entry `{entry}` that is {by_mode} by its mode and {by_name} by its name")]
    FileOrFolder {
        entry: String,
        /// `a file` or `a folder`.
        by_mode: &'static str,
        /// The opposite.
        by_name: &'static str,
    },
    /// An entry besides `bootstrap` is neither a file nor a folder, but a link, a pipe or a device.
    #[error("has an entry `{entry}` that is neither a file nor a folder")]
    NeitherFileNorFolder {
        /// Its name in the zip.
        entry: String,
    },
    /// `bootstrap` is a directory or a link.
    #[error("has a `bootstrap` that is {kind}, not a file")]
    NotAFile {
        /// What it is instead.
        kind: &'static str,
    },
    /// `bootstrap` lacks permissions that the user of Lambda's runtime needs.
    #[error("has a `bootstrap` that not every user may read and execute (mode {mode:04o})")]
    NotExecutable {
        /// Its permission bits.
        mode: u32,
    },
    /// Another file lacks the permission that the user of Lambda's runtime needs.
    #[error("has a file `{entry}` that not every user may read (mode {mode:04o})")]
    NotReadable {
        /// The file in the zip.
        entry: String,
        /// Its permission bits.
        mode: u32,
    },
    /// `bootstrap` is not an ELF executable.
    #[error("has a `bootstrap` that is not a Linux executable: {reason}")]
    NotElf {
        /// The reader's message.
        reason: String,
    },
    /// `bootstrap` is shorter than its headers say.
    #[error("has a `bootstrap` that is truncated: its headers refer to more than its {bytes} bytes")]
    CutOff {
        /// Its actual length.
        bytes: usize,
    },
    /// `bootstrap` is for another processor.
    #[error("holds code for {found}, but the environment asks for `{asked}`")]
    WrongProcessor {
        /// The processor in the ELF header, for messages.
        found: String,
        /// The requested processor.
        asked: Processor,
    },
    /// The zip exceeds Lambda's limit.
    #[error("is {bytes} bytes, over Lambda's limit of {limit} for a zip")]
    TooLargeZipped {
        /// The zip's size.
        bytes: u64,
        /// Lambda's limit.
        limit: u64,
    },
    /// The contents exceed Lambda's limit.
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
