//! Drift of event source mappings: whether they are enabled, and read their table's latest stream.

use serde_json::Value;

use super::unseen::Deployed;
use crate::cloud::{CallError, Cloud};
use crate::stack::UnseenDrift;
use crate::{Session, traffic};

pub(super) async fn mapping_drift<C: Cloud>(
    session: &Session<'_, C>,
    deployed: &Deployed,
) -> Result<Vec<UnseenDrift>, CallError> {
    let mut drifts = Vec::new();
    for resource in traffic::of_type(&deployed.resources, "AWS::Lambda::EventSourceMapping") {
        let logical_id = resource.logical_id.clone();
        let Some(mapping) = session.cloud.mapping(&resource.physical_id).await? else {
            drifts.push(UnseenDrift::Missing { logical_id });
            continue;
        };
        let resource = |template: &Value| template["Resources"][&logical_id]["Properties"].clone();
        let properties = &deployed.template.as_ref().map(resource).unwrap_or_default();
        let is_off = properties["Enabled"] == false || properties["Enabled"] == "false";
        let expected = if is_off { "Disabled" } else { "Enabled" };
        if mapping.state != expected {
            drifts.push(UnseenDrift::Mapping {
                logical_id: logical_id.clone(),
                expected: expected.to_owned(),
                actual: mapping.state,
            });
        }
        let table = source_table(properties);
        if let Some(table) = table.filter(|table| deployed.resources.contains_key(*table)) {
            let latest = deployed.streams.get(table);
            if latest != Some(&mapping.source) {
                drifts.push(UnseenDrift::DeadStream {
                    logical_id,
                    reads: mapping.source,
                    latest: latest.cloned(),
                });
            }
        }
    }
    Ok(drifts)
}

/// The logical id of the table whose stream a mapping reads.
fn source_table(mapping: &Value) -> Option<&str> {
    let source = &mapping["EventSourceArn"]["Fn::GetAtt"];
    let (table, attribute) = match source {
        Value::Array(path) => (path.first()?.as_str()?, path.get(1)?.as_str()?),
        other => other.as_str()?.split_once('.')?,
    };
    (attribute == "StreamArn").then_some(table)
}
