//! PURE: the alarms that roll back an update of their stack.

use std::collections::BTreeMap;

use serde_json::Value;

use super::StackResource;

/// The maximum number of rollback triggers
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html)).
pub(crate) const MOST_ALARMS: usize = 5;

/// An alarm that exists and that an update does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RollbackAlarm {
    /// Its logical id.
    pub logical_id: String,
    pub arn: String,
}

/// Finds the alarms of a stack that can monitor its update to the template `wanted`. The alarms that an update is
/// most likely to raise come first.
///
/// A missing trigger fails the operation. So an alarm does not count if the update creates it, deletes it, or
/// replaces it because of a new name. The stack's ARN gives the partition, region and account.
pub(crate) fn rollback_alarms(
    stack_id: &str,
    resources: &BTreeMap<String, StackResource>,
    deployed: Option<&Value>,
    wanted: &Value,
) -> Vec<RollbackAlarm> {
    let alarms = resources.values().filter(|resource| {
        let of = |template: &Value| template["Resources"][&resource.logical_id].clone();
        let (old, new) = (deployed.map(of).unwrap_or_default(), of(wanted));
        resource.resource_type == "AWS::CloudWatch::Alarm"
            && !resource.physical_id.is_empty()
            && new["Type"] == "AWS::CloudWatch::Alarm"
            && (old.is_null() || old["Properties"]["AlarmName"] == new["Properties"]["AlarmName"])
            && !counts_calls(&new)
    });
    let mut alarms: Vec<&StackResource> = alarms.collect();
    alarms.sort_by_key(|resource| distance(&wanted["Resources"][&resource.logical_id]));
    alarms
        .into_iter()
        .filter_map(|resource| {
            Some(RollbackAlarm {
                logical_id: resource.logical_id.clone(),
                arn: arn(stack_id, &resource.physical_id)?,
            })
        })
        .collect()
}

/// The number of calls depends on the callers, so a busy hour is no reason to roll back an update.
fn counts_calls(alarm: &Value) -> bool {
    alarm["Properties"]["MetricName"] == "Invocations"
}

/// How indirectly an alarm depends on updated code; the most direct ones come first, because not all fit.
fn distance(alarm: &Value) -> u8 {
    match alarm["Properties"]["Namespace"].as_str() {
        Some("AWS/Lambda" | "AWS/ApiGateway") => 0,
        // Alarms on the place where failures are kept.
        Some("AWS/SQS") => 1,
        Some("AWS/DynamoDB") => 3,
        // Custom metrics, such as those counted from logs.
        _ => 2,
    }
}

fn arn(stack_id: &str, alarm: &str) -> Option<String> {
    let mut parts = stack_id.split(':').skip(1);
    let (partition, _, region, account) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(format!(
        "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm}"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STACK: &str = "arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/orders/1";

    fn resources(names: &[(&str, &str)]) -> BTreeMap<String, StackResource> {
        let resource = |(logical_id, resource_type): &(&str, &str)| {
            let resource = StackResource {
                logical_id: (*logical_id).to_owned(),
                physical_id: format!("orders-{logical_id}"),
                resource_type: (*resource_type).to_owned(),
            };
            ((*logical_id).to_owned(), resource)
        };
        names.iter().map(resource).collect()
    }

    fn template(alarms: &[(&str, &str)]) -> Value {
        let body = |name: &str| json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": name}});
        let resources: serde_json::Map<String, Value> = alarms
            .iter()
            .map(|(logical_id, name)| ((*logical_id).to_owned(), body(name)))
            .collect();
        json!({"Resources": resources})
    }

    #[test]
    fn only_alarms_that_stand_and_stay_as_they_are_named_watch_over_an_update() {
        let standing = resources(&[
            ("Errors", "AWS::CloudWatch::Alarm"),
            ("Goes", "AWS::CloudWatch::Alarm"),
            ("Renamed", "AWS::CloudWatch::Alarm"),
            ("Topic", "AWS::SNS::Topic"),
        ]);
        let deployed = template(&[("Errors", "e"), ("Goes", "g"), ("Renamed", "r")]);
        let wanted = template(&[("Errors", "e"), ("Renamed", "s"), ("Comes", "c")]);
        assert_eq!(
            rollback_alarms(STACK, &standing, Some(&deployed), &wanted),
            [RollbackAlarm {
                logical_id: "Errors".into(),
                arn: "arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:orders-Errors".into(),
            }]
        );
    }

    #[test]
    fn an_alarm_about_how_often_something_is_called_undoes_no_update() {
        let standing = resources(&[
            ("Busy", "AWS::CloudWatch::Alarm"),
            ("Errors", "AWS::CloudWatch::Alarm"),
        ]);
        let mut wanted = template(&[("Busy", "b"), ("Errors", "e")]);
        wanted["Resources"]["Busy"]["Properties"]["MetricName"] = json!("Invocations");
        let alarms = rollback_alarms(STACK, &standing, Some(&wanted), &wanted);
        let found: Vec<&str> = alarms.iter().map(|alarm| alarm.logical_id.as_str()).collect();
        assert_eq!(found, ["Errors"]);
    }

    #[test]
    fn alarms_about_the_code_go_first() {
        let names = ["ATable", "BLog", "CQueue", "DFunction"];
        let standing = resources(&names.map(|name| (name, "AWS::CloudWatch::Alarm")));
        let mut wanted = template(&names.map(|name| (name, name)));
        for (name, namespace) in names
            .iter()
            .zip(["AWS/DynamoDB", "Mine", "AWS/SQS", "AWS/Lambda"])
        {
            wanted["Resources"][name]["Properties"]["Namespace"] = json!(namespace);
        }
        let alarms = rollback_alarms(STACK, &standing, Some(&wanted), &wanted);
        let found: Vec<&str> = alarms.iter().map(|alarm| alarm.logical_id.as_str()).collect();
        assert_eq!(found, ["DFunction", "CQueue", "BLog", "ATable"]);
    }

    #[test]
    fn a_deployed_template_that_cannot_be_read_takes_no_alarm_away() {
        let standing = resources(&[("Errors", "AWS::CloudWatch::Alarm")]);
        let wanted = template(&[("Errors", "e")]);
        assert_eq!(rollback_alarms(STACK, &standing, None, &wanted).len(), 1);
    }
}
