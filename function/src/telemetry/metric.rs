//! Metrics, as CloudWatch's embedded metric format: a JSON line in the log that CloudWatch also counts.
//!
//! The format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use event_store_types::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// The namespace of every metric.
pub const NAMESPACE: &str = "EventStore";

/// What measurements are logged as: beside the log's own lines, and whatever the log's level is.
pub const TARGET: &str = "metrics";

/// The one dimension: the events table's name, which tells one deployment from another.
pub const DIMENSION: &str = "EventsTable";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Appends that were acknowledged.
    Appends,
    /// Appends that were refused because of their revision.
    Conflicts,
    /// Appends that were recognised as done before.
    Replays,
    /// Write request units that the API consumed.
    WriteUnits,
    /// Read request units that the API consumed.
    ReadUnits,
    /// Write request units that the relay consumed, to keep the catalogue.
    RelayWriteUnits,
    /// Read request units that the relay consumed, to reconcile.
    RelayReadUnits,
    /// How long a request took, in milliseconds.
    Latency,
    /// Records of the events table's stream that say that a commit was changed or removed. Never right.
    LogTampering,
}

impl Metric {
    /// The metric's name in CloudWatch. Alarms refer to it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Appends => "Appends",
            Self::Conflicts => "Conflicts",
            Self::Replays => "Replays",
            Self::WriteUnits => "WriteUnits",
            Self::ReadUnits => "ReadUnits",
            Self::RelayWriteUnits => "RelayWriteUnits",
            Self::RelayReadUnits => "RelayReadUnits",
            Self::Latency => "Latency",
            Self::LogTampering => "LogTampering",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Latency => "Milliseconds",
            _ => "Count",
        }
    }
}

/// Measurements of one request or invocation.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics<'a> {
    events_table: &'a str,
    values: Vec<(Metric, f64)>,
}

impl<'a> Metrics<'a> {
    /// No measurements yet, of the deployment with this events table.
    pub fn of(events_table: &'a str) -> Self {
        Self {
            events_table,
            values: Vec::new(),
        }
    }

    /// Adds a measurement. Each metric at most once.
    #[must_use]
    pub fn with(mut self, metric: Metric, value: f64) -> Self {
        self.values.push((metric, value));
        self
    }

    /// The measurements as a line of the embedded metric format, or `None` when there are none.
    pub fn to_line(&self, at: Timestamp) -> Option<String> {
        if self.values.is_empty() {
            return None;
        }
        serde_json::to_string(&Line { metrics: self, at }).ok()
    }

    /// Writes the measurements as a line of the log.
    pub fn emit(&self) {
        if let Some(line) = self.to_line(Timestamp::now()) {
            tracing::info!(target: TARGET, line);
        }
    }
}

/// The measurements in the form that CloudWatch reads: what they are, then each beside the dimension.
struct Line<'a> {
    metrics: &'a Metrics<'a>,
    at: Timestamp,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = &self.metrics.values;
        let declared = Declared {
            timestamp: self.at.as_jiff().as_millisecond(),
            directives: [Directive {
                namespace: NAMESPACE,
                dimensions: [[DIMENSION]],
                metrics: values.iter().map(|(metric, _)| Definition::of(*metric)).collect(),
            }],
        };
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("_aws", &declared)?;
        line.serialize_entry(DIMENSION, self.metrics.events_table)?;
        for (metric, value) in values {
            line.serialize_entry(metric.name(), value)?;
        }
        line.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declared {
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: [Directive; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 1]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl Definition {
    fn of(metric: Metric) -> Self {
        Self {
            name: metric.name(),
            unit: metric.unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_declared_and_given() {
        let line = Metrics::of("a-events")
            .with(Metric::Appends, 1.0)
            .with(Metric::Latency, 12.5);
        insta::assert_snapshot!(line.to_line("2025-01-25T10:11:12Z".parse().unwrap()).unwrap(), @r#"{"_aws":{"Timestamp":1737799872000,"CloudWatchMetrics":[{"Namespace":"EventStore","Dimensions":[["EventsTable"]],"Metrics":[{"Name":"Appends","Unit":"Count"},{"Name":"Latency","Unit":"Milliseconds"}]}]},"EventsTable":"a-events","Appends":1.0,"Latency":12.5}"#);
    }

    #[test]
    fn nothing_measured_is_no_line() {
        assert_eq!(Metrics::of("a-events").to_line(Timestamp::now()), None);
    }
}
