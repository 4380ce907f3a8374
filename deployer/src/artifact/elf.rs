//! PURE: checks that a `bootstrap` is a complete executable for the requested processor.

use object::elf::{
    EM_386, EM_AARCH64, EM_ARM, EM_RISCV, EM_X86_64, ET_DYN, ET_EXEC, FileHeader32, FileHeader64, Machine,
    PF_X, PT_LOAD,
};
use object::read::elf::{FileHeader, ProgramHeader as _, SectionHeader as _};
use object::{Endianness, FileKind};

use super::flaw::Flaw;
use super::processor::Processor;

/// Checks everything in `bootstrap` that its headers describe.
///
/// # Errors
/// [`Flaw::NotElf`] if it is not an ELF executable, [`Flaw::WrongProcessor`] if it is for another processor,
/// [`Flaw::CutOff`] if its headers refer to more bytes than it has.
pub(super) fn check(bootstrap: &[u8], asked: Processor) -> Result<(), Flaw> {
    if bootstrap.is_empty() {
        return Err(not_elf("it is empty"));
    }
    if bootstrap.starts_with(b"#!") {
        return Err(not_elf("it is a script"));
    }
    match FileKind::parse(bootstrap).map_err(unreadable)? {
        FileKind::Elf64 => check_header::<FileHeader64<Endianness>>(bootstrap, asked),
        FileKind::Elf32 => check_header::<FileHeader32<Endianness>>(bootstrap, asked),
        other => Err(not_elf(format!("it is {other:?}"))),
    }
}

fn check_header<Header: FileHeader<Endian = Endianness>>(
    bootstrap: &[u8],
    asked: Processor,
) -> Result<(), Flaw> {
    let header = Header::parse(bootstrap).map_err(unreadable)?;
    let endian = header.endian().map_err(unreadable)?;
    let kind = header.e_type(endian);
    // A position-independent executable is ET_DYN, like a shared library.
    if kind != ET_EXEC && kind != ET_DYN {
        return Err(not_elf("an ELF file that is not an executable"));
    }
    check_processor(header.e_machine(endian), header.is_big_endian(), asked)?;
    check_length(header, endian, bootstrap)?;
    check_entry(header, endian, bootstrap)
}

/// Checks that there is an entry point, which a shared library lacks, and that it is in code.
fn check_entry<Header: FileHeader<Endian = Endianness>>(
    header: &Header,
    endian: Endianness,
    bootstrap: &[u8],
) -> Result<(), Flaw> {
    let entry: u64 = header.e_entry(endian).into();
    if entry == 0 {
        return Err(not_elf("a shared library, without an entry point"));
    }
    let segments = header.program_headers(endian, bootstrap).map_err(unreadable)?;
    let is_in_code = segments.iter().any(|segment| {
        let begin: u64 = segment.p_vaddr(endian).into();
        let length: u64 = segment.p_filesz(endian).into();
        segment.p_type(endian) == PT_LOAD
            && segment.p_flags(endian) & PF_X == PF_X
            && entry.checked_sub(begin).is_some_and(|offset| offset < length)
    });
    if is_in_code {
        Ok(())
    } else {
        Err(not_elf("its entry point is not in a code segment"))
    }
}

fn check_processor(machine: Machine, big_endian: bool, asked: Processor) -> Result<(), Flaw> {
    let found = match machine {
        EM_AARCH64 if big_endian => "big-endian ARM".to_owned(),
        EM_AARCH64 if asked == Processor::Arm64 => return Ok(()),
        EM_X86_64 if asked == Processor::X86_64 => return Ok(()),
        EM_AARCH64 => "`arm64`".to_owned(),
        EM_X86_64 => "`x86_64`".to_owned(),
        EM_386 => "32-bit x86".to_owned(),
        EM_ARM => "32-bit ARM".to_owned(),
        EM_RISCV => "RISC-V".to_owned(),
        other => format!("ELF machine {}", other.0),
    };
    Err(Flaw::WrongProcessor { found, asked })
}

/// Checks that the tables, and what they point to, are within the file. A linker writes the section headers last, so
/// a truncated file lacks them. If they were stripped, only the segments are checked.
fn check_length<Header: FileHeader<Endian = Endianness>>(
    header: &Header,
    endian: Endianness,
    bootstrap: &[u8],
) -> Result<(), Flaw> {
    let cut_off = || Flaw::CutOff {
        bytes: bootstrap.len(),
    };
    let segments = header.program_headers(endian, bootstrap).map_err(|_| cut_off())?;
    let sections = header.section_headers(endian, bootstrap).map_err(|_| cut_off())?;
    let segments_lie_within = segments
        .iter()
        .all(|segment| segment.data(endian, bootstrap).is_ok());
    let sections_lie_within = sections
        .iter()
        .all(|section| section.data(endian, bootstrap).is_ok());
    if !segments_lie_within || !sections_lie_within {
        return Err(cut_off());
    }
    if segments.iter().any(|segment| segment.p_type(endian) == PT_LOAD) {
        Ok(())
    } else {
        Err(not_elf("it has no segment to load"))
    }
}

