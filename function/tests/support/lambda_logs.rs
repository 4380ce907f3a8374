//! Lambda's filter of log lines, as it is documented:
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
//!
//! With JSON as the format of logs, a line passes when its `level` is at or above the application's. A line without a level, with one
//! that does not exist, or without a timestamp of RFC 3339 counts as `INFO`: so does each line of measurements.

use std::collections::BTreeMap;

use event_store_types::Timestamp;
use serde_json::Value;

/// Lambda's levels, the most detailed first.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/// What the template sets for one of its log levels.
pub(crate) struct Lambdas {
    /// The level of what functions write.
    pub(crate) application: String,
}

/// Whether Lambda sends a line of a function's on, at its application level.
pub(crate) fn passes(line: &str, application_level: &str) -> bool {
    severity(&level_of(line)) >= severity(application_level)
}

fn severity(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap()
}

fn level_of(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let level = line["level"].as_str().unwrap_or_default().to_uppercase();
    let has_time = line["timestamp"]
        .as_str()
        .is_some_and(|time| time.parse::<Timestamp>().is_ok());
    if has_time && LEVELS.contains(&level.as_str()) {
        level
    } else {
        "INFO".to_owned()
    }
}

/// What the template gives Lambda for each of its log levels.
pub(crate) fn levels() -> BTreeMap<String, Lambdas> {
    const TEMPLATE: &str = include_str!("../../../templates/event-store.yaml");
    let block = TEMPLATE.split("  LambdaLogLevel:\n").nth(1).unwrap();
    let rows = block.lines().take_while(|line| line.starts_with("    "));
    let levels: BTreeMap<String, Lambdas> = rows
        .map(|row| {
            let (level, lambdas) = row.trim().split_once(": ").unwrap();
            let (_, application) = lambdas.split_once("Application: ").unwrap();
            let end = application.find([',', ' ']).unwrap();
            let application = application[..end].to_owned();
            (level.to_owned(), Lambdas { application })
        })
        .collect();
    assert_eq!(levels.len(), 5);
    assert_eq!(
        TEMPLATE
            .matches("ApplicationLogLevel: !FindInMap [LambdaLogLevel, !Ref LogLevel, Application]")
            .count(),
        2
    );
    levels
}
