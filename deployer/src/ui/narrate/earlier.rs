//! PURE: messages about runs that ended prematurely.

use cfn_deploy::stack::Unfinished;
use cfn_deploy::{Finished, RunFate};

use crate::ui::paint;
use crate::ui::unfinished::in_short;

use super::Telling;

/// Reports that a run was unfinished.
pub(super) fn told(stack: &str, run: &Unfinished, fate: &RunFate) -> Telling {
    Telling::said(format!(
        "  {} {}",
        paint::warn("!"),
        earlier_run(stack, run, fate)
    ))
}

fn earlier_run(stack: &str, run: &Unfinished, fate: &RunFate) -> String {
    let became = match fate {
        RunFate::Spared => {
            let lifted = if run.policy_lifted {
                "; it has lifted the stack policy, and an `up` in a minute puts it back"
            } else {
                ""
            };
            let run = in_short(stack, run);
            return format!("{run} may still be at work: whichever is executed first counts{lifted}");
        }
        RunFate::Finished { release, done } => {
            let brought = release
                .as_ref()
                .map(|release| format!("it brought release {release}"));
            let done = if done.is_empty() && run.task.deletes() {
                "what it had not deleted stays".to_owned()
            } else if done.is_empty() {
                "nothing of it was left to do".to_owned()
            } else {
                format!("now {}", done.iter().map(finished).collect::<Vec<_>>().join(", "))
            };
            brought.into_iter().chain([done]).collect::<Vec<_>>().join("; ")
        }
        RunFate::Deleted { stay } if run.task.deletes() => finished_deletion(stay),
        RunFate::Deleted { .. } => "what it brought goes with the stack".to_owned(),
    };
    format!("{} was unfinished: {became}", in_short(stack, run))
}

fn finished_deletion(stay: &[String]) -> String {
    let (these, them) = match stay {
        [] => return "this run finishes it".to_owned(),
        [only] => (format!("table {only}, which was to go, too, stays"), "it"),
        several => (
            format!("tables {}, which were to go, too, stay", several.join(", ")),
            "them",
        ),
    };
    format!("this run deletes what is left of the stack; {these}: `down --purge` deletes {them}")
}

fn finished(finished: &Finished) -> String {
    match finished {
        Finished::Recorded => "its release is recorded".to_owned(),
        Finished::StackPolicy => "the stack policy is put back".to_owned(),
        Finished::TerminationProtection => "termination protection is set".to_owned(),
        Finished::ImportedTables => "imported tables are as the template says".to_owned(),
        Finished::PushedCode => "pushed code is taken back".to_owned(),
        Finished::Listing => "the listing and the feed are complete".to_owned(),
        Finished::Trial => "the smoke test is passed".to_owned(),
        Finished::LogGroup(name) => format!("log group {name}, which came back, is deleted"),
    }
}
