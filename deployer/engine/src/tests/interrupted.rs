//! Runs that are killed, after each of their calls in turn, and begun again once: they end where one that is not killed ends.

mod beside;
pub(super) mod commands;
mod finished;
pub(super) mod standing;
mod told;

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;

use self::commands::Command;
use self::standing::standing;

/// When the same command is run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// A minute later, when whatever was begun in AWS has ended.
    Later,
    /// At once, by somebody who waits for what is going on.
    AtOnce,
}

/// Runs a command that is killed after some calls, and once more. Gives what stands then, and what was said.
///
/// Killed after its last call it has come to its end, and only its last words are lost. To run it again is to ask for something else where
/// each run does something: then it is left at that.
async fn killed(command: Command, calls: usize, again: Again) -> (String, String) {
    let mut set = command.set().await;
    set.scene.cloud.kill_after(calls);
    let first = AssertUnwindSafe(command.run(&mut set, false))
        .catch_unwind()
        .await;
    set.scene.cloud.let_live();
    let outcome = match first {
        Ok(outcome) if command.is_another_request() => outcome,
        _ => {
            if again == Again::Later {
                set.scene.cloud.pass(60);
            }
            command.run(&mut set, again == Again::AtOnce).await
        }
    };
    set.scene.cloud.pass(60);
    (
        format!("{}{}", command.outcome(&outcome), standing(&set.scene)),
        format!("{outcome:?}"),
    )
}

/// Kills a command before its first call and after each, and looks that it ends as it should. Gives the number of these places.
async fn kill_everywhere(command: Command, again: Again) -> usize {
    let mut set = command.set().await;
    let outcome = command.run(&mut set, false).await;
    let calls = set.scene.cloud.calls();
    set.scene.cloud.pass(60);
    let expected = format!("{}{}", command.outcome(&outcome), standing(&set.scene));
    let mut wrong = Vec::new();
    for number in 0..=calls.len() {
        let (stands, said) = killed(command, number, again).await;
        if stands != expected {
            let after = number.checked_sub(1).map_or("nothing", |last| &calls[last]);
            wrong.push(format!(
                "after call {number}, {after}: {said}\n{}",
                difference(&expected, &stands)
            ));
        }
    }
    let places = calls.len() + 1;
    println!(
        "{command:?}, begun again {again:?}: {places} places to be killed at, {} wrong",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{command:?}, begun again {again:?}: {} of {places}\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    places
}

fn difference(expected: &str, actual: &str) -> String {
    let only = |sign: char, these: &str, others: &str| {
        let lines = these
            .lines()
            .filter(|line| !others.lines().any(|other| other == *line));
        lines
            .map(|line| format!("  {sign} {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!("{}\n{}", only('-', expected, actual), only('+', actual, expected))
}

macro_rules! a_killed_run_begun_again_ends_as_one_that_was_not {
    ($($name:ident: $command:expr, at least $least:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            for again in [Again::Later, Again::AtOnce] {
                let places = kill_everywhere($command, again).await;
                assert!(places >= $least, "only {places} places");
            }
        }
    )+};
}

a_killed_run_begun_again_ends_as_one_that_was_not! {
    a_creation: Command::Create, at least 30;
    a_change: Command::Change, at least 30;
    a_change_of_tags: Command::ChangeTags, at least 30;
    a_change_that_fails: Command::ChangeThatFails, at least 30;
    nothing_to_do: Command::Nothing, at least 6;
    protection: Command::Protect, at least 10;
    pushed_code_that_is_brought_back: Command::BringBack, at least 10;
    a_change_after_a_push: Command::ChangeAfterPush, at least 30;
    a_rollback_after_a_push: Command::RollbackAfterPush, at least 30;
    a_plan_that_is_applied_after_a_push: Command::ApplyAfterPush, at least 30;
    an_accepted_replacement: Command::Replace, at least 30;
    an_accepted_replacement_under_somebody_elses_policy: Command::ReplaceUnderAnothersPolicy, at least 30;
    an_import: Command::Import, at least 40;
    a_table_that_comes_new_into_the_stack: Command::AddTable, at least 30;
    a_table_that_is_imported_into_the_stack: Command::ImportIntoStack, at least 40;
    a_rollback_to_the_release_before: Command::Rollback, at least 30;
    a_rollback_to_a_named_release: Command::RollbackTo, at least 30;
    a_trial_that_is_passed: Command::TryWorking, at least 40;
    a_trial_that_fails_and_takes_the_release_back: Command::TryBroken, at least 60;
    a_first_deployment_whose_trial_fails: Command::TryBrokenFirst, at least 30;
    a_smoke_test: Command::Smoke, at least 8;
    a_push: Command::Push, at least 8;
    a_garbage_collection: Command::CollectGarbage, at least 8;
    a_deletion: Command::Down, at least 10;
    a_deletion_with_its_tables: Command::Purge, at least 15;
    a_deletion_of_the_tables_of_a_stack_that_is_gone: Command::PurgeTables, at least 8;
    a_deletion_whose_log_groups_come_back: Command::DownWithLogGroups, at least 10;
    a_recovery: Command::Recover, at least 5;
    a_plan: Command::Apply, at least 30;
    a_drill: Command::Drill, at least 60;
}
