//! PURE: how long to wait after failures in a row.

use std::time::Duration;

/// How long to wait after failures in a row: twice as long after each, up to a longest pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Pauses from `first` on, each twice the one before, and none longer than `longest`.
    pub const fn doubling(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The pause after the failure number `failures`, counted from 1.
    pub(crate) fn after(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.longest)
    }

    /// The same pause, less up to half of it: `random`, between 0 and 1, says how much, so that those who failed together do
    /// not come back together.
    #[cfg(feature = "sqs")]
    pub(crate) fn scattered_after(self, failures: u32, random: f64) -> Duration {
        self.after(failures).mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff::doubling(Duration::from_secs(5), Duration::from_mins(15));

    #[test]
    fn pauses_double_up_to_the_longest() {
        let seconds: Vec<u64> = (1..=10)
            .map(|failures| BACKOFF.after(failures).as_secs())
            .collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(BACKOFF.after(u32::MAX), Duration::from_mins(15));
        assert_eq!(BACKOFF.after(0), Duration::from_secs(5));
    }

    #[cfg(feature = "sqs")]
    #[test]
    fn scattering_takes_off_at_most_half() {
        for random in [0.0, 0.5, 1.0, 7.0, -1.0] {
            let pause = BACKOFF.scattered_after(2, random);
            assert!(
                (Duration::from_secs(5)..=Duration::from_secs(10)).contains(&pause),
                "{pause:?}"
            );
        }
        assert_eq!(BACKOFF.scattered_after(2, 1.0), Duration::from_secs(5));
    }
}
