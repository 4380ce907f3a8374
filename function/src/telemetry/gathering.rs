//! Gathers the measurements of many requests into few log lines.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use event_store_types::Timestamp;
use jiff::SignedDuration;

use super::metric::{Metric, Metrics};

/// How long measurements are gathered.
const LONGEST: SignedDuration = SignedDuration::from_secs(10);

/// Gathers the measurements of a process.
///
/// A line of measurements for each request would be longer than the request's own. So they are written once there are as
/// many as a line takes, or ten seconds have passed since the last line. A request that comes after a pause is measured
/// at once, with all that is left from before it: Lambda stops a process between two requests, so that no clock of
/// ours would end a pause. What is left when the process ends is written then. Where Lambda ends it, which it does
/// without a word, the measurements of its last ten seconds are lost; the lines of those requests are not.
pub struct Gathering(Mutex<State>);

struct State {
    metrics: Metrics,
    written: Option<Timestamp>,
}

impl Gathering {
    /// Gathers for the deployment with this events table.
    pub fn of(events_table: impl Into<Arc<str>>) -> Self {
        Self(Mutex::new(State {
            metrics: Metrics::of(events_table),
            written: None,
        }))
    }

    /// Adds what was measured of one request at the time `now`, and writes what there is when it is time.
    pub fn add(&self, now: Timestamp, measured: impl IntoIterator<Item = (Metric, f64)>) {
        if let Some(due) = self.due(now, measured) {
            due.emit();
        }
    }

    /// Adds what was measured, and gives what is to be written.
    fn due(&self, now: Timestamp, measured: impl IntoIterator<Item = (Metric, f64)>) -> Option<Metrics> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (metric, value) in measured {
            state.metrics.add(metric, value);
        }
        let is_recent = |written: Timestamp| {
            let age = now.as_jiff().duration_since(written.as_jiff());
            // A clock that was set back would otherwise hold everything up.
            (SignedDuration::ZERO..LONGEST).contains(&age)
        };
        if state.written.is_some_and(is_recent) && !state.metrics.are_full() {
            return None;
        }
        state.written = Some(now);
        Some(state.metrics.take())
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        let state = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.metrics.emit();
    }
}

impl fmt::Debug for Gathering {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Gathering")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::at;

    fn appended(gathering: &Gathering, seconds: u64) -> Option<f64> {
        let measured = [(Metric::Appends, 1.0), (Metric::Latency, 1.5)];
        let due = gathering.due(at(seconds), measured)?;
        let line: serde_json::Value = serde_json::from_str(&due.to_line(at(seconds)).unwrap()).unwrap();
        line["Appends"].as_f64()
    }

    #[test]
    fn a_request_after_a_pause_is_measured_at_once() {
        let gathering = Gathering::of("a");
        for seconds in [0, 10, 25, 100_000] {
            assert_eq!(appended(&gathering, seconds), Some(1.0), "{seconds}");
        }
    }

    #[test]
    fn requests_close_to_each_other_are_measured_together() {
        let gathering = Gathering::of("a");
        assert_eq!(appended(&gathering, 0), Some(1.0));
        for seconds in 1..10 {
            assert_eq!(appended(&gathering, seconds), None, "{seconds}");
        }
        assert_eq!(appended(&gathering, 10), Some(10.0));
    }

    #[test]
    fn no_more_are_gathered_than_a_line_takes() {
        let gathering = Gathering::of("a");
        appended(&gathering, 0);
        for _ in 1..Metrics::MOST_VALUES {
            assert_eq!(appended(&gathering, 1), None);
        }
        assert_eq!(appended(&gathering, 1), Some(100.0));
    }

    #[test]
    fn a_clock_that_goes_back_holds_nothing_up() {
        let gathering = Gathering::of("a");
        appended(&gathering, 100);
        assert_eq!(appended(&gathering, 99), Some(1.0));
    }
}
