//! Functions, their aliases, and what feeds them.

use std::collections::BTreeMap;

use super::{CallError, Page};

/// A function's configuration, as a version of it or an alias has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionConfiguration {
    /// The function's name.
    pub name: String,
    /// The version that is meant: a number, or `$LATEST`.
    pub version: String,
    /// The Base64 of the SHA-256 of the code.
    pub code_sha256: String,
    /// The description, which carries the revision.
    pub description: String,
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub state: String,
    /// Why it is in that state, when it is not active.
    pub state_reason: Option<String>,
    /// The environment variables.
    pub variables: BTreeMap<String, String>,
}

/// What moves records from a stream to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub id: String,
    /// `Enabled`, `Disabled`, `Creating`, …
    pub state: String,
    /// The ARN of what it reads.
    pub source: String,
    /// What came of the last batch, in AWS's words.
    pub last_result: Option<String>,
}

/// How many invocations may run at once in the account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concurrency {
    /// All of them: the account's limit.
    pub limit: u32,
    /// What of it no function has reserved.
    pub unreserved: u32,
}

/// Lambda.
pub trait Functions {
    /// Asks how many invocations may run at once.
    async fn concurrency(&self) -> Result<Concurrency, CallError>;

    /// Reads the configuration of a version, or of what an alias leads to, as `qualifier` says: a number, `$LATEST`, or the alias's name. `None`
    /// when the function or that does not exist.
    async fn function_configuration(
        &self,
        function: &str,
        qualifier: &str,
    ) -> Result<Option<FunctionConfiguration>, CallError>;

    /// Sets the unpublished code of a function from an object in a bucket and waits until that is done.
    async fn update_code(&self, function: &str, bucket: &str, key: &str) -> Result<(), CallError>;

    /// Publishes the unpublished code, if it is the code of this hash, and answers the version's number once the version
    /// can be called. If nothing has changed since the last version, that is the one.
    async fn publish_version(&self, function: &str, code_sha256: &str) -> Result<String, CallError>;

    /// A page of the hashes of the code of all functions in the account and region, and of all their versions.
    async fn code_of_all_functions(&self, page: Option<&str>) -> Result<Page<String>, CallError>;

    /// Leads an alias to a version.
    async fn point_alias(&self, function: &str, alias: &str, version: &str) -> Result<(), CallError>;

    /// Reads an event source mapping; `None` when there is none of that id.
    async fn mapping(&self, id: &str) -> Result<Option<Mapping>, CallError>;
}
