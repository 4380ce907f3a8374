//! How long a command may take.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// When a command that has appended nothing is given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    limit: Duration,
    /// `None` for a limit that no clock reaches.
    at: Option<Instant>,
}

/// The time is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeIsOver {
    pub(super) limit: Duration,
}

impl Deadline {
    /// So long from now on.
    pub(super) fn after(limit: Duration) -> Self {
        Self {
            limit,
            at: Instant::now().checked_add(limit),
        }
    }

    /// Waits for what may be given up: never for an append, of which it would not be known whether it was carried out.
    pub(super) async fn hold<Work: Future>(self, work: Work) -> Result<Work::Output, TimeIsOver> {
        match self.at {
            Some(at) => timeout_at(at, work)
                .await
                .map_err(|_| TimeIsOver { limit: self.limit }),
            None => Ok(work.await),
        }
    }
}
