//! The form of a log line: one flat JSON object, or a line of measurements as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use event_store_types::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use super::escape::escaped_json;
use super::metric;

/// A layer that writes each event as one flat JSON object.
pub(super) fn layer<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    tracing_subscriber::fmt::layer()
        .fmt_fields(JsonFields::new())
        .event_format(JsonLine)
        .with_writer(writer)
}

/// `timestamp`, `level` and `message`, as Lambda's JSON log format has them, then the fields of the spans
/// around the event, then its own: a log query names `requestId` and not `spans[0].requestId`.
struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.metadata().target() == metric::TARGET {
            let mut line = WholeLine(writer, Ok(()));
            event.record(&mut line);
            return line.1;
        }
        let mut fields = Fields::default();
        fields.set("timestamp", &Timestamp::now());
        fields.set("level", event.metadata().level().as_str());
        fields.set("message", "");
        for span in context
            .event_scope()
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            let extensions = span.extensions();
            let text = extensions
                .get::<FormattedFields<JsonFields>>()
                .map_or("", |fields| fields.as_str());
            // A span without fields has no text at all, and that is no JSON.
            let span_fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
            for (name, value) in span_fields {
                // Nothing is traced, and the id of a trace would make each line longer by a third.
                if name != "xrayTraceId" {
                    fields.set(name, value);
                }
            }
        }
        event.record(&mut fields);
        fields.write(&mut writer)
    }
}

/// Fields in the order in which they were first set.
#[derive(Default)]
struct Fields {
    /// Each name, and where its value lies.
    places: Vec<(Cow<'static, str>, Range<usize>)>,
    /// The values as JSON, one behind the other.
    values: Vec<u8>,
}

impl Fields {
    fn set(&mut self, name: impl Into<Cow<'static, str>>, value: &(impl Serialize + ?Sized)) {
        let name = name.into();
        let start = self.values.len();
        if serde_json::to_writer(&mut self.values, value).is_err() {
            // Texts and numbers always have a JSON form.
            self.values.truncate(start);
            return;
        }
        let place = start..self.values.len();
        match self.places.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = place,
            None => self.places.push((name, place)),
        }
    }

    fn write(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let values = str::from_utf8(&self.values).map_err(|_| fmt::Error)?;
        for (index, (name, place)) in self.places.iter().enumerate() {
            let separator = if index == 0 { '{' } else { ',' };
            // A name is a word of the code, in which nothing needs to be escaped.
            let value = escaped_json(&values[place.clone()]);
            write!(writer, "{separator}\"{name}\":{value}")?;
        }
        writeln!(writer, "}}")
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), &value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.set(field.name(), &super::chain(value));
    }
}

/// Writes the field `line`, which holds a whole line.
struct WholeLine<'writer>(Writer<'writer>, fmt::Result);

impl Visit for WholeLine<'_> {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "line" {
            self.1 = writeln!(self.0, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt as _;

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

    /// What `log` writes, with every time replaced.
    fn written(log: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = tracing_subscriber::registry().with(layer(move || writer.clone()));
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let mut lines = String::new();
        for line in text.lines() {
            let (_, rest) = line.split_once("Z\"").unwrap();
            lines.push_str("{\"timestamp\":\"…\"");
            lines.push_str(rest);
            lines.push('\n');
        }
        lines
    }

    #[test]
    fn fields_lie_flat_beside_the_message_with_their_types() {
        let text = written(|| {
            tracing::info!(
                requestId = "a-1",
                durationMs = 1.5,
                wru = 3_u64,
                replayed = true,
                "append \"done\""
            );
        });
        insta::assert_snapshot!(text, @r#"{"timestamp":"…","level":"INFO","message":"append \"done\"","requestId":"a-1","durationMs":1.5,"wru":3,"replayed":true}"#);
    }

    #[test]
    fn fields_of_the_spans_around_are_on_the_line_and_the_nearest_wins() {
        let text = written(|| {
            let _outer =
                tracing::info_span!("request", requestId = "a-1", proof = tracing::field::Empty).entered();
            let _inner = tracing::info_span!("append", revision = 2, requestId = "a-2").entered();
            tracing::warn!(revision = 3, "slow");
        });
        insta::assert_snapshot!(text, @r#"{"timestamp":"…","level":"WARN","message":"slow","requestId":"a-2","revision":3}"#);
    }

    #[test]
    fn measurements_are_a_line_of_their_own_form() {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = tracing_subscriber::registry().with(layer(move || writer.clone()));
        let measured = metric::Metrics::of("a-events").with(metric::Metric::Replays, 1.0);
        tracing::subscriber::with_default(subscriber, || measured.emit());
        let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let line: Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(
            (&line["Replays"], &line["EventsTable"]),
            (&1.0.into(), &"a-events".into())
        );
        assert!(line["_aws"]["Timestamp"].is_i64() && line.get("level").is_none());
    }

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        let text = written(|| tracing::info!(keys = "a\u{1b}[2J\u{9b}2J\u{202e}", "x"));
        insta::assert_snapshot!(text, @r#"{"timestamp":"…","level":"INFO","message":"x","keys":"a\u001b[2J\u009b2J\u202e"}"#);
    }

    #[test]
    fn an_error_is_written_with_its_causes() {
        let text = written(|| {
            let error = crate::store::StoreError::Throttled("too many\nrequests".into());
            tracing::error!(error = &error as &dyn Error, "internal");
        });
        insta::assert_snapshot!(text, @r#"{"timestamp":"…","level":"ERROR","message":"internal","error":"the database throttles: too many\nrequests"}"#);
    }
}
