//! What is in log groups.

use jiff::Timestamp;

use super::{CallError, Page};

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Unique within the group.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// The line, as it was written.
    pub message: String,
}

/// `CloudWatch` Logs, read.
pub trait LogReader {
    /// A page of a group's lines since a moment, oldest first; with a term, of those that hold it. A page may be empty and not be the
    /// last.
    ///
    /// # Errors
    /// `NotFound` when there is no such group.
    async fn log_events(
        &self,
        group: &str,
        since: Timestamp,
        term: Option<&str>,
        page: Option<&str>,
    ) -> Result<Page<LogEvent>, CallError>;
}
