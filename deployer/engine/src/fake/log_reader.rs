//! What is in log groups.

use jiff::Timestamp;

use crate::cloud::{CallError, CallErrorKind, LogEvent, LogReader, Page};

use super::FakeCloud;

impl LogReader for FakeCloud {
    async fn log_events(
        &self,
        group: &str,
        since: Timestamp,
        term: Option<&str>,
        page: Option<&str>,
    ) -> Result<Page<LogEvent>, CallError> {
        self.call("FilterLogEvents")?;
        if !self.with(|world| world.log_groups.contains(group)) {
            return Err(CallError {
                operation: "FilterLogEvents".into(),
                kind: CallErrorKind::NotFound {
                    message: "The specified log group does not exist.".into(),
                },
                source: None,
            });
        }
        let mut found: Vec<LogEvent> = self.with(|world| {
            let now = world.now;
            let lines = world.log_lines.iter().filter(|(name, line, seen)| {
                name == group
                    && *seen <= now
                    && line.at >= since
                    && term.is_none_or(|term| line.message.contains(term))
            });
            lines.map(|(_, line, _)| line.clone()).collect()
        });
        found.sort_by_key(|line| line.at);
        Ok(self.page(&found, page))
    }
}

impl FakeCloud {
    /// Writes a line `second` seconds after the beginning, which can be read so many seconds later.
    pub(crate) fn write_log(&self, group: &str, second: i64, message: &str, late: i64) {
        self.with(|world| {
            let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
            let line = LogEvent {
                id: format!("line-{}", world.log_lines.len()),
                at,
                message: message.into(),
            };
            let seen = at + jiff::SignedDuration::from_secs(late);
            world.log_lines.push((group.into(), line, seen));
        });
    }
}
