//! Gives every failure its exit code and its hints.

use std::error::Error;
use std::process::ExitCode;

use cfn_deploy::shell;
use cfn_deploy::stack::SourceLine;
use cfn_template::problem::{Problems, nearest};

use crate::artifact::{BuildError, Flaw, LoadError};
use crate::aws::EndpointRefused;
use crate::settings::SettingsError;

/// How a command failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// It was tried and failed; also: there are no credentials, or AWS does not answer.
    Failed,
    /// It needs an approval, but nobody was there to give it.
    NeedsApproval,
    /// A guard refused it.
    Refused,
    /// The command line or a file is wrong.
    Usage,
    /// Ctrl-C.
    Interrupted,
}

impl ErrorKind {
    /// The table of exit codes. 0 is success, and 2 means that `diff` found a difference.
    pub const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::NeedsApproval => 3,
            Self::Refused => 4,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }
}

impl From<ErrorKind> for ExitCode {
    fn from(kind: ErrorKind) -> Self {
        Self::from(kind.code())
    }
}

impl From<cfn_deploy::ErrorKind> for ErrorKind {
    fn from(kind: cfn_deploy::ErrorKind) -> Self {
        match kind {
            cfn_deploy::ErrorKind::Failed => Self::Failed,
            cfn_deploy::ErrorKind::NeedsApproval => Self::NeedsApproval,
            cfn_deploy::ErrorKind::Refused => Self::Refused,
            cfn_deploy::ErrorKind::Configuration => Self::Usage,
            cfn_deploy::ErrorKind::Interrupted => Self::Interrupted,
        }
    }
}

/// A failure as the user sees it: its kind, the fact and the remedies.
#[derive(Debug)]
pub struct CommandError {
    /// The kind, which decides the exit code.
    pub kind: ErrorKind,
    /// The fact, with its causes.
    pub source: Box<dyn Error + Send + Sync>,
    /// The output of a tool that failed.
    pub details: Option<String>,
    /// Details of the fact, one per line.
    pub notes: Vec<String>,
    /// Remedies, each a sentence without a full stop.
    pub hints: Vec<String>,
    /// Mistakes in lines of files that the fact itself does not name.
    pub marks: Vec<(SourceLine, String)>,
}

impl CommandError {
    /// A failure of `kind`.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            source: source.into(),
            details: None,
            notes: Vec::new(),
            hints: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Adds details.
    #[must_use]
    pub fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Adds mistakes in lines of files.
    #[must_use]
    pub fn marks(mut self, marks: impl IntoIterator<Item = (SourceLine, String)>) -> Self {
        for mark in marks {
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
            }
        }
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds remedies, if there are any.
    #[must_use]
    pub fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }
}

impl From<Problems> for CommandError {
    fn from(problems: Problems) -> Self {
        Self::new(ErrorKind::Usage, problems)
    }
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let hint = match &error {
            SettingsError::Problems(_) | SettingsError::Unreadable { .. } => None,
            SettingsError::NoEnvironment { known } if known.is_empty() => Some(NO_ENVIRONMENT.to_owned()),
            SettingsError::NoEnvironment { known } => Some(format!(
                "name one with `--env NAME` or `DEPLOYER_ENV`: {}",
                listed(known)
            )),
            SettingsError::UnknownEnvironment { name, known, .. } => {
                Some(meant(name, known).unwrap_or_else(|| NO_ENVIRONMENT.to_owned()))
            }
            SettingsError::BadInstance(_) => Some("an instance is named like `pr-42`".to_owned()),
            SettingsError::NoWorkspace { .. } => Some(
                "run this in a workspace, or give both `--environments DIR` and `--template FILE`".to_owned(),
            ),
            SettingsError::NothingToBuild { .. } => Some(
                "run this in the workspace of the functions; what deploys takes zips that were built there by `--artifacts DIR`"
                    .to_owned(),
            ),
            SettingsError::OpenLine { .. } => Some(
                "reach it by `https://`, or through a tunnel at `127.0.0.1`; where the network is yours alone, say so with `DEPLOYER_PLAIN_HTTP=true`"
                    .to_owned(),
            ),
            SettingsError::StrayEndpoint(EndpointRefused { variable }) => Some(format!(
                "unset `{variable}`, or give the environment an `endpoint` if it is meant to be somewhere else than AWS"
            )),
        };
        match error {
            SettingsError::Problems(problems) => problems.into(),
            other => Self::new(ErrorKind::Usage, other).hints(hint),
        }
    }
}

