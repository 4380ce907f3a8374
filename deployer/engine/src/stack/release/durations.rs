//! PURE: the duration of a deployment, in total and per resource.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::stack::Progress;

/// The durations of a deployment, from the execution of its change set; zero if none was executed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Durations {
    /// The total, in milliseconds.
    pub total_ms: u64,
    /// The span of each changed resource, by logical id.
    pub resources: BTreeMap<String, Span>,
}

/// The time in which a resource was changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// The start, in milliseconds after the execution began.
    pub began_ms: u64,
    /// The duration, in milliseconds.
    pub took_ms: u64,
}

impl Span {
    /// The end, in milliseconds after the execution began.
    pub fn ended_ms(self) -> u64 {
        self.began_ms.saturating_add(self.took_ms)
    }
}

impl Durations {
    /// Computes the durations from the progress of an operation between `began` and `ended`.
    pub fn of(progress: &Progress, began: Timestamp, ended: Timestamp) -> Self {
        let resources = progress.resources().iter().map(|resource| {
            let span = Span {
                began_ms: milliseconds(began, resource.began),
                took_ms: milliseconds(resource.began, resource.changed),
            };
            (resource.logical_id.clone(), span)
        });
        Self {
            total_ms: milliseconds(began, ended),
            resources: resources.collect(),
        }
    }
}

/// The clocks of two machines may differ slightly, so a negative duration counts as zero.
fn milliseconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::event::testing::event;

    #[test]
    fn each_resource_has_its_own_span_within_the_whole() {
        let mut progress = Progress::of(2);
        for event in [
            event(100, "orders", "UPDATE_IN_PROGRESS", None),
            event(101, "Topic", "UPDATE_IN_PROGRESS", None),
            event(101, "Queue", "UPDATE_IN_PROGRESS", None),
            event(104, "Topic", "UPDATE_COMPLETE", None),
            event(109, "Queue", "UPDATE_COMPLETE", None),
        ] {
            progress.apply(&event);
        }
        let at = |second| Timestamp::from_second(second).unwrap();
        let span = |began_ms, took_ms| Span { began_ms, took_ms };
        assert_eq!(
            Durations::of(&progress, at(100), at(110)),
            Durations {
                total_ms: 10_000,
                resources: BTreeMap::from([
                    ("Topic".into(), span(1_000, 3_000)),
                    ("Queue".into(), span(1_000, 8_000)),
                ]),
            }
        );
    }

    #[test]
    fn clocks_that_disagree_give_no_negative_time() {
        let mut progress = Progress::of(1);
        progress.apply(&event(99, "Topic", "UPDATE_IN_PROGRESS", None));
        let at = |second| Timestamp::from_second(second).unwrap();
        let durations = Durations::of(&progress, at(100), at(100));
        assert_eq!(durations.resources["Topic"].began_ms, 0);
    }
}
