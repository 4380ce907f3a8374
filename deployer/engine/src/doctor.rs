//! Looking for what would make a deployment fail, before one is tried. Nothing is changed.

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

/// What is examined.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The environment's account.
    pub account: String,
    /// The environment's name, which its stack is tagged with.
    pub environment: String,
    pub stack: String,
    /// What is in it.
    pub blueprint: Blueprint,
    /// The artifact bucket.
    pub bucket: String,
    /// The principals that are let in.
    pub callers: Vec<String>,
    /// What bounds the roles that are made; none where no role is made, or nobody asks for a boundary.
    pub boundary: Option<Boundary>,
    /// What the deployer does: actions on resources, neither of which is a pattern.
    pub actions: Vec<(Vec<String>, Vec<String>)>,
}

/// What bounds the roles of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The policy that the environment names, by its ARN.
    Named(String),
    /// Nothing; the ARN is that of the policy which could.
    Lacking(String),
}

/// Examines an environment; what does not depend on another is asked at once.
///
/// Calls that fail are findings, too: an examination always ends.
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
        // Whatever else was asked would be answered about another account.
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

/// What could not be looked at is no fault by itself.
fn unknown(code: Code, error: &CallError) -> Finding {
    Finding::new(
        code,
        Severity::Warning,
        error.to_string(),
        "allow the call: `deployer policy --for operator` prints all that the deployer calls",
    )
}
