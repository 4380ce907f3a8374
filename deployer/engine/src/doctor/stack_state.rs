//! The state of the stack: whether it can be created or updated.

use super::names::names;
use super::{Examination, unknown};
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};
use crate::stack::{DeployedStack, NextMove};

pub(super) async fn stack_state<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
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
            Severity::Error,
            fact,
            "another operation is running: wait for its end, or deploy with `--wait-for-lock`",
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
