//! PURE: a restore drill, in words.

use std::time::Duration;

use cfn_deploy::DrillStep;
use jiff::Timestamp;

use super::Telling;
use crate::ui::paint;
use crate::ui::text::{duration, moment};

/// The log is being restored, which is what takes the most time.
pub(super) fn restoring(source: &str, at: Option<Timestamp>, table: &str) -> Telling {
    Telling::doing(format!("restoring {source} {} into {table}", as_of(at)))
}

/// As of when a log is restored.
pub(in crate::ui) fn as_of(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "as late as it can be".to_owned(),
        |at| format!("as it was at {}", moment(at)),
    )
}

/// A step was taken.
pub(super) fn drilled(step: DrillStep, took: Duration) -> Telling {
    let took = paint::faint(format!("({})", duration(took)));
    Telling::done(format!("{} {took}", step.claim()))
}

/// All goes that the drill has made.
pub(super) fn taking_down(stack: &str, table: &str, interrupted: bool) -> Telling {
    let going = format!("removing stack {stack} and table {table}");
    if interrupted {
        Telling {
            doing: Some(going.clone()),
            ..Telling::note(format!(
                "interrupted: {going}; Ctrl-C once more leaves them, and the next drill removes them"
            ))
        }
    } else {
        Telling::doing(going)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::narrate::Narrator;
    use cfn_deploy::Event;

    #[test]
    fn a_drill_is_told_step_by_step_with_how_long_each_took() {
        let steps = [
            DrillStep::Sweep,
            DrillStep::Restore,
            DrillStep::Deploy,
            DrillStep::Reconcile,
            DrillStep::Verify,
            DrillStep::TakeDown,
        ];
        let took = Duration::from_secs(1_234);
        let taken = steps.map(|step| Event::Drilled { step, took });
        let going = Event::TakingDown {
            stack: "orders-drill".to_owned(),
            table: "orders-drill-events".to_owned(),
            interrupted: true,
        };
        let lines: Vec<String> = taken
            .iter()
            .chain([&going])
            .filter_map(|event| Narrator::default().event(event).lines)
            .collect();
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines.join("\n")).to_string(), @"
        ✓ what an earlier drill left is gone (20 min 34 s)
        ✓ the log is restored (20 min 34 s)
        ✓ the store is deployed on it (20 min 34 s)
        ✓ the listing and the feed are complete (20 min 34 s)
        ✓ the store is whole (20 min 34 s)
        ✓ all that the drill made is gone (20 min 34 s)
        ! interrupted: removing stack orders-drill and table orders-drill-events; Ctrl-C once more leaves them, and the next drill removes them
        ");
        let doing = [None, Some(Timestamp::UNIX_EPOCH)].map(|at| {
            let restoring = Event::Restoring {
                source: "orders-events".to_owned(),
                at,
                table: "orders-drill-events".to_owned(),
            };
            Narrator::default().event(&restoring).doing.unwrap()
        });
        insta::assert_snapshot!(doing.join("\n"), @"
        restoring orders-events as late as it can be into orders-drill-events
        restoring orders-events as it was at 1970-01-01 00:00:00 UTC into orders-drill-events
        ");
    }
}
