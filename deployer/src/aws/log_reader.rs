//! Reads `CloudWatch` Logs.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use cfn_deploy::cloud::{CallError, LogEvent, LogReader, Page};
use jiff::Timestamp;

use super::Aws;

impl LogReader for Aws {
    async fn log_events(
        &self,
        group: &str,
        since: Timestamp,
        term: Option<&str>,
        page: Option<&str>,
    ) -> Result<Page<LogEvent>, CallError> {
        let request = self.logs.filter_log_events().log_group_name(group);
        let answer = request
            .start_time(since.as_millisecond())
            // A quoted term matches literally; unquoted, its punctuation would be operators.
            .set_filter_pattern(
                term.map(|term| format!("\"{}\"", term.replace('\\', "\\\\").replace('"', "\\\""))),
            )
            .set_next_token(page.map(ToOwned::to_owned))
            .send()
            .await
            .map_err(|error| self.failure("logs:FilterLogEvents", error))?;
        Ok(Page {
            items: answer
                .events
                .unwrap_or_default()
                .into_iter()
                .map(log_event)
                .collect(),
            next: answer.next_token,
        })
    }
}

fn log_event(event: FilteredLogEvent) -> LogEvent {
    let at = event.timestamp.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    LogEvent {
        // An emulator may return no id.
        id: event
            .event_id
            .unwrap_or_else(|| format!("{}/{at}/{message}", event.log_stream_name.unwrap_or_default())),
        at: Timestamp::from_millisecond(at).unwrap_or_default(),
        message,
    }
}