fn not_elf(reason: impl Into<String>) -> Flaw {
    Flaw::NotElf {
        reason: reason.into(),
    }
}

fn unreadable(error: object::Error) -> Flaw {
    not_elf(error.to_string().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Flaw, Processor, check};
    use crate::artifact::fixture::elf;

    fn refused(bootstrap: &[u8]) -> String {
        check(bootstrap, Processor::X86_64).unwrap_err().to_string()
    }

    #[test]
    fn an_executable_for_the_processor_passes() {
        assert_eq!(check(&elf(183), Processor::Arm64), Ok(()));
        assert_eq!(check(&elf(62), Processor::X86_64), Ok(()));
    }

    #[test]
    fn this_very_program_passes() {
        let processor = if cfg!(target_arch = "aarch64") {
            Processor::Arm64
        } else {
            Processor::X86_64
        };
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        if program.starts_with(b"\x7fELF") {
            assert_eq!(check(&program, processor), Ok(()));
            let cut = &program[..program.len() - 1];
            assert_eq!(check(cut, processor), Err(Flaw::CutOff { bytes: cut.len() }));
            assert_eq!(
                check(&program[..200], processor),
                Err(Flaw::CutOff { bytes: 200 })
            );
        }
    }

    #[test]
    fn an_executable_for_another_processor_is_refused_with_both_names() {
        insta::assert_snapshot!(
            check(&elf(62), Processor::Arm64).unwrap_err(),
            @"holds code for `x86_64`, but the environment asks for `arm64`"
        );
        insta::assert_snapshot!(refused(&elf(3)), @"holds code for 32-bit x86, but the environment asks for `x86_64`");
    }

    #[test]
    fn what_is_no_elf_file_is_refused() {
        insta::assert_snapshot!(refused(b"#!/bin/sh\nexec ./server\n"), @"has a `bootstrap` that is not a Linux executable: it is a script");
        insta::assert_snapshot!(refused(b""), @"has a `bootstrap` that is not a Linux executable: it is empty");
        insta::assert_snapshot!(refused(&[0; 200]), @"has a `bootstrap` that is not a Linux executable: unknown file magic");
    }

    #[test]
    fn what_does_not_begin_by_itself_is_refused() {
        let mut object_file = elf(62);
        object_file[16] = 1;
        insta::assert_snapshot!(refused(&object_file), @"has a `bootstrap` that is not a Linux executable: an ELF file that is not an executable");
        let mut library = elf(62);
        library[16] = 3;
        library[24..32].fill(0);
        insta::assert_snapshot!(refused(&library), @"has a `bootstrap` that is not a Linux executable: a shared library, without an entry point");
        let mut elsewhere = elf(62);
        elsewhere[24] = 128;
        insta::assert_snapshot!(refused(&elsewhere), @"has a `bootstrap` that is not a Linux executable: its entry point is not in a code segment");
        let mut data = elf(62);
        data[64 + 4] = 4;
        insta::assert_snapshot!(refused(&data), @"has a `bootstrap` that is not a Linux executable: its entry point is not in a code segment");
        let mut without_segments = elf(62);
        without_segments[56] = 0;
        insta::assert_snapshot!(refused(&without_segments), @"has a `bootstrap` that is not a Linux executable: it has no segment to load");
    }

    #[test]
    fn an_executable_cut_anywhere_is_refused() {
        let whole = elf(62);
        for length in 0..whole.len() {
            let flaw = check(&whole[..length], Processor::X86_64).unwrap_err();
            assert!(
                matches!(flaw, Flaw::NotElf { .. } | Flaw::CutOff { .. }),
                "{length} bytes: {flaw}"
            );
        }
        insta::assert_snapshot!(refused(&whole[..whole.len() - 1]), @"has a `bootstrap` that is truncated: its headers refer to more than its 127 bytes");
    }

    #[test]
    fn headers_that_speak_of_more_than_there_is_are_refused() {
        // The positions of `e_phoff`, of `e_shoff` with a count of one, and of the segment's `p_filesz`.
        for (at, counts) in [(32, None), (40, Some((60, 58))), (64 + 32, None)] {
            let mut claiming = elf(62);
            claiming[at + 6] = 0x7f;
            if let Some((count, size)) = counts {
                (claiming[count], claiming[size]) = (1, 64);
            }
            assert_eq!(
                check(&claiming, Processor::X86_64),
                Err(Flaw::CutOff {
                    bytes: claiming.len()
                }),
                "{at}"
            );
        }
    }
}
