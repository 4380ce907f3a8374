//! What the relay logs and measures about changes to the log.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use event_store_function::telemetry::{Metric, metric};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

/// Counts the reports of changes to the log.
#[derive(Clone, Default)]
pub(super) struct Witness(Arc<Mutex<Reports>>);

/// What was reported.
#[derive(Clone, Default)]
pub(super) struct Reports {
    /// How many error lines named each sequence number.
    pub(super) lines: BTreeMap<String, usize>,
    /// The sum of the metric.
    pub(super) measured: f64,
}

impl Witness {
    /// What was reported so far.
    pub(super) fn reports(&self) -> Reports {
        self.0.lock().unwrap().clone()
    }

    /// A subscriber that shows the witness what the relay logs, and nothing of the crates below.
    pub(super) fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        let filter = Targets::new()
            .with_target("event_store_function", Level::ERROR)
            .with_target(metric::TARGET, Level::INFO);
        tracing_subscriber::registry().with(self.clone().with_filter(filter))
    }
}

impl<S: Subscriber> Layer<S> for Witness {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut reports = self.0.lock().unwrap();
        if event.metadata().target() == metric::TARGET {
            let line: Value = serde_json::from_str(&fields.0["line"]).unwrap();
            reports.measured += line[Metric::LogTampering.name()].as_f64().unwrap_or_default();
        } else if fields.0["message"] == "the log was tampered with" {
            *reports
                .lines
                .entry(fields.0["sequenceNumber"].clone())
                .or_default() += 1;
        }
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}
