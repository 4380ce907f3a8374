//! PURE: what is told of runs that were ended before their time.

use crate::ui::paint;
use cfn_deploy::Event;

use super::Telling;

pub(super) fn told(event: &Event) -> Telling {
    let text = match event {
        Event::EarlierRun { .. } => earlier_run(event),
        Event::NotMarked { release, reason } => {
            format!("release {release} could not be marked as one whose smoke test failed: {reason}")
        }
        _ => return Telling::default(),
    };
    Telling::said(format!("  {} {text}", paint::warn("!")))
}

fn earlier_run(event: &Event) -> String {
    let Event::EarlierRun {
        stack,
        by,
        at_work,
        deletes,
        release,
        log_groups,
    } = event
    else {
        return String::new();
    };
    let what = if *deletes { "deletion" } else { "deployment" };
    if *at_work {
        return format!(
            "a {what} of {stack} by {by} has begun and may still be at work: whichever is executed first counts"
        );
    }
    let came_to = match release {
        Some(release) => format!("it brought release {release}, and what it had left to do is done now"),
        None if log_groups.is_empty() => "what it left is removed".to_owned(),
        None => format!("{} came back afterwards: removed", log_groups.join(", ")),
    };
    format!("a {what} of {stack} by {by} had not come to its end: {came_to}")
}
