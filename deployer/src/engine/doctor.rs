//! Looking for what would make a deployment fail, before one is tried. Nothing is changed.

use std::collections::BTreeSet;

use futures::future::join_all;
use futures::join;

use super::finding::{Code, Finding, Severity};
use crate::aws::{CallError, CallErrorKind, Cloud};
use crate::stack::{Blueprint, DeployedStack, NextMove};

/// What is examined.
#[derive(Clone, Debug)]
pub struct Examination {
    /// The environment's account.
    pub account: String,
    /// The stack.
    pub stack: String,
    /// What is in it.
    pub blueprint: Blueprint,
    /// The artifact bucket.
    pub bucket: String,
    /// The principals that are let in.
    pub callers: Vec<String>,
    /// What the deployer does: actions on resources, neither of which is a pattern.
    pub actions: Vec<(Vec<String>, Vec<String>)>,
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
    let (bucket, stack, callers, permissions) = join!(
        bucket(cloud, examination),
        stack(cloud, examination),
        callers(cloud, examination),
        permissions(cloud, examination, &caller.arn),
    );
    findings.push(bucket);
    findings.extend(stack);
    findings.extend(callers);
    findings.push(permissions);
    findings
}

fn no_credentials(error: &CallError) -> Finding {
    let remedy = match error.kind {
        CallErrorKind::NoCredentials => "log in, for example with `aws sso login`, or set `AWS_PROFILE`",
        CallErrorKind::ExpiredToken => "log in again: the session has expired",
        CallErrorKind::Unreachable { .. } => {
            "look at the network and the environment's `endpoint`; for the emulator, `./justw emulator` starts it"
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
        "allow the call: `deployer policy --for ci` prints all that the deployer calls",
    )
}

async fn bucket<C: Cloud>(cloud: &C, examination: &Examination) -> Finding {
    let Examination { bucket, account, .. } = examination;
    let code = Code::ArtifactBucket;
    match cloud.bucket_exists(bucket, account).await {
        Ok(true) => Finding::fine(code, format!("the artifact bucket `{bucket}` is the account's")),
        Ok(false) => Finding::fine(
            code,
            format!("the artifact bucket `{bucket}` is made by the first `up`"),
        ),
        Err(error) if matches!(error.kind, CallErrorKind::AccessDenied { .. }) => Finding::new(
            code,
            Severity::Error,
            format!("the artifact bucket `{bucket}` is another account's, or may not be looked at"),
            "allow `s3:ListBucket` on it; if the name is taken by a stranger, nothing can be uploaded in this account and region",
        ),
        Err(error) => unknown(code, &error),
    }
}

async fn stack<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let name = &examination.stack;
    let code = Code::StackState;
    match cloud.describe_stack(name).await {
        Err(error) => vec![unknown(code, &error)],
        Ok(Some(stack)) if takes_updates(&stack) => {
            vec![Finding::fine(
                code,
                format!("the stack `{name}` is `{}`", stack.status),
            )]
        }
        Ok(found) => {
            let state = match found {
                None => Finding::fine(code, format!("there is no stack `{name}` yet: `up` creates it")),
                Some(stack) => of_state(&stack),
            };
            // Only a stack that is still to be made can find its names taken.
            let mut findings = vec![state];
            if !matches!(findings[0].severity, Severity::Error) {
                findings.extend(names(cloud, examination).await);
            }
            findings
        }
    }
}

fn takes_updates(stack: &DeployedStack) -> bool {
    stack.status.next_move() == NextMove::Update
}

fn of_state(stack: &DeployedStack) -> Finding {
    let fact = format!("the stack `{}` is `{}`", stack.name, stack.status);
    match stack.status.next_move() {
        NextMove::Wait => Finding::new(
            Code::StackState,
            Severity::Warning,
            fact,
            "another operation is running: wait for its end",
        ),
        NextMove::Recover => Finding::new(
            Code::StackState,
            Severity::Error,
            fact,
            "`deployer recover` says what can be done",
        ),
        NextMove::Update | NextMove::Create | NextMove::CreateInShell | NextMove::DeleteThenCreate => {
            Finding::fine(Code::StackState, fact)
        }
    }
}

