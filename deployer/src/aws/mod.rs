//! The adapters of [`cfn_deploy::cloud`]: the only files that name an AWS SDK.

mod cloudformation;
mod config;
mod connection;
mod credentials;
mod discovery;
mod drift;
mod dynamodb;
mod failure;
mod https;
mod iam;
mod invocations;
mod lambda;
mod log_reader;
mod logs;
mod names;
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
pub use recorder::{Call, Calls};
pub use signer::{SignatureError, Signer};
