//! PURE: tables that are derived from a log and may be lost.

use serde_json::Value;

/// Tells whether a table's `Metadata.Deployer.Table` says that it is a read model, which is derived from the events
/// of a log elsewhere.
pub(super) fn is_read_model(resource: &Value) -> bool {
    resource["Metadata"]["Deployer"]["Table"] == "read-model"
}

/// Whether a table's metadata marks it as the feed of a log.
pub(super) fn is_feed(resource: &Value) -> bool {
    resource["Metadata"]["Deployer"]["Table"] == "feed"
}

/// Whether a table is derived from a log. Without that log its positions have no meaning.
pub(in crate::stack) fn is_derived(resource: &Value) -> bool {
    is_read_model(resource) || is_feed(resource)
}

/// What is lost with a table that may be deleted; `None` for a guarded table and for other resources.
pub(in crate::stack) fn loss(resource: &Value) -> Option<&'static str> {
    if resource["Type"] != "AWS::DynamoDB::Table" {
        None
    } else if is_read_model(resource) {
        Some("its items go: the read model is empty until it is built from the events again")
    } else {
        (resource["DeletionPolicy"] == "Delete").then_some("its items go")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_lost_is_told_of_tables_that_may_go() {
        let table = |policy: &str, kind: &str| json!({"Type": "AWS::DynamoDB::Table", "DeletionPolicy": policy, "Metadata": {"Deployer": {"Table": kind}}});
        assert_eq!(loss(&table("Delete", "")), Some("its items go"));
        for policy in ["Delete", "Retain"] {
            assert!(
                loss(&table(policy, "read-model"))
                    .unwrap()
                    .contains("built from the events")
            );
        }
        for guarded in [
            table("Retain", ""),
            table("Retain", "feed"),
            json!({"Type": "AWS::SNS::Topic"}),
            Value::Null,
        ] {
            assert_eq!(loss(&guarded), None, "{guarded}");
        }
    }
}
