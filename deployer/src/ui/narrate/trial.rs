//! PURE: messages about the smoke test of a store.

use std::time::Duration;

use cfn_deploy::SmokeStep;

use super::Telling;
use crate::ui::paint;
use crate::ui::text::duration;

/// A step succeeded.
pub(super) fn tried(step: SmokeStep, took: Duration) -> Telling {
    let took = paint::faint(format!("({})", duration(took)));
    Telling {
        doing: Some("trying the store".to_owned()),
        ..Telling::done(format!("{} {took}", step.claim()))
    }
}

/// Something was not seen, which depends on AWS.
pub(super) fn not_seen_yet(reason: &str) -> Telling {
    Telling::said(format!(
        "  {} {reason}: it may be on its way, and what was deployed stays",
        paint::warn("!")
    ))
}

/// The deployed code does not work. The reason is shown while the stack is rolled back, and permanently at the end.
pub(super) fn returning(stack: &str, reason: &str) -> Telling {
    Telling {
        lines: Some(format!(
            "  {} what was deployed does not work; bringing {stack} back to what was deployed before",
            paint::bad("✗")
        )),
        doing: Some(format!("{reason}; bringing {stack} back")),
        ..Telling::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::narrate::Narrator;
    use cfn_deploy::Event;

    #[test]
    fn a_trial_is_told_step_by_step_and_its_failure_with_what_follows() {
        let steps = [
            SmokeStep::Subscribe,
            SmokeStep::RefuseUnsigned,
            SmokeStep::Append,
            SmokeStep::Read,
            SmokeStep::Announce,
            SmokeStep::List,
        ];
        let took = Duration::from_millis(420);
        let tried = steps.map(|step| Event::Tried { step, took });
        let returning = Event::Returning {
            stack: "orders".to_owned(),
            reason: "the smoke test failed at `announce`".to_owned(),
        };
        let not_seen = Event::NotSeenYet {
            step: SmokeStep::Announce,
            reason: "the smoke test has not seen `announce` within 300 seconds".to_owned(),
        };
        let lines: Vec<String> = tried
            .iter()
            .chain([&not_seen, &returning])
            .filter_map(|event| Narrator::default().event(event).lines)
            .collect();
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines.join("\n")).to_string(), @"
        ✓ a queue listens to the topic (0.4 s)
        ✓ an unsigned call is refused (0.4 s)
        ✓ an event is appended (0.4 s)
        ✓ it is read back (0.4 s)
        ✓ it is announced (0.4 s)
        ✓ its stream is listed (0.4 s)
        ! the smoke test has not seen `announce` within 300 seconds: it may be on its way, and what was deployed stays
        ✗ what was deployed does not work; bringing orders back to what was deployed before
        ");
    }
}
