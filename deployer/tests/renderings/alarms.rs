//! When the event store's alarms are raised, and how many there are.

use super::{environment, event_store};

/// Evaluates the alarm's expression for the sums of a period; `None` where nothing was measured.
///
/// `FILL` gives a number for a period without any, also where the metric was silent for days
/// (<https://stackoverflow.com/a/72093282>); the documentation says "the missing values of a time series".
fn is_raised(expression: &str, written: Option<f64>, invoked: Option<f64>) -> bool {
    let condition = expression
        .strip_prefix("IF(")
        .unwrap()
        .strip_suffix(", 1, 0)")
        .unwrap();
    let value = |text: &str| match text.strip_prefix("FILL(") {
        Some(filled) => {
            let (name, otherwise) = filled.strip_suffix(')').unwrap().split_once(", ").unwrap();
            let sum = match name {
                "written" => written,
                "invoked" => invoked,
                other => panic!("no metric is called `{other}`"),
            };
            sum.or_else(|| otherwise.parse().ok()).unwrap()
        }
        None => text.parse().unwrap(),
    };
    condition.split(" AND ").all(|comparison| {
        let (rest, right) = comparison.rsplit_once(' ').unwrap();
        let (left, operator) = rest.rsplit_once(' ').unwrap();
        match operator {
            ">" => value(left) > value(right),
            "==" => value(left).to_bits() == f64::to_bits(value(right)),
            other => panic!("`{other}` is not read here"),
        }
    })
}

#[test]
fn an_alarm_is_raised_when_events_are_written_for_ten_minutes_and_the_relay_is_not_invoked() {
    let rendered = event_store(&environment("production", None));
    let alarm = &rendered.resource("RelayIdleAlarm").unwrap().properties;
    let metrics = alarm["Metrics"].as_array().unwrap();
    let metric = |id: &str| metrics.iter().find(|metric| metric["Id"] == id).unwrap();
    for (id, namespace, name, of) in [
        (
            "written",
            "AWS/DynamoDB",
            "ConsumedWriteCapacityUnits",
            "EventsTable",
        ),
        ("invoked", "AWS/Lambda", "Invocations", "RelayFunction"),
    ] {
        let measured = &metric(id)["MetricStat"];
        assert_eq!(measured["Metric"]["Namespace"], namespace);
        assert_eq!(measured["Metric"]["MetricName"], name);
        assert_eq!(measured["Metric"]["Dimensions"][0]["Value"]["Ref"], of);
        assert_eq!(measured["Stat"], "Sum");
        let seconds = measured["Period"].as_u64().unwrap() * alarm["EvaluationPeriods"].as_u64().unwrap();
        assert_eq!(seconds, 600, "{id}");
    }
    let expression = metric("idle")["Expression"].as_str().unwrap();
    // A mapping that is disabled or denied emits no metric, and neither does a store without writes.
    assert!(is_raised(expression, Some(3.0), None));
    assert!(is_raised(expression, Some(3.0), Some(0.0)));
    assert!(!is_raised(expression, Some(3.0), Some(1.0)));
    assert!(!is_raised(expression, None, None));
    assert!(!is_raised(expression, None, Some(1.0)));
    assert_eq!(alarm["ComparisonOperator"], "GreaterThanThreshold");
    assert_eq!(
        (&alarm["Threshold"], &alarm["TreatMissingData"]),
        (&0.into(), &"notBreaching".into())
    );
}

/// An account has ten alarms free of charge.
#[test]
fn a_stack_has_ten_alarms_at_most() {
    for name in ["local", "staging", "production"] {
        let rendered = event_store(&environment(name, None));
        let alarms = rendered
            .resources()
            .iter()
            .filter(|resource| resource.kind == "AWS::CloudWatch::Alarm");
        let count = alarms.count();
        assert!((1..=10).contains(&count), "{name} has {count}");
    }
}
