//! PURE: what an examination of an environment finds.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Note,
    /// A deployment may fail.
    Warning,
    /// A deployment fails.
    Error,
}

/// What was looked at, by a code that does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Whether there are credentials, and AWS answers.
    Credentials,
    /// Whether they are of the environment's account.
    Account,
    /// Whether the region has function URLs.
    Region,
    /// Whether the programs are there that build.
    Tools,
    /// Whether the artifact bucket is the account's.
    ArtifactBucket,
    /// Whether the stack takes a deployment.
    StackState,
    /// Whether a name is taken outside of the stack.
    NameTaken,
    /// Whether what CloudFormation looks up is there.
    LookedUp,
    /// Whether a role that is let in exists.
    CallerRole,
    /// Whether the account has what the functions reserve.
    Concurrency,
    /// Whether the roles that are made are bounded.
    Boundary,
    /// Whether the caller may do what the deployer does.
    Permissions,
}

impl Code {
    /// The code as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Account => "account",
            Self::Region => "region",
            Self::Tools => "tools",
            Self::ArtifactBucket => "artifact-bucket",
            Self::StackState => "stack-state",
            Self::NameTaken => "name-taken",
            Self::LookedUp => "looked-up",
            Self::CallerRole => "caller-role",
            Self::Concurrency => "concurrency",
            Self::Boundary => "boundary",
            Self::Permissions => "permissions",
        }
    }
}

/// A fact about the environment, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The fact: lower case, no full stop, values in backticks.
    pub fact: String,
    /// What puts it right, where something has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// Something is as it should be.
    pub fn fine(code: Code, fact: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Fine,
            fact: fact.into(),
            remedy: None,
        }
    }

    /// Something is not, or is worth knowing.
    pub fn new(code: Code, severity: Severity, fact: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            fact: fact.into(),
            remedy: Some(remedy.into()),
        }
    }
}
