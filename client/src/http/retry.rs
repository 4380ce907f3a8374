//! PURE: what is tried again, and when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::Error;

/// What is tried again, and when.
///
/// Tried again are requests without an answer (connection refused or reset, time out) and the answers 408, 429 and
/// 5xx. The pause doubles from the first to the longest, and up to as much again is added at random, so that
/// clients that failed together do not come back together. A `Retry-After` of the store lengthens the pause;
/// one beyond the longest pause ends the trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts, pausing 100 ms, 200 ms, 400 ms and 800 ms, each up to doubled; no pause beyond 5 s.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl RetryPolicy {
    /// One attempt, whatever comes of it.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// Sets how often a request is sent, the first time included; 0 counts as 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the pause before the second attempt.
    #[must_use]
    pub fn first_pause(mut self, pause: Duration) -> Self {
        self.first_pause = pause;
        self
    }

    /// Sets the longest pause, and the longest `Retry-After` that is waited for.
    #[must_use]
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }

    pub(super) fn pauses(&self) -> Pauses {
        let backoff = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.first_pause.min(self.longest_pause))
            .with_max_delay(self.longest_pause)
            .with_max_times(self.attempts as usize - 1)
            .build();
        Pauses {
            backoff,
            longest: self.longest_pause,
        }
    }
}

/// The pauses between the attempts of one request.
#[derive(Debug)]
pub(super) struct Pauses {
    backoff: ExponentialBackoff,
    longest: Duration,
}

impl Pauses {
    /// How long to wait before the next attempt, or `None` when there is to be none.
    pub(super) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        let pause = self.backoff.next()?;
        match retry_after {
            Some(asked) if asked > self.longest => None,
            Some(asked) => Some(pause.max(asked)),
            None => Some(pause),
        }
    }
}

/// An attempt that is about to be repeated.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retry<'a> {
    /// Why: what the caller would have been told if this had been the last attempt. [`Error::attempts`] counts them.
    pub error: &'a Error,
    /// How long is waited before the next attempt.
    pub pause: Duration,
}

/// The pauses between the attempts of a writer while others are faster: short, because the store has just answered where the
/// stream ends, and at random, so that writers who ran into each other do not do so again.
pub(crate) fn pauses_of_writers(attempts: u32) -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(attempts.max(1) as usize - 1)
        .build()
}

/// Reads a `Retry-After` header in seconds (RFC 9110 §10.2.3). The store does not send dates.
pub(super) fn retry_after(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(policy: RetryPolicy) -> Vec<Duration> {
        let mut pauses = policy.pauses();
        std::iter::from_fn(|| pauses.next(None)).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_lengthened_by_at_most_themselves() {
        let policy = RetryPolicy::default()
            .attempts(8)
            .longest_pause(Duration::from_secs(1));
        let pauses = all(policy);
        let least = [100, 200, 400, 800, 1000, 1000, 1000].map(Duration::from_millis);
        assert_eq!(pauses.len(), least.len());
        for (pause, least) in pauses.into_iter().zip(least) {
            assert!(pause >= least && pause <= least * 2, "{pause:?} for {least:?}");
        }
    }

    #[test]
    fn one_attempt_has_no_pauses() {
        assert!(all(RetryPolicy::never()).is_empty());
        assert!(all(RetryPolicy::default().attempts(0)).is_empty());
    }

    #[test]
    fn a_retry_after_lengthens_the_pause_and_never_shortens_it() {
        let policy = RetryPolicy::default();
        assert_eq!(
            policy.pauses().next(Some(Duration::from_secs(3))),
            Some(Duration::from_secs(3))
        );
        assert!(policy.pauses().next(Some(Duration::ZERO)).unwrap() >= Duration::from_millis(100));
    }

    #[test]
    fn a_retry_after_beyond_the_longest_pause_ends_the_trying() {
        assert_eq!(
            RetryPolicy::default().pauses().next(Some(Duration::from_secs(6))),
            None
        );
    }

    #[test]
    fn a_retry_after_is_read_in_seconds() {
        assert_eq!(retry_after(" 2 "), Some(Duration::from_secs(2)));
        for text in ["", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(retry_after(text), None, "{text:?}");
        }
    }
}
