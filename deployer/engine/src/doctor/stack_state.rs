//! The state of the stack: whether it can be created or updated.

use super::names::names;
use super::{Examination, unknown};
use crate::cloud::Cloud;
use crate::finding::{Code, Finding, Severity};
use crate::stack::{DeployedStack, NextMove, OWNER_TAG};

pub(super) async fn stack_state<C: Cloud>(cloud: &C, examination: &Examination) -> Vec<Finding> {
    let name = &examination.stack;
    let code = Code::StackState;
    match cloud.describe_stack(name).await {
        Err(error) => vec![unknown(code, &error)],
        Ok(Some(stack)) if is_of_another(&stack, examination) => {
            let owner = &stack.tags[OWNER_TAG];
            vec![Finding::new(
                code,
                Severity::Error,
                format!("the stack `{name}` is of environment `{owner}`"),
                format!(
                    "give the environment a `stack` of its own, or take this one over with `up --accept adopt:{name}`"
                ),
            )]
        }
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
            // Names can be taken only before the stack is created.
            let mut findings = vec![state];
            if !matches!(findings[0].severity, Severity::Error) {
                findings.extend(names(cloud, examination).await);
            }
            findings
        }
    }
}

/// Tells whether a stack's tag names another environment.
fn is_of_another(stack: &DeployedStack, examination: &Examination) -> bool {
    let owner = stack.tags.get(OWNER_TAG);
    owner.is_some_and(|owner| *owner != examination.environment)
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
        NextMove::CreateInShell => Finding::fine(
            Code::StackState,
            format!(
                "{fact}: it is empty, because its first change set was never executed, and `up` creates it"
            ),
        ),
        NextMove::DeleteThenCreate => Finding::fine(
            Code::StackState,
            format!("{fact}: its creation failed, and `up` deletes what is left and creates it"),
        ),
        NextMove::Update | NextMove::Create => Finding::fine(Code::StackState, fact),
    }
}
