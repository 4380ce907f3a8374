//! Log lines for a person at a terminal, on stderr.

use std::error::Error;
use std::fmt;
use std::io;

use event_store_types::Timestamp;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::log_writer::LogWriter;
use crate::config::LogLevel;
use crate::telemetry;

/// The part of the SDK that closes connections which a service has refused.
const CONNECTIONS: &str = "aws_smithy_runtime::client::http::connection_poisoning";

/// Writes the log to stderr, a line an event, and gives back a guard that waits until all is written. A second call has no
/// effect.
///
/// # Errors
/// When no thread can be started to write it.
pub(super) fn init(level: LogLevel) -> io::Result<LogWriter> {
    let writer = LogWriter::to(io::stderr())?;
    let layer = tracing_subscriber::fmt::layer()
        .event_format(Line)
        .with_writer(writer.clone());
    // Only a process that logs already makes this fail, and its lines are as good.
    let _ = tracing_subscriber::registry()
        .with(filter(level))
        .with(layer)
        .try_init();
    Ok(writer)
}

/// The log filter at `level`. When the database refuses a call, the SDK reports as an error that there is no connection to close:
/// the database is in this process, and has none.
fn filter(level: LogLevel) -> Targets {
    telemetry::filter(level).with_target(CONNECTIONS, LevelFilter::OFF)
}

/// `10:11:12Z PUT /streams/order/2886…/events/2 201 1.9 ms` for a request, and
/// `10:11:12Z WARN message name=value …` for everything else. Fields that matter only on a bill are left out.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let now = Timestamp::now().to_string();
        // The time of day, to the second.
        let time = now.get(11..19).unwrap_or(&now);
        write!(writer, "{time}Z ")?;
        let level = *event.metadata().level();
        if level != Level::INFO {
            write!(writer, "{level} ")?;
        }
        let told = match fields.get("message") {
            Some("notification") => fields.notification(),
            _ => fields.request(),
        };
        let told = told.unwrap_or_else(|| fields.to_string());
        // It may hold texts of users.
        writeln!(writer, "{}", telemetry::escaped(&told))
    }
}

/// An event's fields, in their order.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn notification(&self) -> Option<String> {
        let stream_type = self.get("streamType")?;
        let stream_id = self.get("streamId")?;
        let revision = self.get("revision")?;
        let event_type = self.get("eventType")?;
        Some(format!(
            "notification: {stream_type} {stream_id} revision {revision} {event_type}"
        ))
    }

    /// A request's line: its operation, how it ended, how long it took, and which stream it was about.
    fn request(&self) -> Option<String> {
        let operation = self.get("message")?;
        let status = self.get("status")?;
        let duration: f64 = self.get("durationMs")?.parse().ok()?;
        let mut told = format!("{operation} {status} {duration:.1} ms");
        if let Some(stream) = self.get("stream") {
            told.extend(["  ", stream]);
            if let Some(revision) = self.get("revision") {
                told.extend([" revision ", revision]);
            }
        }
        if let Some(error) = self.get("error") {
            told.extend(["  ", error]);
        }
        Some(told)
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.get("message").unwrap_or_default())?;
        for (name, value) in self.0.iter().filter(|(name, _)| *name != "message") {
            write!(formatter, " {name}={value}")?;
        }
        Ok(())
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.0.push((field.name(), telemetry::chain(value)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_sdk_does_not_miss_a_connection_that_there_is_none_of() {
        let filter = filter(LogLevel::Trace);
        let is_told = |target: &str| filter.would_enable(target, &tracing::Level::ERROR);
        assert!(!is_told(CONNECTIONS));
        assert!(is_told("aws_smithy_runtime::client::http") && is_told("event_store_function::local"));
    }

    /// What `log` writes, without the times.
    fn written(log: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Line)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| line.split_once("Z ").unwrap().1);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_request_is_told_by_its_operation_status_time_and_stream() {
        let text = written(|| {
            tracing::info!(
                requestId = "r-1",
                status = 201,
                durationMs = 1.94,
                wru = 1.0,
                stream = "order/2886e475",
                revision = 2,
                "appendEvent"
            );
            tracing::info!(
                requestId = "r-2",
                status = 200,
                durationMs = 12.0,
                rru = 4.0,
                stream = "order",
                "listStreams"
            );
            tracing::warn!(
                requestId = "r-3",
                status = 503,
                durationMs = 5000.0,
                error = "timed out",
                "readiness"
            );
            tracing::info!(requestId = "r-4", status = 404, durationMs = 0.1, "unknown");
        });
        insta::assert_snapshot!(text, @"
        appendEvent 201 1.9 ms  order/2886e475 revision 2
        listStreams 200 12.0 ms  order
        WARN readiness 503 5000.0 ms  timed out
        unknown 404 0.1 ms
        ");
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let text = written(|| {
            tracing::info!(
                streamType = "order",
                streamId = "2886",
                revision = 2_u64,
                eventType = "paid\n10:11:12Z forged \u{1b}[2J\u{9b}2J\u{202e}",
                "notification"
            );
        });
        insta::assert_snapshot!(text, @r"notification: order 2886 revision 2 paid\u{a}10:11:12Z forged \u{1b}[2J\u{9b}2J\u{202e}");
    }

    #[test]
    fn everything_else_is_told_with_its_fields() {
        let text = written(|| {
            tracing::info!(
                streamType = "order",
                streamId = "2886",
                revision = 2_u64,
                eventType = "paid",
                "notification"
            );
            tracing::info!(listed = 2, announced = 1, "repairing what was left undone");
            let error = crate::store::StoreError::Throttled("too many".into());
            tracing::error!(error = &error as &dyn Error, "not relayed");
        });
        insta::assert_snapshot!(text, @"
        notification: order 2886 revision 2 paid
        repairing what was left undone listed=2 announced=1
        ERROR not relayed error=the database throttles: too many
        ");
    }
}
