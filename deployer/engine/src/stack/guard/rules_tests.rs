//! Each guarded change, and changes that only look like one.

use serde_json::json;

use super::*;

fn deployed() -> Value {
    json!({"Resources": {
        "EventsTable": {
            "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
            "Properties": {
                "TableName": "orders-events",
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 30},
                "DeletionProtectionEnabled": true,
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "CatalogueTable": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "Properties": {"TableName": "c"}},
        "FeedTable": {
            "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
            "Metadata": {"Deployer": {"Table": "feed"}},
            "Properties": {
                "TableName": "orders-feed",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
                "DeletionProtectionEnabled": true,
            },
        },
        "RelayMapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["EventsTable", "StreamArn"]}, "FunctionName": {"Ref": "RelayAlias"},
            "StartingPosition": "TRIM_HORIZON", "BatchSize": 100}},
        "OtherMapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}, "FunctionName": {"Ref": "Other"}}},
        "UpdatesTopic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders-updates", "DisplayName": "a"}},
        "ApiUrl": {"Type": "AWS::Lambda::Url", "Properties": {
            "TargetFunctionArn": {"Ref": "Api"}, "Qualifier": "live", "AuthType": "AWS_IAM"}},
    }})
}

/// The objections to a change of the deployed template at `pointer` (RFC 6901, below `Resources`); null removes the
/// value.
fn after(pointer: &str, value: Value) -> Vec<String> {
    let mut wanted = deployed();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = wanted["Resources"]
        .pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    let objections = in_templates(&deployed(), &wanted);
    objections
        .iter()
        .map(|objection| {
            let path = objection.path.as_deref().unwrap_or("-");
            format!("{} {:?} {path}", objection.acceptance(), objection.danger)
        })
        .collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of everything that is guarded")]
fn each_guarded_change_is_refused() {
    let table = |rest: &str| format!("/EventsTable{rest}");
    for (pointer, value, refused) in [
        (
            "/EventsTable".into(),
            Value::Null,
            "remove:EventsTable LogRemoved -",
        ),
        (
            table("/Type"),
            json!("AWS::DynamoDB::GlobalTable"),
            "replace:EventsTable LogReplaced Type",
        ),
        (
            table("/DeletionPolicy"),
            json!("Delete"),
            "weaken:EventsTable PolicyWeakened DeletionPolicy",
        ),
        (
            table("/DeletionPolicy"),
            Value::Null,
            "weaken:EventsTable PolicyWeakened DeletionPolicy",
        ),
        (
            table("/DeletionPolicy"),
            json!("Snapshot"),
            "weaken:EventsTable PolicyWeakened DeletionPolicy",
        ),
        (
            table("/UpdateReplacePolicy"),
            Value::Null,
            "weaken:EventsTable PolicyWeakened UpdateReplacePolicy",
        ),
        (
            table("/Properties/TableName"),
            json!("b"),
            "replace:EventsTable LogReshaped Properties.TableName",
        ),
        (
            table("/Properties/TableName"),
            Value::Null,
            "replace:EventsTable LogReshaped Properties.TableName",
        ),
        (
            table("/Properties/KeySchema"),
            json!([{"AttributeName": "pk", "KeyType": "HASH"}]),
            "replace:EventsTable LogReshaped Properties.KeySchema[sk]",
        ),
        (
            table("/Properties/AttributeDefinitions"),
            json!([{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]),
            "replace:EventsTable LogReshaped Properties.AttributeDefinitions[sk].AttributeType",
        ),
        (
            table("/Properties/StreamSpecification/StreamViewType"),
            json!("KEYS_ONLY"),
            "change:EventsTable StreamChanged Properties.StreamSpecification.StreamViewType",
        ),
        (
            table("/Properties/StreamSpecification"),
            Value::Null,
            "change:EventsTable StreamChanged Properties.StreamSpecification",
        ),
        (
            table("/Properties/TimeToLiveSpecification"),
            json!({"AttributeName": "ttl", "Enabled": true}),
            "expire:EventsTable LogExpires Properties.TimeToLiveSpecification",
        ),
        (
            table("/Properties/DeletionProtectionEnabled"),
            json!(false),
            "weaken:EventsTable ProtectionWeakened Properties.DeletionProtectionEnabled",
        ),
        (
            table("/Properties/DeletionProtectionEnabled"),
            Value::Null,
            "weaken:EventsTable ProtectionWeakened Properties.DeletionProtectionEnabled",
        ),
        (
            table("/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"),
            json!(false),
            "weaken:EventsTable ProtectionWeakened Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        ),
        (
            table("/Properties/PointInTimeRecoverySpecification"),
            Value::Null,
            "weaken:EventsTable ProtectionWeakened Properties.PointInTimeRecoverySpecification",
        ),
        (
            table("/Properties/PointInTimeRecoverySpecification/RecoveryPeriodInDays"),
            json!(7),
            "weaken:EventsTable ProtectionWeakened Properties.PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        ),
        (
            table("/Properties/SSESpecification"),
            json!({"SSEEnabled": true, "KMSMasterKeyId": "k"}),
            "change:EventsTable EncryptionChanged Properties.SSESpecification",
        ),
        (
            table("/Properties/ResourcePolicy"),
            json!({"PolicyDocument": {}}),
            "change:EventsTable AccessChanged Properties.ResourcePolicy",
        ),
        ("/FeedTable".into(), Value::Null, "remove:FeedTable FeedRemoved -"),
        (
            "/FeedTable/Properties/TableName".into(),
            json!("b"),
            "replace:FeedTable FeedReplaced Properties.TableName",
        ),
        (
            "/FeedTable/Properties/KeySchema".into(),
            json!([{"AttributeName": "pk", "KeyType": "RANGE"}]),
            "replace:FeedTable FeedReplaced Properties.KeySchema[pk].KeyType",
        ),
        (
            "/FeedTable/DeletionPolicy".into(),
            json!("Delete"),
            "weaken:FeedTable FeedUnprotected DeletionPolicy",
        ),
        (
            "/FeedTable/Properties/DeletionProtectionEnabled".into(),
            json!(false),
            "weaken:FeedTable FeedUnprotected Properties.DeletionProtectionEnabled",
        ),
        (
            "/FeedTable/Properties/TimeToLiveSpecification".into(),
            json!({"AttributeName": "ttl", "Enabled": true}),
            "expire:FeedTable FeedExpires Properties.TimeToLiveSpecification",
        ),
        (
            "/RelayMapping".into(),
            Value::Null,
            "remove:RelayMapping MappingRemoved -",
        ),
        (
            "/RelayMapping/Properties/EventSourceArn".into(),
            json!({"Fn::GetAtt": ["Other", "StreamArn"]}),
            "change:RelayMapping MappingChanged Properties.EventSourceArn",
        ),
        (
            "/RelayMapping/Properties/FunctionName".into(),
            json!({"Ref": "RelayFunction"}),
            "change:RelayMapping MappingChanged Properties.FunctionName",
        ),
        (
            "/RelayMapping/Properties/StartingPosition".into(),
            json!("LATEST"),
            "change:RelayMapping MappingChanged Properties.StartingPosition",
        ),
        (
            "/RelayMapping/Properties/FilterCriteria".into(),
            json!({"Filters": []}),
            "change:RelayMapping MappingChanged Properties.FilterCriteria",
        ),
        (
            "/RelayMapping/Properties/Enabled".into(),
            json!(false),
            "change:RelayMapping MappingChanged Properties.Enabled",
        ),
        (
            "/UpdatesTopic".into(),
            Value::Null,
            "remove:UpdatesTopic TopicRemoved -",
        ),
        (
            "/UpdatesTopic/Properties/TopicName".into(),
            json!("b"),
            "replace:UpdatesTopic TopicReplaced Properties.TopicName",
        ),
        ("/ApiUrl".into(), Value::Null, "remove:ApiUrl UrlRemoved -"),
        (
            "/ApiUrl/Properties/Qualifier".into(),
            Value::Null,
            "replace:ApiUrl UrlReplaced Properties.Qualifier",
        ),
        (
            "/ApiUrl/Properties/TargetFunctionArn".into(),
            json!({"Ref": "Other"}),
            "replace:ApiUrl UrlReplaced Properties.TargetFunctionArn",
        ),
    ] {
        assert_eq!(after(&pointer, value.clone()), [refused], "{pointer} = {value}");
    }
}

#[test]
fn what_makes_a_log_safer_or_does_not_touch_it_is_not_refused() {
    for (pointer, value) in [
        ("/EventsTable/DeletionPolicy", json!("RetainExceptOnCreate")),
        ("/EventsTable/Properties/BillingMode", json!("PROVISIONED")),
        (
            "/EventsTable/Properties/Tags",
            json!([{"Key": "owner", "Value": "a"}]),
        ),
        (
            "/EventsTable/Properties/PointInTimeRecoverySpecification/RecoveryPeriodInDays",
            json!(35),
        ),
        (
            "/EventsTable/Properties/AttributeDefinitions",
            json!([
                {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
                {"AttributeName": "last", "AttributeType": "N"}]),
        ),
        ("/CatalogueTable/Properties/TableName", json!("b")),
        ("/CatalogueTable", Value::Null),
        ("/OtherMapping", Value::Null),
        ("/RelayMapping/Properties/BatchSize", json!(10)),
        ("/RelayMapping/Properties/Enabled", json!(true)),
        ("/UpdatesTopic/Properties/DisplayName", json!("b")),
        ("/ApiUrl/Properties/AuthType", json!("NONE")),
    ] {
        assert_eq!(
            after(pointer, value.clone()),
            Vec::<String>::new(),
            "{pointer} = {value}"
        );
    }
}

#[test]
fn protection_that_is_turned_on_is_not_refused() {
    let mut unprotected = deployed();
    let properties = &mut unprotected["Resources"]["EventsTable"]["Properties"];
    properties["DeletionProtectionEnabled"] = json!(false);
    properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = json!(false);
    assert_eq!(in_templates(&unprotected, &deployed()), []);
    unprotected["Resources"]["EventsTable"]["DeletionPolicy"] = json!("Delete");
    assert_eq!(in_templates(&unprotected, &deployed()), []);
}

#[test]
fn a_table_may_go_only_if_its_template_says_so() {
    let silent = |resources: &mut Value| {
        resources["CatalogueTable"]
            .as_object_mut()
            .unwrap()
            .remove("DeletionPolicy");
    };
    for (changed, refused) in [
        (Value::Null, vec!["remove:CatalogueTable"]),
        (json!("b"), vec!["replace:CatalogueTable"]),
    ] {
        let (mut before, mut wanted) = (deployed(), deployed());
        silent(&mut before["Resources"]);
        let resources = wanted["Resources"].as_object_mut().unwrap();
        if changed.is_null() {
            resources.remove("CatalogueTable");
        } else {
            resources["CatalogueTable"]["Properties"]["TableName"] = changed;
            resources["CatalogueTable"]["DeletionPolicy"] = "Retain".into();
        }
        let objections = in_templates(&before, &wanted);
        let told: Vec<_> = objections.iter().map(Objection::acceptance).collect();
        assert_eq!(told, refused);
    }
}
