//! Parameters whose values AWS reads from its Parameter Store.

use super::{properties_of_a, refused};

#[test]
fn a_parameter_in_the_parameter_store_is_left_to_aws() {
    let template = |value: &str| {
        format!(
            "Parameters:\n  Key: {{ Type: 'AWS::SSM::Parameter::Value<String>' }}\nResources:\n  A: {{ Type: x, Properties: {{ P: {value} }} }}\n"
        )
    };
    for (value, rendering) in [
        ("!Ref Key", r#"{"P":"{{resolve:ssm:/a/key}}"}"#),
        ("!Sub 'x-${Key}'", r#"{"P":"x-{{resolve:ssm:/a/key}}"}"#),
        (
            "!Join ['-', [x, !Ref Key]]",
            r#"{"P":{"Fn::Join":["-",["x","{{resolve:ssm:/a/key}}"]]}}"#,
        ),
    ] {
        assert_eq!(properties_of_a(&template(value), "Key: /a/key"), rendering);
    }
    // No function that needs a known value can use it.
    let split = "t.yaml:4:47: `Fn::Split` splits a text, not one with a value known after deployment only\n  \
                 hint: give the value itself, in a parameter of the type `String`";
    for text in ["!Ref Key", "!Sub 'x-${Key}'", "'{{resolve:ssm:/a}}'"] {
        let told = refused(&template(&format!("!Split ['-', {text}]")), "Key: /a/key");
        assert_eq!(told, split, "{text}");
    }
    let base64 = refused(&template("!Base64 {Ref: Key}"), "Key: /a/key");
    assert!(
        base64.contains("`Fn::Base64` has a value known after deployment only"),
        "{base64}"
    );
}

#[test]
fn what_only_aws_knows_decides_nothing_in_whatever_text_it_stands() {
    let template = "Parameters:\n  Key: { Type: 'AWS::SSM::Parameter::Value<String>' }\nConditions:\n  \
                    Is: !Equals [!Sub 'a${Key}', x]\nResources:\n  Topic: { Type: AWS::SNS::Topic, Condition: Is }\n";
    let told = refused(template, "Key: /a/key");
    assert!(
        told.contains("`Fn::Equals` has a value known after deployment only"),
        "{told}"
    );
}

#[test]
fn a_stored_list_is_refused_in_every_spelling() {
    for kind in ["List<String>", "CommaDelimitedList", "List<AWS::EC2::Subnet::Id>"] {
        let template = format!(
            "Parameters:\n  Nets: {{ Type: 'AWS::SSM::Parameter::Value<{kind}>', Default: /a }}\nResources:\n  A: {{ Type: x }}\n"
        );
        assert_eq!(
            refused(&template, ""),
            format!(
                "t.yaml:2:17: the type `AWS::SSM::Parameter::Value<{kind}>` of `Nets` is known to AWS alone\n  \
                 hint: give the list itself, as a `CommaDelimitedList`"
            )
        );
    }
}

#[test]
fn what_is_no_name_in_the_parameter_store_makes_no_reference() {
    let template = "Parameters:\n  Key: { Type: 'AWS::SSM::Parameter::Value<String>' }\nResources:\n  A: { Type: x, Properties: { P: !Ref Key } }\n";
    for value in [
        "''",
        "' /a '",
        "a b",
        "'a}}b'",
        "'/a:1'",
        "'{{resolve:ssm:/a}}'",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/a",
    ] {
        let told = refused(template, &format!("Key: {value}"));
        assert!(
            told.contains("which is not the name of a parameter in the Parameter Store"),
            "{value}: {told}"
        );
    }
}
