//! PURE: what is told of runs that were ended before their time.

use cfn_deploy::RunFate;
use cfn_deploy::stack::Unfinished;

use crate::ui::paint;
use crate::ui::unfinished::in_short;

use super::Telling;

/// A run had not come to its end.
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
            let run = in_short(stack, run);
            return format!("{run} may still be at work: whichever is executed first counts");
        }
        RunFate::Completed(release) => {
            format!("it brought release {release}, and what it had left to do is done now")
        }
        RunFate::Removed { log_groups } if log_groups.is_empty() => "what it left is removed".to_owned(),
        RunFate::Removed { log_groups } => format!("{} came back afterwards: removed", log_groups.join(", ")),
        RunFate::Deleted if run.task.deletes() => "this run finishes it".to_owned(),
        RunFate::Deleted => "what it brought goes with the stack".to_owned(),
    };
    format!("{} had not come to its end: {became}", in_short(stack, run))
}
