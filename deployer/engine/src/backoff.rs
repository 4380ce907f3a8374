//! PURE: how long to wait between two looks at something that takes its time.

use std::time::Duration;

/// Waits that grow from quick to patient. An emulator is done in a moment; AWS counts every call.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    next: Duration,
    longest: Duration,
}

const FIRST: Duration = Duration::from_millis(50);

impl Backoff {
    /// Waits of up to the given time.
    pub(super) fn up_to(longest: Duration) -> Self {
        Self { next: FIRST, longest }
    }

    /// The next wait: half as long again as the one before.
    pub(super) fn next(&mut self) -> Duration {
        let current = self.next;
        self.next = (current + current / 2).min(self.longest);
        current
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
