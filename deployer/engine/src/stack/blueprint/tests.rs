//! What is read of a template, and how.

use serde_json::json;

use super::*;

#[test]
fn a_table_is_read_with_what_adoption_compares() {
    let template = json!({"Resources": {"Events": {
        "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain",
        "Properties": {
            "TableName": "orders-events",
            "AttributeDefinitions": [
                {"AttributeName": "sk", "AttributeType": "N"}, {"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "true"},
            "DeletionProtectionEnabled": true,
            "Tags": [{"Key": "owner", "Value": "platform"}],
        },
    }}});
    let blueprint = Blueprint::read(&template.to_string()).unwrap();
    let key = |attribute: &str, role, kind: &str| Key {
        attribute: attribute.into(),
        role,
        attribute_type: kind.into(),
    };
    assert_eq!(
        blueprint.tables,
        [TableDesign {
            logical_id: "Events".into(),
            name: "orders-events".into(),
            retained: true,
            key: vec![key("pk", KeyRole::Partition, "S"), key("sk", KeyRole::Sort, "N")],
            stream_view: Some("NEW_IMAGE".into()),
            point_in_time_recovery: true,
            deletion_protection: true,
            tags: BTreeMap::from([("owner".into(), "platform".into())]),
        }]
    );
}

#[test]
fn an_alias_leads_to_its_function_its_version_and_the_code() {
    let template = json!({"Resources": {
        "Api": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "code/api.zip"}}},
        "ApiVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Api"}}},
        "ApiLive": {"Type": "AWS::Lambda::Alias", "Properties": {
            "Name": "live", "FunctionName": {"Ref": "Api"},
            "FunctionVersion": {"Fn::GetAtt": ["ApiVersion", "Version"]}}},
    }});
    assert_eq!(
        Blueprint::read(&template.to_string()).unwrap().functions,
        [LiveFunction {
            alias: "live".into(),
            alias_id: "ApiLive".into(),
            function_id: "Api".into(),
            version_id: "ApiVersion".into(),
            code: Some(CodeObject {
                bucket: "b".into(),
                key: "code/api.zip".into(),
            }),
        }]
    );
}

#[test]
fn a_function_without_an_alias_is_known_as_one() {
    let template = json!({"Resources": {
        "Bare": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "code/bare.zip"}}},
        "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "pass"}}},
        "Api": {"Type": "AWS::Lambda::Function"},
        "ApiVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Api"}}},
        "ApiLive": {"Type": "AWS::Lambda::Alias", "Properties": {
            "Name": "live", "FunctionName": {"Ref": "Api"},
            "FunctionVersion": {"Fn::GetAtt": ["ApiVersion", "Version"]}}},
    }});
    let code = CodeObject {
        bucket: "b".into(),
        key: "code/bare.zip".into(),
    };
    assert_eq!(
        Blueprint::read(&template.to_string()).unwrap().unaliased,
        BTreeMap::from([("Bare".into(), Some(code)), ("Inline".into(), None)])
    );
}

#[test]
fn what_a_mapping_reads_from_is_a_source() {
    let mapping = |source: Value| json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": source}});
    let template = json!({"Resources": {
        "Table": mapping(json!({"Fn::GetAtt": ["Events", "StreamArn"]})),
        "Queue": mapping(json!({"Fn::GetAtt": "Work.Arn"})),
        "Elsewhere": mapping(json!("arn:aws:sqs:eu-central-1:123456789012:theirs")),
    }});
    let sources = Blueprint::read(&template.to_string()).unwrap().sources;
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["Events", "Work"]);
}

#[test]
fn a_queue_of_dead_letters_is_known_by_the_queue_that_moves_them_there() {
    let template = json!({"Resources": {
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Work": {"Type": "AWS::SQS::Queue", "Properties": {
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": "5"}}},
        "Elsewhere": {"Type": "AWS::SQS::Queue", "Properties": {
            "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:theirs"}}},
    }});
    let blueprint = Blueprint::read(&template.to_string()).unwrap();
    assert_eq!(
        blueprint.dead_letters,
        BTreeMap::from([("Dead".into(), "Work".into())])
    );
}

#[test]
fn the_callers_are_the_roles_and_accounts_that_permissions_let_in() {
    let permission =
        |principal: &str| json!({"Type": "AWS::Lambda::Permission", "Properties": {"Principal": principal}});
    let template = json!({"Resources": {
        "A": permission("arn:aws:iam::123456789012:role/orders"),
        "B": permission("arn:aws:iam::123456789012:role/orders"),
        "C": permission("111122223333"),
        "D": permission("*"),
        "E": permission("sns.amazonaws.com"),
        "F": {"Type": "AWS::SNS::Topic", "Properties": {"Principal": "444455556666"}},
    }});
    let blueprint = Blueprint::read(&template.to_string()).unwrap();
    assert_eq!(
        blueprint.callers,
        ["111122223333", "arn:aws:iam::123456789012:role/orders"]
    );
}

#[test]
fn a_generated_name_is_of_no_interest() {
    let template = json!({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}}}});
    assert_eq!(
        Blueprint::read(&template.to_string()).unwrap(),
        Blueprint::default()
    );
}

#[test]
fn a_text_that_is_no_template_is_refused() {
    for (text, is_json) in [("Resources:", false), ("{}", true)] {
        let error = Blueprint::read(text).unwrap_err();
        assert_eq!(error.source.is_none(), is_json, "{text}: {error:?}");
    }
}