impl From<LoadError> for CommandError {
    fn from(error: LoadError) -> Self {
        let hint = match &error {
            LoadError::Unreadable { .. } => None,
            LoadError::Missing { .. } => {
                Some("`deployer up` without `--no-build` and `--artifacts` builds it".to_owned())
            }
            LoadError::Rejected { flaw, .. } => Some(remedy(flaw)),
        };
        Self::new(ErrorKind::Usage, error).hints(hint)
    }
}

fn remedy(flaw: &Flaw) -> String {
    match flaw {
        Flaw::NotAZip { .. }
        | Flaw::NotElf { .. }
        | Flaw::Damaged { .. }
        | Flaw::ToldTwice { .. }
        | Flaw::CutOff { .. } => {
            "build it again: `deployer up` without `--artifacts` does, and leaves the zips in `target/lambda`"
                .to_owned()
        }
        Flaw::NoBootstrap { .. } => {
            "the executable has to be called `bootstrap` and lie at the top of the zip".to_owned()
        }
        Flaw::OtherBinary { asked, .. } => {
            format!("each zip is named after what it holds: find the one of `{asked}`, or build both anew")
        }
        Flaw::Packed { .. } => {
            "zip it again with what everybody unpacks, as `zip bootstrap.zip bootstrap` does by itself"
                .to_owned()
        }
        Flaw::StrangeName { .. }
        | Flaw::NamedTwice
        | Flaw::NeitherFileNorFolder { .. }
        | Flaw::BelowAFile { .. }
        | Flaw::FileOrFolder { .. } => {
            "zip the file `bootstrap` itself, and nothing beside it that it does not read".to_owned()
        }
        Flaw::NotAFile { .. } => {
            "put the executable itself into the zip, under the name `bootstrap`".to_owned()
        }
        Flaw::NotExecutable { .. } => "zip it again after `chmod 755 bootstrap`".to_owned(),
        Flaw::NotReadable { entry, .. } => {
            format!("zip it again after `chmod 644 {}`", shell::quoted(entry))
        }
        Flaw::WrongProcessor { asked, .. } => format!(
            "build it for `{}`, or change `architecture` in the environment's file",
            asked.rust_target()
        ),
        Flaw::TooLargeZipped { .. } | Flaw::TooLargeUnzipped { .. } => {
            "strip the binary, or leave out dependencies".to_owned()
        }
    }
}

impl From<BuildError> for CommandError {
    fn from(error: BuildError) -> Self {
        let hint = match &error {
            BuildError::Rejected(_) | BuildError::Unintelligible { .. } | BuildError::CannotRun { .. } => {
                None
            }
            BuildError::File { .. } | BuildError::Zip { .. } | BuildError::Failed { .. } => None,
            BuildError::MissingProgram {
                program: "cargo-lambda",
            } => Some("install it as https://www.cargo-lambda.info says; in the event store's own workspace `./justw` does, into `.tools`".to_owned()),
            BuildError::NoManifest { .. } => Some("begin a workspace with `cargo init`, or deploy what was built elsewhere with `--artifacts DIR`".to_owned()),
            BuildError::MissingProgram { .. } => {
                Some("install Rust with rustup, as https://rustup.rs says".to_owned())
            }
            BuildError::MissingTarget { target } => Some(format!(
                "install rustup, or the standard library for `{target}` in the way that Rust was installed here"
            )),
            BuildError::NoSuchBinary { binary, known } => Some(meant(binary, known).unwrap_or_else(|| {
                format!("no package of this workspace has a binary: make one in `src/bin/{binary}.rs`")
            })),
        };
        match error {
            BuildError::Rejected(rejected) => rejected.into(),
            BuildError::NoSuchBinary { .. } | BuildError::NoManifest { .. } => {
                Self::new(ErrorKind::Usage, error).hints(hint)
            }
            BuildError::Failed { ref output, .. } => {
                let details = Some(output.clone());
                Self {
                    details,
                    ..Self::new(ErrorKind::Failed, error)
                }
            }
            other => Self::new(ErrorKind::Failed, other).hints(hint),
        }
    }
}

