//! PURE: messages about protections against an update.

use std::fmt::Write as _;

use cfn_deploy::shell;

use super::Telling;
use crate::ui::paint;
use crate::ui::text::count;

/// A policy was set.
pub(super) fn policy(stack: &str, on: bool) -> Telling {
    Telling::done(if on {
        format!("the stack policy of {stack} keeps log, topic and URL from being replaced or deleted")
    } else {
        format!("the stack policy of {stack} allows everything")
    })
}

/// A policy is lifted for an operation.
pub(super) fn policy_lifted(stack: &str, resources: &[String]) -> Telling {
    let resources = resources.join(", ");
    Telling::note(format!("lifting the stack policy of {stack} for {resources}"))
}

/// A policy is in force again.
pub(super) fn policy_restored(stack: &str, goes_on: bool) -> Telling {
    let restored = format!("the stack policy of {stack} is in force again");
    if goes_on {
        Telling::note(format!(
            "{restored}; what it denies and has not happened yet, CloudFormation refuses and undoes"
        ))
    } else {
        Telling::done(restored)
    }
}

/// Alarms monitor an update.
pub(super) fn alarms_watched(alarms: &[String], unwatched: &[String], minutes: u8) -> Telling {
    Telling::said(watched(alarms, unwatched, minutes))
}

/// Which alarms roll back an update, and how to pass over one.
fn watched(alarms: &[String], unwatched: &[String], minutes: u8) -> String {
    let during = match minutes {
        0 => "while it runs".to_owned(),
        _ => format!("while it runs and {} after", count(minutes.into(), "minute")),
    };
    let mut text = format!(
        "  {} an alarm that goes off {during} rolls the update back: {}",
        paint::faint("○"),
        alarms.join(", ")
    );
    if let Some(first) = alarms.first() {
        let hint = format!(
            "one that is known to be on is passed over with `--accept {}`",
            shell::quoted(&format!("ignore:{first}"))
        );
        let _ = write!(text, "\n      {}", paint::faint(hint));
    }
    if !unwatched.is_empty() {
        let _ = write!(
            text,
            "\n  {} CloudFormation watches five alarms at most; these will not trigger a rollback: {}",
            paint::warn("!"),
            unwatched.join(", ")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::ui::narrate::Narrator;
    use cfn_deploy::Event;

    #[test]
    fn what_protects_an_update_is_told_with_the_way_past_it() {
        let stack = || "orders".to_owned();
        let events = [
            Event::AlarmsWatched {
                alarms: vec!["ApiErrors".to_owned(), "RelayBehind".to_owned()],
                unwatched: vec!["Throttles".to_owned()],
                minutes: 5,
            },
            Event::StackPolicyLifted {
                stack: stack(),
                resources: vec!["UpdatesTopic".to_owned()],
            },
            Event::StackPolicyRestored {
                stack: stack(),
                goes_on: false,
            },
            Event::StackPolicyRestored {
                stack: stack(),
                goes_on: true,
            },
            Event::StackPolicy {
                stack: stack(),
                on: true,
            },
            Event::StackPolicy {
                stack: stack(),
                on: false,
            },
        ];
        let lines = events.map(|event| Narrator::default().event(&event).lines.unwrap_or_default());
        insta::assert_snapshot!(anstream::adapter::strip_str(&lines.join("\n")).to_string(), @"
        ○ an alarm that goes off while it runs and 5 minutes after rolls the update back: ApiErrors, RelayBehind
            one that is known to be on is passed over with `--accept ignore:ApiErrors`
        ! CloudFormation watches five alarms at most; these will not trigger a rollback: Throttles
        ! lifting the stack policy of orders for UpdatesTopic
        ✓ the stack policy of orders is in force again
        ! the stack policy of orders is in force again; what it denies and has not happened yet, CloudFormation refuses and undoes
        ✓ the stack policy of orders keeps log, topic and URL from being replaced or deleted
        ✓ the stack policy of orders allows everything
        ");
    }
}
