//! Time.

use std::time::Duration;

use jiff::Timestamp;

/// A clock that can be waited on.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns after the given time. Dropping the future ends the wait.
    async fn sleep(&self, duration: Duration);
}
