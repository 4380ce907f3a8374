//! Literal names that are taken by resources outside any stack, or in another one.

use super::{Examination, unknown};
use crate::cloud::{Cloud, Owner};
use crate::finding::{Code, Finding, Severity};
use crate::shell;
use crate::stack::NamedKind;
use crate::taken::{Taken, taken};

/// Checks that the names in the template are free.
pub(super) async fn names<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let code = Code::NameTaken;
    let mut findings = Vec::new();
    for found in taken(cloud, &examination.account, &examination.blueprint.named).await {
        findings.push(match found {
            Ok(taken) => finding(code, &taken),
            Err(error) => unknown(code, &error),
        });
    }
    if findings.is_empty() {
        let names = examination.blueprint.named.len();
        findings.push(Finding::fine(
            code,
            format!("the {names} names that the template gives are free"),
        ));
    }
    findings
}

fn finding(code: Code, taken: &Taken) -> Finding {
    let Taken { resource, owner, .. } = taken;
    let fact = format!("{resource} exists already ({owner})");
    match (owner, resource.kind, resource.retained) {
        (Owner::Stack(stack), ..) => Finding::new(
            code,
            Severity::Error,
            fact,
            format!("leave it to `{stack}`: choose another `stack` or environment name"),
        ),
        (_, NamedKind::Table, true) => Finding::new(
            code,
            Severity::Note,
            fact,
            "`up` imports it, if it has the template's key and stream",
        ),
        (_, NamedKind::LogGroup, true) => {
            Finding::new(code, Severity::Note, fact, "`up` imports it as it is")
        }
        (Owner::Unknown, ..) => Finding::new(
            code,
            Severity::Error,
            fact,
            "find out whose it is; `up` does not import it",
        ),
        (Owner::Nobody | Owner::Deleted(_), ..) => Finding::new(
            code,
            Severity::Error,
            fact,
            format!("delete it, once nobody needs it: `{}`", deletion(taken)),
        ),
    }
}

fn deletion(taken: &Taken) -> String {
    let id = shell::quoted(&taken.id);
    match taken.resource.kind {
        NamedKind::Table => format!("aws dynamodb delete-table --table-name {id}"),
        NamedKind::LogGroup => format!("aws logs delete-log-group --log-group-name {id}"),
        NamedKind::Topic => format!("aws sns delete-topic --topic-arn {id}"),
        NamedKind::Queue => format!("aws sqs delete-queue --queue-url {id}"),
        NamedKind::Parameter => format!("aws ssm delete-parameter --name {id}"),
        NamedKind::Role => format!("aws iam delete-role --role-name {id}"),
        NamedKind::Function => format!("aws lambda delete-function --function-name {id}"),
    }
}
