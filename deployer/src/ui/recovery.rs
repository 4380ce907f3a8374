//! PURE: the state of a stack, the moves out of it and their outcome, in words.

use cfn_deploy::stack::{Move, StackStatus, situation};
use cfn_deploy::{Recovery, Standing};
use serde_json::{Value, json};

use super::paint;
use super::table::fitted;
use super::text::moment;

/// The state of a stack, and the possible moves.
pub(super) fn standing(standing: &Standing, width: Option<usize>) -> String {
    let Standing {
        stack,
        status,
        since,
        situation,
        ..
    } = standing;
    let by = standing
        .by
        .as_ref()
        .map_or_else(String::new, |by| format!(", by {by}"));
    let mut lines = vec![
        format!(
            "{} is {status} since {}{by}",
            paint::strong(stack),
            moment(*since)
        ),
        format!("  {}", paint::quoted(situation.meaning)),
    ];
    if let Some(cause) = standing.cause.as_ref().filter(|_| !status.is_healthy()) {
        lines.push(format!("  {}", paint::quoted(&cause.fact())));
        lines.extend(cause.notes().iter().map(|note| format!("    {note}")));
        lines.extend(
            cause
                .hints()
                .map(|hint| format!("    {} {}", paint::strong("hint:"), paint::quoted(hint))),
        );
    }
    if !standing.failed.is_empty() && !status.is_healthy() {
        lines.push(format!("  not done: {}", standing.failed.join(", ")));
    }
    if situation.moves.is_empty() {
        return lines.join("\n");
    }
    let rows: Vec<Vec<String>> = situation
        .moves
        .iter()
        .flat_map(|possible| {
            [
                vec![paint::strong(possible.way), paint::quoted(possible.does)],
                vec![String::new(), paint::quoted(&format!("loses {}", possible.loses))],
            ]
        })
        .collect();
    lines.push(paint::strong("possible moves:"));
    lines.push(fitted(width, "  ", &rows).concat().trim_end().to_owned());
    lines.join("\n")
}

/// The state of a stack, for a program.
pub(super) fn standing_event(standing: &Standing) -> Value {
    json!({
        "event": "standing",
        "stack": standing.stack,
        "status": standing.status,
        "since": standing.since.to_string(),
        "by": standing.by,
        "meaning": standing.situation.meaning,
        "moves": standing.situation.moves,
        "failed": standing.failed,
        "cause": standing.cause,
    })
}

/// The outcome of a move.
pub(super) fn recovered(recovery: &Recovery, status: &StackStatus) -> String {
    let meaning = paint::quoted(situation(status).meaning);
    let mark = paint::good("✓");
    let stack = paint::strong(&recovery.stack);
    let first = format!("{mark} {stack} is {status}: {meaning}");
    if recovery.leave.is_empty() {
        return first;
    }
    let left = recovery.leave.join(", ");
    let consequence = match recovery.way {
        Move::Skip => "was left as it is; see what differs with `deployer drift`",
        Move::Force => "was left behind, unless it could be deleted after all",
        _ => "was left behind and is in no stack any more",
    };
    format!("{first}\n  {left} {}", paint::quoted(consequence))
}

/// The outcome of a move, for a program.
pub(super) fn recovered_event(recovery: &Recovery, status: &StackStatus) -> Value {
    json!({
        "event": "finished",
        "outcome": "recovered",
        "stack": recovery.stack,
        "move": recovery.way,
        "status": status,
        "left": recovery.leave,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use cfn_deploy::stack::guard::Accepted;
    use cfn_deploy::stack::{Diagnosis, Failure, WantedTemplate};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn stuck(status: StackStatus) -> Standing {
        let failure = Failure {
            logical_id: "Topic".to_owned(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: "UPDATE_FAILED".into(),
            reason: "Rate exceeded".to_owned(),
            consequences: Vec::new(),
        };
        Standing {
            stack: "orders".to_owned(),
            id: "arn:stack/orders".to_owned(),
            since: Timestamp::from_second(1_700_000_000).unwrap(),
            by: Some("ada".to_owned()),
            cause: Some(Diagnosis::of(failure, None)),
            failed: vec!["Topic".to_owned()],
            situation: situation(&status),
            status,
        }
    }

    #[test]
    fn a_stuck_stack_is_told_with_its_cause_and_what_each_move_loses() {
        insta::assert_snapshot!(plain(&standing(&stuck(StackStatus::UpdateRollbackFailed), None)), @"
        orders is UPDATE_ROLLBACK_FAILED since 2023-11-14 22:13:20 UTC, by ada
          the rollback of a failed update failed: the stack takes no update until it is repaired
          `Topic` (AWS::SNS::Topic) failed: Rate exceeded
            hint: AWS throttled the calls of this account: run it again
          not done: Topic
        possible moves:
          continue  tries the rollback again, once its cause is put right
                    loses nothing
          skip      rolls back without the resources that cannot be rolled back (`--skip`)
                    loses track of those: CloudFormation believes that they are as they were before, and their next update may fail
          delete    deletes the stack
                    loses its URL and the subscriptions to its topic; tables with a `Retain` policy stay, and the next `up` imports them
        ");
    }

    #[test]
    fn a_stack_that_stands_needs_no_move() {
        insta::assert_snapshot!(plain(&standing(&stuck(StackStatus::UpdateRollbackComplete), None)), @"
        orders is UPDATE_ROLLBACK_COMPLETE since 2023-11-14 22:13:20 UTC, by ada
          the update failed and was rolled back; the stack is as it was before
        ");
    }

    #[test]
    fn what_was_left_is_named_in_the_end() {
        let done = |way, status| {
            let recovery = Recovery {
                stack: "orders".to_owned(),
                way,
                leave: vec!["Topic".to_owned()],
                template: WantedTemplate::of_nothing(),
                protected: false,
                execution_role: None,
                accepted: Accepted::default(),
            };
            plain(&recovered(&recovery, &status))
        };
        let told = [
            done(Move::Skip, StackStatus::UpdateRollbackComplete),
            done(Move::Retain, StackStatus::DeleteComplete),
        ];
        insta::assert_snapshot!(told.join("\n"), @"
        ✓ orders is UPDATE_ROLLBACK_COMPLETE: the update failed and was rolled back; the stack is as it was before
          Topic was left as it is; see what differs with `deployer drift`
        ✓ orders is DELETE_COMPLETE: the stack is gone; `up` creates it
          Topic was left behind and is in no stack any more
        ");
    }
}
