//! What AWS was observed to make of small templates, and to refuse.
//!
//! The shapes come from recordings of real AWS; the templates are this project's own.

use super::{refused, try_render};

const TOPIC: &str = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: ";

fn display_name(expression: &str) -> String {
    let template = format!(
        "Parameters:\n  Which: {{Type: String, Default: chosen}}\n  Names: {{Type: CommaDelimitedList, Default: '1st,2nd,3rd'}}\n{TOPIC}{expression}\n"
    );
    let rendered = try_render(&template, "").unwrap_or_else(|problems| panic!("{expression}: {problems}"));
    rendered.resource("T").unwrap().properties["DisplayName"].to_string()
}

#[test]
fn functions_come_to_what_aws_showed_in_change_sets() {
    for (expression, shown) in [
        (
            "!Sub 'The stack name is ${AWS::StackName}'",
            "The stack name is store",
        ),
        (
            "!Sub 'The region name is ${AWS::Region}'",
            "The region name is eu-central-1",
        ),
        (
            "!Sub ['Interpolated: ${one}, ${other}', {one: value_1, other: value_2}]",
            "Interpolated: value_1, value_2",
        ),
        ("!Sub 'Interpolated: ${Which}'", "Interpolated: chosen"),
        (
            "!Sub ['Interpolated: ${Which}', {Which: own}]",
            "Interpolated: own",
        ),
        ("!Join ['-', [v1, test]]", "v1-test"),
        ("!Join ['_', [v2, test]]", "v2_test"),
        ("!Join ['', [v1, test]]", "v1test"),
        ("!Join ['', ['', '']]", ""),
        ("!Select [1, [1st, 2nd, 3rd]]", "2nd"),
        ("!Select ['0', !Ref Names]", "1st"),
        ("!Select [0, [!Ref AWS::StackName]]", "store"),
        (
            "!Join ['-', [!Select [2, !Ref Names], !Select [0, [x]]]]",
            "3rd-x",
        ),
    ] {
        assert_eq!(display_name(expression), format!("{shown:?}"), "{expression}");
    }
}

#[test]
fn what_aws_refused_is_refused() {
    for expression in [
        "!Select [first, [1st]]",
        "!Select [0, '1st']",
        "!Select [3, [1st, 2nd, 3rd]]",
        "!If [Missing, a, b]",
    ] {
        assert!(
            !refused(&format!("{TOPIC}{expression}\n"), "").is_empty(),
            "{expression}"
        );
    }
    let topic = "  T: {Type: AWS::SNS::Topic, Condition: Never}\n  U: {Type: AWS::SNS::Topic}\n";
    let never = "Conditions:\n  Never: !Equals [a, b]\nResources:\n";
    for rest in [
        "  V: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref T}}\n",
        "  V: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt T.TopicName}}\n",
        "  V: {Properties: {}}\n",
        "  V: {Type: AWS::SNS::Topic, Invalid: {}}\n",
        "  V: text\n",
        "Outputs:\n  O: {Value: !Ref T}\n",
        "Outputs:\n  O: {Value: }\n",
        "Outputs:\n  O:\n",
        "Outputs:\n  O: {Description: none}\n",
    ] {
        assert!(
            !refused(&format!("{never}{topic}{rest}"), "").is_empty(),
            "{rest}"
        );
    }
    assert!(
        refused(
            "Conditions:\n  One: !Equals [a]\nResources:\n  T: {Type: AWS::SNS::Topic}\n",
            ""
        )
        .contains("Fn::Equals")
    );
    assert!(!refused("Outputs: {}\n", "").is_empty());
}

#[test]
fn conditions_on_conditions_leave_the_resources_that_aws_left() {
    const TEMPLATE: &str = "
Parameters:
  Stage: {Type: String}
  WantsBucket: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
  HasBucket: !Equals [!Ref WantsBucket, 'yes']
  HasPolicy: !And [!Condition IsProduction, !Condition HasBucket]
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Bucket: {Type: AWS::S3::Bucket, Condition: HasBucket}
  Policy: {Type: AWS::S3::BucketPolicy, Condition: HasPolicy, Properties: {Bucket: !Ref Bucket}}
";
    for (stage, bucket, left) in [
        ("test", "no", &["Topic"][..]),
        ("test", "yes", &["Topic", "Bucket"]),
        ("prod", "no", &["Topic"]),
        ("prod", "yes", &["Topic", "Bucket", "Policy"]),
    ] {
        let rendered = try_render(TEMPLATE, &format!("Stage: {stage}\nWantsBucket: '{bucket}'")).unwrap();
        let resources: Vec<&str> = rendered
            .resources()
            .iter()
            .map(|resource| resource.logical_id.as_str())
            .collect();
        assert_eq!(resources, left, "{stage} {bucket}");
    }
}
