//! Finds what would make a deployment fail, before it is tried. Changes nothing.

mod boundary;
mod bucket;
mod callers;
mod concurrency;
mod looked_up;
mod names;
mod permissions;
mod stack_state;

use futures::join;

use self::boundary::boundary;
use self::bucket::bucket;
use self::callers::callers;
use self::concurrency::concurrency;
use self::looked_up::looked_up;
use self::permissions::permissions;
use self::stack_state::stack_state;
use super::finding::{Code, Finding, Severity};
use crate::cloud::{CallError, CallErrorKind, Cloud};
use crate::stack::Blueprint;

/// What to examine.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The environment's account.
    pub account: String,
    /// The environment's name, which is a tag of its stack.
    pub environment: String,
    pub stack: String,
    /// The stack's resources.
    pub blueprint: Blueprint,
    /// The artifact bucket.
    pub bucket: String,
    /// The principals that may call the store.
    pub callers: Vec<String>,
    /// The boundary of the created roles; `None` if no role is created, or no boundary is needed.
    pub boundary: Option<Boundary>,
    /// The calls of the deployer: actions and resources, without patterns.
    pub actions: Vec<(Vec<String>, Vec<String>)>,
}

/// The boundary of a stack's roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The ARN of the policy that the environment names.
    Named(String),
    /// No boundary; the ARN is that of the policy that could be one.
    Lacking(String),
}

/// Examines an environment; independent checks run concurrently.
///
/// Failed calls are findings, too, so an examination always completes.
pub async fn examine<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let caller = match cloud.caller().await {
        Ok(caller) => caller,
        Err(error) => return vec![no_credentials(&error)],
    };
    let mut findings = vec![Finding::fine(
        Code::Credentials,
        format!("credentials of `{}`", caller.arn),
    )];
    if caller.account != examination.account {
        // All other answers would be about another account.
        findings.push(Finding::new(
            Code::Account,
            Severity::Error,
            format!(
                "the credentials are of account `{}`, the environment is in `{}`",
                caller.account, examination.account
            ),
            "choose other credentials with `AWS_PROFILE`, or another environment with `--env`",
        ));
        return findings;
    }
    findings.push(Finding::fine(
        Code::Account,
        format!("the environment's account `{}`", caller.account),
    ));
    let (bucket, stack, looked_up, callers, concurrency, boundary, permissions) = join!(
        bucket(cloud, examination),
        stack_state(cloud, examination),
        looked_up(cloud, examination),
        callers(cloud, examination),
        concurrency(cloud, examination),
        boundary(cloud, examination),
        permissions(cloud, examination, &caller.arn),
    );
    findings.push(bucket);
    findings.extend(stack);
    findings.extend(looked_up);
    findings.extend(callers);
    findings.push(concurrency);
    findings.extend(boundary);
    findings.push(permissions);
    findings
}

fn no_credentials(error: &CallError) -> Finding {
    let remedy = match error.kind {
        CallErrorKind::NoCredentials => "log in with `aws login` or `aws sso login`, or set `AWS_PROFILE`",
        CallErrorKind::ExpiredToken => "log in again: the session has expired",
        CallErrorKind::Unreachable { .. } => {
            "look at the network and the environment's `endpoint`; for the emulator, `./justw emulator` starts it"
        }
        CallErrorKind::NotAws { .. } => {
            "this is not AWS: look at the network, at `HTTPS_PROXY` and at the environment's `endpoint`"
        }
        _ => "look at the credentials with `aws sts get-caller-identity`",
    };
    Finding::new(Code::Credentials, Severity::Error, error.to_string(), remedy)
}

/// A failed check is not a mistake by itself.
fn unknown(code: Code, error: &CallError) -> Finding {
    Finding::new(
        code,
        Severity::Warning,
        error.to_string(),
        "allow the call: `deployer policy --for operator` prints all that the deployer calls",
    )
}
