//! How long a failing call is retried: within the invocation, up to its deadline.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::{Instant, sleep, timeout_at};

/// How long a failing call is retried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The time by which the last attempt must end.
    pub deadline: Instant,
    /// The pause after the first attempt. Each pause is twice the previous one.
    pub first_pause: Duration,
    pub longest_pause: Duration,
}

impl Patience {
    /// Retries until `deadline`, with pauses from 100 ms to 2 s.
    pub fn until(deadline: Instant) -> Self {
        Self {
            deadline,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(2),
        }
    }

    pub(super) fn begin(self) -> Attempts {
        Attempts {
            deadline: self.deadline,
            pauses: ExponentialBuilder::new()
                .with_min_delay(self.first_pause)
                .with_max_delay(self.longest_pause)
                .without_max_times()
                .build(),
        }
    }
}

/// The attempts at one call.
pub(super) struct Attempts {
    deadline: Instant,
    pauses: ExponentialBackoff,
}

impl Attempts {
    /// Awaits an attempt. At the deadline it is dropped, and its outcome is unknown. It then counts as
    /// missing: every effect of the relay may happen twice.
    pub(super) async fn attempt<T>(&self, call: impl Future<Output = T>) -> Result<T, DeadlinePassed> {
        timeout_at(self.deadline, call).await.map_err(|_| DeadlinePassed)
    }

    /// Waits until the next attempt is due.
    ///
    /// # Errors
    /// Immediately, if that would be past the deadline.
    pub(super) async fn pause(&mut self) -> Result<(), DeadlinePassed> {
        let pause = self.pauses.next().ok_or(DeadlinePassed)?;
        if Instant::now() + pause >= self.deadline {
            return Err(DeadlinePassed);
        }
        sleep(pause).await;
        Ok(())
    }
}

/// The error when the invocation must answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the invocation's deadline passed")]
pub(super) struct DeadlinePassed;

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(total: u64) -> Patience {
        Patience {
            deadline: Instant::now() + Duration::from_millis(total),
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(3),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_the_longest() {
        let mut attempts = patience(60_000).begin();
        let mut pauses = Vec::new();
        for _ in 0..4 {
            let began = Instant::now();
            attempts.pause().await.unwrap();
            pauses.push(began.elapsed().as_millis());
        }
        assert_eq!(pauses, [1, 2, 3, 3]);
    }

    #[tokio::test]
    async fn no_pause_reaches_beyond_the_deadline() {
        assert_eq!(patience(0).begin().pause().await, Err(DeadlinePassed));
    }

    #[tokio::test]
    async fn an_attempt_that_hangs_ends_at_the_deadline() {
        let never = std::future::pending::<()>();
        assert_eq!(patience(5).begin().attempt(never).await, Err(DeadlinePassed));
    }
}
