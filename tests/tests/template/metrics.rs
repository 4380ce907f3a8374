//! The metrics that alarms watch are those that the functions write, under the same names.

use event_store_function::telemetry::{DIMENSION, Metric, NAMESPACE};
use serde_json::{Map, Value, json};

use super::resources;

/// The store's own metrics that alarms watch: for each alarm the metric's name and its dimensions.
fn watched(resources: &Map<String, Value>) -> Vec<(&str, &str, &Value)> {
    let mut watched = Vec::new();
    for (alarm, resource) in resources {
        if resource["Type"] == "AWS::CloudWatch::Alarm" {
            collect(alarm, &resource["Properties"], &mut watched);
        }
    }
    watched
}

/// An alarm names its metric directly, or in a metric math expression.
fn collect<'a>(alarm: &'a str, value: &'a Value, watched: &mut Vec<(&'a str, &'a str, &'a Value)>) {
    if value["Namespace"] == NAMESPACE {
        watched.push((alarm, value["MetricName"].as_str().unwrap(), &value["Dimensions"]));
    }
    let parts: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => return,
    };
    for part in parts {
        collect(alarm, part, watched);
    }
}

#[test]
fn alarms_watch_metrics_that_the_functions_write() {
    for environment in ["local", "staging", "production"] {
        let resources = resources(environment);
        let watched = watched(&resources);
        assert!(!watched.is_empty());
        for (alarm, name, dimensions) in watched {
            assert!(
                Metric::ALL.iter().any(|metric| metric.name() == name),
                "{environment}: {alarm} watches `{name}`, which nobody writes"
            );
            let table = json!({"Ref": "EventsTable"});
            assert_eq!(
                *dimensions,
                json!([{"Name": DIMENSION, "Value": table}]),
                "{environment}: {alarm}"
            );
        }
        // The functions get the dimension's value as a variable.
        for function in ["ApiFunction", "RelayFunction"] {
            let variables = &resources[function]["Properties"]["Environment"]["Variables"];
            assert_eq!(
                variables["EVENTS_TABLE"],
                json!({"Ref": "EventsTable"}),
                "{environment}: {function}"
            );
        }
    }
}

#[test]
fn what_must_never_happen_has_an_alarm_that_goes_off_at_the_first_time() {
    let resources = resources("production");
    let watched = watched(&resources);
    for (metric, alarm) in [
        (Metric::LogTampering, "EventLogChangedAlarm"),
        (Metric::FeedFaults, "FeedFaultsAlarm"),
    ] {
        let alarms: Vec<_> = watched
            .iter()
            .filter(|(_, name, _)| *name == metric.name())
            .collect();
        assert_eq!(
            alarms.iter().map(|(alarm, ..)| *alarm).collect::<Vec<_>>(),
            [alarm]
        );
        let properties = &resources[alarm]["Properties"];
        assert_eq!(
            (
                &properties["Statistic"],
                &properties["ComparisonOperator"],
                &properties["Threshold"],
                &properties["EvaluationPeriods"],
            ),
            (
                &json!("Sum"),
                &json!("GreaterThanThreshold"),
                &json!(0),
                &json!(1)
            ),
            "{alarm}"
        );
    }
}
