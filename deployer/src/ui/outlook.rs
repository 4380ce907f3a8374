//! PURE: the remaining time of an operation, in words that promise no more than is known.

use std::time::Duration;

use cfn_deploy::stack::{Estimate, Phase, Progress, StackEvent};

/// The remaining time of the current activity.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Left {
    /// Unknown.
    #[default]
    Unknown,
    /// About this long from now.
    About(Duration),
    /// As reported before.
    Unchanged,
}

/// The expectation for an operation in progress.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    estimate: Option<Estimate>,
    told: Option<Duration>,
}

impl Outlook {
    /// Expects the operation to go like an earlier one.
    pub(super) fn by(estimate: Option<Estimate>) -> Self {
        Self {
            told: estimate.as_ref().map(Estimate::whole),
            estimate,
        }
    }

    /// The expectation after an event. An operation that rolls back no longer goes like the earlier one.
    pub(super) fn after(&mut self, event: &StackEvent, progress: &Progress) -> Left {
        if event.status.phase() == Phase::Failed || event.status.as_str().contains("ROLLBACK") {
            self.estimate = None;
        }
        let Some(estimate) = &self.estimate else {
            return Left::Unknown;
        };
        let remaining = estimate.remaining(progress);
        if self.told.replace(remaining) == Some(remaining) {
            Left::Unchanged
        } else {
            Left::About(remaining)
        }
    }
}

/// The remaining time in words; empty once the estimate is exceeded.
pub(super) fn left(remaining: Duration) -> String {
    match remaining.as_secs() {
        0 if remaining.is_zero() => "longer than last time".to_owned(),
        0..5 => "a few seconds left".to_owned(),
        seconds @ 5..55 => format!("about {} s left", seconds.next_multiple_of(5)),
        seconds => format!("about {} min left", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::estimate;
    use super::*;
    use cfn_deploy::stack::StackEvent;

    fn event(second: i64, logical_id: &str, status: &str) -> StackEvent {
        StackEvent {
            id: second.to_string(),
            timestamp: jiff::Timestamp::from_second(second).unwrap(),
            stack_id: "arn:stack/orders".to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: String::new(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: status.into(),
            reason: None,
            token: None,
        }
    }

    fn outlooks(events: &[StackEvent]) -> Vec<Left> {
        let (mut outlook, mut progress) = (Outlook::by(Some(estimate())), Progress::of(2));
        let mut after = |event: &StackEvent| {
            progress.apply(event);
            outlook.after(event, &progress)
        };
        events.iter().map(&mut after).collect()
    }

    #[test]
    fn what_is_expected_changes_with_each_resource_that_is_done() {
        let events = [
            event(1, "Topic", "UPDATE_IN_PROGRESS"),
            event(5, "Topic", "UPDATE_COMPLETE"),
            event(6, "Api", "UPDATE_IN_PROGRESS"),
            event(9, "Api", "UPDATE_COMPLETE"),
        ];
        let seconds = |seconds| Left::About(Duration::from_secs(seconds));
        assert_eq!(
            outlooks(&events),
            [Left::Unchanged, seconds(7), Left::Unchanged, seconds(1)]
        );
    }

    #[test]
    fn nothing_is_expected_of_an_update_that_is_undone() {
        let events = [
            event(1, "Topic", "UPDATE_FAILED"),
            event(2, "Topic", "UPDATE_COMPLETE"),
        ];
        assert_eq!(outlooks(&events), [Left::Unknown, Left::Unknown]);
        let events = [event(1, "Topic", "ROLLBACK_IN_PROGRESS")];
        assert_eq!(outlooks(&events), [Left::Unknown]);
    }

    #[test]
    fn the_words_are_as_precise_as_the_estimate() {
        let said = [0.0, 0.4, 4.9, 5.0, 42.0, 54.9, 55.0, 61.0, 600.0];
        insta::assert_snapshot!(said.map(|seconds| left(Duration::from_secs_f64(seconds))).join("\n"), @"
        longer than last time
        a few seconds left
        a few seconds left
        about 5 s left
        about 45 s left
        about 55 s left
        about 1 min left
        about 2 min left
        about 10 min left
        ");
    }
}