/// Literal names that something has which is in no stack, or in another one.
async fn names<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let Blueprint {
        tables, log_groups, ..
    } = &examination.blueprint;
    let tables = join_all(tables.iter().map(async |table| {
        let found = cloud
            .describe_table(&table.name)
            .await
            .map(|found| found.map(|found| found.items));
        (&table.name, table.retained, found)
    }));
    let log_groups = join_all(log_groups.iter().map(async |group| {
        (
            &group.name,
            group.retained,
            cloud.log_group_exists(&group.name).await,
        )
    }));
    let (tables, log_groups) = join!(tables, log_groups);
    let code = Code::NameTaken;
    let mut findings = Vec::new();
    for (name, retained, found) in tables {
        findings.extend(match found {
            Ok(None) => None,
            Ok(Some(items)) if retained => Some(Finding::new(
                code,
                Severity::Note,
                format!("the table `{name}` exists, with {items} items"),
                "`up` takes it in, if it is in no other stack and has the template's key and stream",
            )),
            Ok(Some(_)) => Some(Finding::new(
                code,
                Severity::Error,
                format!("the table `{name}` exists, and is not one that `up` takes in"),
                format!("delete it, once nobody needs it: `aws dynamodb delete-table --table-name {name}`"),
            )),
            Err(error) => Some(unknown(code, &error)),
        });
    }
    for (name, retained, found) in log_groups {
        findings.extend(match found {
            Ok(true) if !retained => Some(Finding::new(
                code,
                Severity::Error,
                format!("the log group `{name}` exists"),
                format!("delete it, once nobody needs its lines: `aws logs delete-log-group --log-group-name {name}`"),
            )),
            Ok(_) => None,
            Err(error) => Some(unknown(code, &error)),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::fine(code, "the names of tables and log groups are free"));
    }
    findings
}

async fn callers<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let own = format!(":iam::{}:role/", examination.account);
    // Another account's roles cannot be looked up.
    let roles: Vec<&String> = examination
        .callers
        .iter()
        .filter(|caller| caller.contains(&own))
        .collect();
    let found = join_all(roles.iter().map(async |role| {
        let name = role.rsplit('/').next().unwrap_or(role);
        cloud.role_exists(name).await
    }));
    let code = Code::CallerRole;
    let found = found.await.into_iter().zip(roles);
    found
        .map(|(found, role)| match found {
            Ok(true) => Finding::fine(code, format!("the caller `{role}` exists")),
            Ok(false) => Finding::new(
                code,
                Severity::Error,
                format!("the caller `{role}` does not exist"),
                "create the role first, or take it out of `Callers`: Lambda refuses principals that do not exist",
            ),
            Err(error) => unknown(code, &error),
        })
        .collect()
}

/// What IAM says that the caller may not do. It knows the caller's policies, and not all that the organisation adds: hence warnings.
async fn permissions<C: Cloud>(cloud: &C, examination: &Examination, caller: &str) -> Finding {
    let code = Code::Permissions;
    let not_asked = |why: String| {
        Finding::new(
            code,
            Severity::Note,
            why,
            "`deployer policy --for ci` prints what is needed; compare it with what is allowed",
        )
    };
    let Some(principal) = principal(caller) else {
        return not_asked(format!("permissions of `{caller}` cannot be simulated"));
    };
    let asked = examination
        .actions
        .iter()
        .map(|(actions, resources)| cloud.denied_actions(&principal, actions, resources));
    let mut denied = BTreeSet::new();
    for answer in join_all(asked).await {
        match answer {
            Ok(actions) => denied.extend(actions),
            Err(error) => return not_asked(format!("permissions cannot be simulated: {error}")),
        }
    }
    if denied.is_empty() {
        return Finding::fine(code, format!("`{principal}` may do what the deployer does"));
    }
    let denied: Vec<String> = denied.into_iter().map(|action| format!("`{action}`")).collect();
    Finding::new(
        code,
        Severity::Warning,
        format!(
            "`{principal}` may not do all that the deployer does: {}",
            denied.join(", ")
        ),
        "attach what `deployer policy --for ci` prints",
    )
}

/// The user or role behind a caller, as IAM names it: a session is of a role.
fn principal(caller: &str) -> Option<String> {
    if let Some((start, session)) = caller.split_once(":assumed-role/") {
        let role = session.split('/').next()?;
        return Some(format!("{}:role/{role}", start.replace(":sts:", ":iam:")));
    }
    // The root user has no policies that could be simulated.
    caller.contains(":user/").then(|| caller.to_owned())
}

#[cfg(test)]
mod tests {
    use super::principal;

    #[test]
    fn a_session_is_examined_as_its_role() {
        let session = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
        assert_eq!(
            principal(session).as_deref(),
            Some("arn:aws:iam::123456789012:role/ci")
        );
        let user = "arn:aws:iam::123456789012:user/ada";
        assert_eq!(principal(user).as_deref(), Some(user));
        assert_eq!(principal("arn:aws:iam::123456789012:root"), None);
    }
}
