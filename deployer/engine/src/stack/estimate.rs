//! PURE: estimates the remaining time of an operation from the last similar one.

use std::collections::BTreeSet;
use std::time::Duration;

use super::release::{Durations, ReleaseOutcome};
use super::{ChangeSummary, Phase, Progress, Release, ReleaseId};

/// An operation that takes less needs no estimate.
const SHORTEST_MS: u64 = 1_000;

/// An estimate from an earlier operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    release: ReleaseId,
    whole_ms: u64,
    durations: Durations,
}

impl Estimate {
    /// Uses a release as the measure, if it fits: it must have been of the same kind, and have changed all resources
    /// that are to be changed now. Otherwise there is no estimate.
    pub fn by(release: Release, outcome: ReleaseOutcome, changes: &ChangeSummary) -> Option<Self> {
        let known = &release.durations.resources;
        let worked_on: BTreeSet<&str> = changes
            .changes
            .iter()
            .map(|change| change.logical_id.as_str())
            .collect();
        let is_alike = release.outcome == outcome
            && !worked_on.is_empty()
            && worked_on.iter().all(|id| known.contains_key(*id));
        if !is_alike {
            return None;
        }
        // The earlier operation may have changed more resources, whose time is left out; the time after its last
        // resource is included.
        let end_of = |those: &dyn Fn(&str) -> bool| {
            let ends = known.iter().filter(|(id, _)| those(id));
            ends.map(|(_, span)| span.ended_ms()).max().unwrap_or_default()
        };
        let after = release.durations.total_ms.saturating_sub(end_of(&|_| true));
        let whole_ms = end_of(&|id| worked_on.contains(id)) + after;
        (whole_ms >= SHORTEST_MS).then_some(Self {
            whole_ms,
            release: release.id,
            durations: release.durations,
        })
    }

    /// The release that is the measure.
    pub fn release(&self) -> &ReleaseId {
        &self.release
    }

    /// The expected duration of the operation.
    pub fn whole(&self) -> Duration {
        Duration::from_millis(self.whole_ms)
    }

    /// The expected remaining time, counted from the end of all resources that are done.
    pub fn remaining(&self, progress: &Progress) -> Duration {
        let done = progress
            .resources()
            .iter()
            .filter(|resource| resource.status.phase() != Phase::InProgress)
            .filter_map(|resource| self.durations.resources.get(&resource.logical_id));
        let reached = done.map(|span| span.ended_ms()).max().unwrap_or_default();
        Duration::from_millis(self.whole_ms.saturating_sub(reached))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::collections::BTreeMap;

    use super::super::release::Span;
    use super::super::release::testing::release;
    use super::super::{Action, Replacement, ResourceChange};
    use super::*;

    /// The last update: the topic took four seconds, then the function six, and a second later all was over.
    pub(crate) fn last() -> Release {
        let span = |began_ms, took_ms| Span { began_ms, took_ms };
        Release {
            outcome: ReleaseOutcome::Updated,
            durations: Durations {
                total_ms: 11_000,
                resources: BTreeMap::from([
                    ("Topic".to_owned(), span(0, 4_000)),
                    ("Api".to_owned(), span(4_000, 6_000)),
                ]),
            },
            ..release(1_800_000_000, "t1")
        }
    }

    pub(crate) fn changing(ids: &[&str]) -> ChangeSummary {
        let change = |logical_id: &&str| ResourceChange {
            logical_id: (*logical_id).to_owned(),
            physical_id: None,
            resource_type: "AWS::SNS::Topic".to_owned(),
            action: Action::Modify,
            replacement: Replacement::Never,
            policy_action: None,
            causes: Vec::new(),
        };
        ChangeSummary {
            changes: ids.iter().map(change).collect(),
        }
    }

    /// What [`last`] tells of an update of both.
    pub(crate) fn estimate() -> Estimate {
        Estimate::by(last(), ReleaseOutcome::Updated, &changing(&["Topic", "Api"])).expect("it is alike")
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::testing::event;
    use super::super::release::Span;
    use super::testing::{changing, estimate, last};
    use super::*;

    #[test]
    fn what_is_left_is_what_was_left_when_the_same_resources_were_done() {
        let estimate = estimate();
        assert_eq!(estimate.whole(), Duration::from_secs(11));
        let mut progress = Progress::of(2);
        let mut after = |second, id, status| {
            progress.apply(&event(second, id, status, None));
            estimate.remaining(&progress).as_secs()
        };
        assert_eq!(after(50, "Topic", "UPDATE_IN_PROGRESS"), 11);
        assert_eq!(after(90, "Topic", "UPDATE_COMPLETE"), 7);
        assert_eq!(after(91, "Api", "UPDATE_COMPLETE"), 1);
    }

    #[test]
    fn what_was_done_besides_last_time_is_not_waited_for() {
        let estimate = Estimate::by(last(), ReleaseOutcome::Updated, &changing(&["Topic"])).unwrap();
        assert_eq!(estimate.whole(), Duration::from_secs(5));
    }

    #[test]
    fn what_was_over_in_a_moment_is_nothing_to_wait_for() {
        let mut moment = last();
        moment.durations.total_ms = 999;
        moment.durations.resources.remove("Api");
        moment
            .durations
            .resources
            .insert("Topic".to_owned(), Span::default());
        assert_eq!(
            Estimate::by(moment, ReleaseOutcome::Updated, &changing(&["Topic"])),
            None
        );
    }

    #[test]
    fn what_was_not_done_last_time_says_nothing() {
        for (outcome, ids) in [
            (ReleaseOutcome::Created, &["Topic"][..]),
            (ReleaseOutcome::Updated, &["Topic", "Queue"]),
            (ReleaseOutcome::Updated, &[]),
        ] {
            assert_eq!(
                Estimate::by(last(), outcome, &changing(ids)),
                None,
                "{outcome:?} {ids:?}"
            );
        }
    }
}
