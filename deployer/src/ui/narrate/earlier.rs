//! PURE: what is told of runs that were ended before their time.

use cfn_deploy::stack::{ReleaseId, Unfinished};
use cfn_deploy::{Event, Life};

use crate::ui::paint;
use crate::ui::unfinished::in_short;

use super::Telling;

pub(super) fn told(event: &Event) -> Telling {
    let text = match event {
        Event::EarlierRun {
            stack,
            run,
            life,
            release,
            log_groups,
        } => earlier_run(stack, run, *life, release.as_ref(), log_groups),
        Event::NotMarked { release, reason } => {
            format!("release {release} could not be marked as one whose smoke test failed: {reason}")
        }
        _ => return Telling::default(),
    };
    Telling::said(format!("  {} {text}", paint::warn("!")))
}

fn earlier_run(
    stack: &str,
    run: &Unfinished,
    life: Life,
    release: Option<&ReleaseId>,
    log_groups: &[String],
) -> String {
    let run = in_short(stack, run);
    let became = match life {
        Life::AtWork => {
            return format!("{run} may still be at work: whichever is executed first counts");
        }
        Life::Unknown => "was interrupted or is still at work",
        Life::Over => "was interrupted",
    };
    let came_to = match release {
        Some(release) => format!("it brought release {release}, and what it had left to do is done now"),
        None if log_groups.is_empty() => "what it left is removed".to_owned(),
        None => format!("{} came back afterwards: removed", log_groups.join(", ")),
    };
    format!("{run} {became}: {came_to}")
}
