//! PURE: whether a `bootstrap` is an executable for the processor asked for.

use object::elf::{
    EM_386, EM_AARCH64, EM_ARM, EM_RISCV, EM_X86_64, ET_DYN, ET_EXEC, FileHeader32, FileHeader64, FileType,
    Machine,
};
use object::read::elf::FileHeader;
use object::{Endianness, FileKind};

use super::flaw::Flaw;
use super::processor::Processor;

/// Checks the ELF header of `bootstrap`.
///
/// # Errors
/// [`Flaw::NotElf`] where it is no ELF executable, [`Flaw::WrongProcessor`] where it is one for another processor.
pub(super) fn check(bootstrap: &[u8], asked: Processor) -> Result<(), Flaw> {
    let (kind, machine) = header(bootstrap)?;
    // A position-independent executable is ET_DYN, as a shared library is.
    if kind != ET_EXEC && kind != ET_DYN {
        return Err(Flaw::NotElf {
            reason: "an ELF file that is not an executable".to_owned(),
        });
    }
    let found = match machine {
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

fn header(bootstrap: &[u8]) -> Result<(FileType, Machine), Flaw> {
    let unreadable = |error: object::Error| Flaw::NotElf {
        reason: error.to_string().to_lowercase(),
    };
    match FileKind::parse(bootstrap).map_err(unreadable)? {
        FileKind::Elf64 => type_and_machine::<FileHeader64<Endianness>>(bootstrap).map_err(unreadable),
        FileKind::Elf32 => type_and_machine::<FileHeader32<Endianness>>(bootstrap).map_err(unreadable),
        other => Err(Flaw::NotElf {
            reason: format!("it is {other:?}"),
        }),
    }
}

fn type_and_machine<Header: FileHeader<Endian = Endianness>>(
    bytes: &[u8],
) -> object::Result<(FileType, Machine)> {
    let header = Header::parse(bytes)?;
    let endian = header.endian()?;
    Ok((header.e_type(endian), header.e_machine(endian)))
}

#[cfg(test)]
mod tests {
    use super::{Flaw, Processor, check};
    use crate::artifact::fixture::elf;

    #[test]
    fn an_executable_for_the_processor_passes() {
        assert_eq!(check(&elf(183), Processor::Arm64), Ok(()));
        assert_eq!(check(&elf(62), Processor::X86_64), Ok(()));
    }

    #[test]
    fn an_executable_for_another_processor_is_refused_with_both_names() {
        insta::assert_snapshot!(
            check(&elf(62), Processor::Arm64).unwrap_err(),
            @"holds code for `x86_64`, but the environment asks for `arm64`"
        );
        insta::assert_snapshot!(check(&elf(3), Processor::X86_64).unwrap_err(), @"holds code for 32-bit x86, but the environment asks for `x86_64`");
    }

    #[test]
    fn a_script_is_refused() {
        insta::assert_snapshot!(check(b"#!/bin/sh\nexec ./server\n", Processor::X86_64).unwrap_err(), @"has a `bootstrap` that is not a Linux executable: unknown file magic");
    }

    #[test]
    fn an_object_file_is_refused() {
        let mut object_file = elf(62);
        object_file[16] = 1;
        assert!(matches!(
            check(&object_file, Processor::X86_64),
            Err(Flaw::NotElf { .. })
        ));
    }

    #[test]
    fn a_cut_off_header_is_refused() {
        assert!(matches!(
            check(&elf(62)[..20], Processor::X86_64),
            Err(Flaw::NotElf { .. })
        ));
    }
}
