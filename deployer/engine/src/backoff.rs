//! PURE: how long to wait between two looks at something that takes its time.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Waits that grow from quick to patient. An emulator is done in a moment; AWS counts every call.
#[derive(Debug)]
pub(super) struct Backoff {
    waits: ExponentialBackoff,
    longest: Duration,
}

const FIRST: Duration = Duration::from_millis(50);

impl Backoff {
    /// Waits of up to the given time, each half as long again as the one before.
    pub(super) fn up_to(longest: Duration) -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST)
            .with_max_delay(longest)
            .with_factor(1.5)
            .without_max_times();
        Self {
            waits: waits.build(),
            longest,
        }
    }

    /// The next wait.
    pub(super) fn next(&mut self) -> Duration {
        self.waits.next().unwrap_or(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_longest() {
        let mut backoff = Backoff::up_to(Duration::from_millis(100));
        let waits =
            [backoff.next(), backoff.next(), backoff.next(), backoff.next()].map(|wait| wait.as_millis());
        assert_eq!(waits, [50, 75, 100, 100]);
    }
}