/// The hint if there is no environment to choose.
const NO_ENVIRONMENT: &str = "there is none yet: `deployer init NAME` makes one";

/// Suggests the known name that was probably meant, and lists all of them. `None` if there are none.
fn meant(name: &str, known: &[String]) -> Option<String> {
    let near = nearest(name, known);
    let there_are = match (known, near) {
        ([], _) => return None,
        ([_], Some(near)) => return Some(format!("did you mean `{near}`?")),
        ([only], None) => format!("there is `{only}`"),
        (several, _) => format!("there are {}", listed(several)),
    };
    Some(match near {
        Some(near) => format!("did you mean `{near}`? {}", there_are.replacen('t', "T", 1)),
        None => there_are,
    })
}

/// Lists names in backticks.
fn listed(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_codes_are_those_that_scripts_know() {
        let kinds = [
            ErrorKind::Failed,
            ErrorKind::NeedsApproval,
            ErrorKind::Refused,
            ErrorKind::Usage,
            ErrorKind::Interrupted,
        ];
        assert_eq!(kinds.map(ErrorKind::code), [1, 3, 4, 64, 130]);
    }

    #[test]
    fn a_missing_tool_comes_with_how_to_get_it() {
        let hints = |program| {
            CommandError::from(BuildError::MissingProgram { program })
                .hints
                .join("\n")
        };
        assert!(hints("cargo-lambda").contains("./justw"));
        assert!(hints("cargo").contains("rustup"));
    }

    #[test]
    fn a_failed_build_shows_what_the_tool_wrote() {
        let error = CommandError::from(BuildError::Failed {
            command: "cargo lambda build".to_owned(),
            status: "exit status: 101".to_owned(),
            output: "error[E0308]: mismatched types".to_owned(),
        });
        assert_eq!(error.kind, ErrorKind::Failed);
        assert_eq!(error.details.as_deref(), Some("error[E0308]: mismatched types"));
    }

    #[test]
    fn where_there_is_nothing_to_choose_the_hint_says_how_something_comes_to_be() {
        let hints = |error: CommandError| error.hints.join("\n");
        let known = Vec::new;
        let binary = BuildError::NoSuchBinary {
            binary: "orders".to_owned(),
            known: known(),
        };
        let told = [
            hints(binary.into()),
            hints(SettingsError::NoEnvironment { known: known() }.into()),
        ];
        insta::assert_snapshot!(told.join("\n"), @"
        no package of this workspace has a binary: make one in `src/bin/orders.rs`
        there is none yet: `deployer init NAME` makes one
        ");
    }

    #[test]
    fn a_binary_that_does_not_exist_is_a_mistake_in_the_template() {
        let error = CommandError::from(BuildError::NoSuchBinary {
            binary: "orders-apo".to_owned(),
            known: vec!["orders-api".to_owned(), "tool".to_owned()],
        });
        assert_eq!(error.kind, ErrorKind::Usage);
        assert_eq!(
            error.hints,
            ["did you mean `orders-api`? There are `orders-api`, `tool`"]
        );
    }
}
