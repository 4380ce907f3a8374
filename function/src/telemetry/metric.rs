//! Metrics, as CloudWatch's embedded metric format: a JSON line in the log that CloudWatch also counts.
//!
//! Each metric costs $0.30 a month, so that what AWS measures anyway is not among them: DynamoDB tells the units that each table
//! consumes (`ConsumedWriteCapacityUnits`), and Lambda its invocations, their duration and errors.
//!
//! The format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::sync::Arc;

use event_store_types::Timestamp;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// The namespace of every metric.
pub const NAMESPACE: &str = "EventStore";

/// The log target of measurements. They are written whatever the level of the log is.
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
    /// How long a request took, in milliseconds.
    Latency,
    /// Records of the events table's stream that say that a commit was changed or removed. Never right.
    LogTampering,
    /// Times that the feed could not be read or filled although the database answered: a page, or what it names, is not what it
    /// should be. Never right.
    FeedFaults,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 6] = [
        Self::Appends,
        Self::Conflicts,
        Self::Replays,
        Self::Latency,
        Self::LogTampering,
        Self::FeedFaults,
    ];

    /// The metric's name in CloudWatch. Alarms refer to it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Appends => "Appends",
            Self::Conflicts => "Conflicts",
            Self::Replays => "Replays",
            Self::Latency => "Latency",
            Self::LogTampering => "LogTampering",
            Self::FeedFaults => "FeedFaults",
        }
    }

    fn unit(self) -> Unit {
        match self {
            Self::Latency => Unit::Milliseconds,
            Self::Appends | Self::Conflicts | Self::Replays | Self::LogTampering | Self::FeedFaults => {
                Unit::Count
            }
        }
    }
}

/// CloudWatch's names of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Unit {
    Count,
    Milliseconds,
}

/// Measurements under way to a line of the log: of each metric that counts the sum, of any other each value.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    events_table: Arc<str>,
    values: Vec<(Metric, Vec<f64>)>,
}

impl Metrics {
    /// The most values of one metric in a line, which is what the format allows.
    pub const MOST_VALUES: usize = 100;

    /// No measurements yet, of the deployment with this events table.
    pub fn of(events_table: impl Into<Arc<str>>) -> Self {
        Self {
            events_table: events_table.into(),
            values: Vec::new(),
        }
    }

    /// The same measurements and one more.
    #[must_use]
    pub fn with(mut self, metric: Metric, value: f64) -> Self {
        self.add(metric, value);
        self
    }

    /// Adds a measurement.
    pub fn add(&mut self, metric: Metric, value: f64) {
        let there = self.values.iter_mut().find(|(other, _)| *other == metric);
        match there {
            None => self.values.push((metric, vec![value])),
            Some((_, values)) => match (metric.unit(), values.as_mut_slice()) {
                (Unit::Count, [sum]) => *sum += value,
                _ => values.push(value),
            },
        }
    }

    /// Whether a line takes no more of them.
    pub fn are_full(&self) -> bool {
        self.values
            .iter()
            .any(|(_, values)| values.len() >= Self::MOST_VALUES)
    }

    /// Takes the measurements out.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let rest = Self::of(self.events_table.clone());
        std::mem::replace(self, rest)
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
    metrics: &'a Metrics,
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
        line.serialize_entry(DIMENSION, &*self.metrics.events_table)?;
        for (metric, values) in values {
            match values.as_slice() {
                [value] => line.serialize_entry(metric.name(), value)?,
                values => line.serialize_entry(metric.name(), values)?,
            }
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
    unit: Unit,
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
    fn what_counts_is_summed_and_everything_else_is_kept() {
        let mut measured = Metrics::of("a-events");
        for latency in [12.5, 3.25] {
            measured.add(Metric::Appends, 1.0);
            measured.add(Metric::Latency, latency);
        }
        let line = measured.take().to_line(Timestamp::now()).unwrap();
        assert!(
            line.ends_with(r#","Appends":2.0,"Latency":[12.5,3.25]}"#),
            "{line}"
        );
        assert_eq!(measured.take().to_line(Timestamp::now()), None);
    }

    #[test]
    fn a_line_takes_as_many_values_as_the_format_allows() {
        let mut measured = Metrics::of("a-events");
        for _ in 1..Metrics::MOST_VALUES {
            measured.add(Metric::Latency, 1.0);
            measured.add(Metric::Appends, 1.0);
        }
        assert!(!measured.are_full());
        measured.add(Metric::Latency, 1.0);
        assert!(measured.are_full());
    }

    #[test]
    fn nothing_measured_is_no_line() {
        assert_eq!(Metrics::of("a-events").to_line(Timestamp::now()), None);
    }
}
