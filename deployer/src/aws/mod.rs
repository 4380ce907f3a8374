//! The ports to AWS, and their adapters: the only files that name an AWS SDK.

mod cloudformation;
mod config;
mod connection;
mod credentials;
mod discovery;
mod drift;
mod dynamodb;
mod failure;
#[cfg(test)]
pub(crate) mod fake;
mod https;
mod iam;
mod invocations;
mod lambda;
mod log_reader;
mod logs;
mod names;
mod port;
mod recorder;
mod recovery;
mod retry;
mod s3;
mod signer;
mod sns;
mod sqs;
mod sts;

pub use config::{EndpointRefused, refuse_stray_endpoints};
pub use connection::Aws;
pub use discovery::configured_region;
pub use https::{BadCertificates, Certificates, is_loopback};
pub use port::{
    ArtifactStore, CallError, CallErrorKind, Caller, ChangeSetHandle, ChangeSetPage, ChangeSetProgress,
    ChangeSetType, Clock, Cloud, CloudFormation, Concurrency, DeployedTable, DriftDetection, DriftSearch,
    FunctionConfiguration, Functions, Head, Identity, Invocations, Invoked, LeftBehind, ListedChangeSet,
    ListedStack, LogEvent, LogReader, Logs, Mapping, Names, NewChangeSet, NewQueue, NewStack, Owner, Page,
    Prospect, QueueOrigin, Queues, Recovery, Roles, RollbackTriggers, Stored, TableRepair, Tables,
    TemplateSource, TopicSubscription, Topics, ValidationFinding,
};
pub use recorder::{Call, Calls};
pub use signer::{SignatureError, Signer};

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries
            .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
            .collect()
    }

    /// The files under `folder` of this crate's sources that hold one of the words.
    fn files_with(folder: &str, words: &[&str]) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let mut found = sources(&folder);
        found.retain(|path| {
            let text = fs::read_to_string(path).unwrap();
            path.extension().is_some_and(|extension| extension == "rs")
                && words.iter().any(|word| text.contains(word))
        });
        found
    }

    #[test]
    fn only_the_adapters_name_an_sdk() {
        let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/aws");
        let is_adapter = |path: &Path| {
            path.starts_with(&adapters)
                && !["port", "fake"]
                    .iter()
                    .any(|folder| path.starts_with(adapters.join(folder)))
        };
        let strangers: Vec<_> = files_with("", &["aws_sdk_", "aws_config::", "aws_smithy_"])
            .into_iter()
            .filter(|path| !is_adapter(path))
            .collect();
        assert_eq!(strangers, Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_said_of_a_stack_needs_no_clock_client_or_file_system() {
        let impure = [
            "tokio",
            "std::fs",
            "std::env",
            "::now()",
            "crate::aws",
            "async fn",
        ];
        assert_eq!(files_with("stack", &impure), Vec::<PathBuf>::new());
    }
}
