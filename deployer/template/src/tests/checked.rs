//! Checks of the properties of known resource types.

use super::*;

fn template(resources: &str) -> String {
    format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Memory: {{Type: Number, Default: 512}}\n  Regex: {{Type: String, AllowedPattern: '(?!aws).+', Default: mine}}\nResources:\n{resources}"
    )
}

fn function(memory: &str) -> String {
    template(&format!(
        "  Api:\n    Type: AWS::Lambda::Function\n    Properties:\n      MemorySize: {memory}\n      Timeout: 3\n      EphemeralStorage: {{ Size: !Ref Memory }}\n"
    ))
}

#[test]
fn a_whole_number_is_one_or_the_text_of_one() {
    for good in ["512", "'512'", "!Ref Memory", "!Sub '${Memory}'"] {
        assert!(try_render(&function(good), "").is_ok(), "{good}");
    }
    insta::assert_snapshot!(refused(&function("'512.5'"), ""), @"t.yaml:9:19: `MemorySize` is a whole number, not `512.5`");
    insta::assert_snapshot!(refused(&function("51.5"), ""), @"t.yaml:9:19: `MemorySize` is a whole number, not `51.5`");
    insta::assert_snapshot!(refused(&function("[512]"), ""), @"t.yaml:9:19: `MemorySize` is a whole number, not a list");
    insta::assert_snapshot!(refused(&function("'+512'"), ""), @"t.yaml:9:19: `MemorySize` is a whole number, not `+512`");
    insta::assert_snapshot!(refused(&function("true"), ""), @"t.yaml:9:19: `MemorySize` is a whole number, not `true`");
}

/// CloudFormation reads a number by the resource's schema; an emulator passes it on as it is.
#[test]
fn a_whole_number_is_sent_as_one_wherever_it_comes_from() {
    let rendered = |resource: &str| {
        let rendered = try_render(&template(resource), "").unwrap();
        rendered.resources()[0].properties.clone()
    };
    for given in ["512", "'512'", "!Ref Memory", "!Sub '${Memory}'"] {
        let properties = rendered(&format!(
            "  Api: {{ Type: AWS::Lambda::Function, Properties: {{ MemorySize: {given}, Environment: {{ Variables: {{ SIZE: !Ref Memory }} }} }} }}\n"
        ));
        assert_eq!(properties["MemorySize"], 512, "{given}");
        // A property that is a string by its schema stays one.
        assert_eq!(properties["Environment"]["Variables"]["SIZE"], "512");
    }
    let table = rendered(
        "  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      OnDemandThroughput: { MaxReadRequestUnits: !Ref Memory }\n      GlobalSecondaryIndexes:\n        - OnDemandThroughput: { MaxWriteRequestUnits: !Ref Memory }\n",
    );
    assert_eq!(table["OnDemandThroughput"]["MaxReadRequestUnits"], 512);
    assert_eq!(
        table["GlobalSecondaryIndexes"][0]["OnDemandThroughput"]["MaxWriteRequestUnits"],
        512
    );
    insta::assert_snapshot!(refused(&template("  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      GlobalSecondaryIndexes:\n        - OnDemandThroughput: { MaxReadRequestUnits: few }\n"), ""), @"t.yaml:10:54: `GlobalSecondaryIndexes.*.OnDemandThroughput.MaxReadRequestUnits` is a whole number, not `few`");
}

#[test]
fn a_number_that_is_not_whole_is_told_where_it_is_set() {
    insta::assert_snapshot!(refused(&function("!Ref Memory"), "Memory: 512.5"), @"
    environments/staging.yaml:5:11: `EphemeralStorage.Size` is a whole number, not `512.5`
      hint: it is used in t.yaml:11
    environments/staging.yaml:5:11: `MemorySize` is a whole number, not `512.5`
      hint: it is used in t.yaml:9
    ");
    for spelled in ["5e2", "+512", "0512", "512."] {
        let environment = format!("Memory: '{spelled}'");
        let told = refused(&function("!Ref Memory"), &environment);
        let right = if spelled == "5e2" { 500 } else { 512 };
        assert_eq!(
            told,
            format!(
                "environments/staging.yaml:5:11: the parameter `Memory` is `{spelled}`, a number in a spelling that AWS may not take\n  \
                 hint: write `{right}`"
            )
        );
    }
}

#[test]
fn the_properties_of_a_resource_are_a_mapping() {
    insta::assert_snapshot!(refused(&template("  T:\n    Type: AWS::SNS::Topic\n    Properties: no\n"), ""), @"
    t.yaml:8:17: `no` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    ");
    insta::assert_snapshot!(refused(&template("  T:\n    Type: AWS::SNS::Topic\n    Properties: [DisplayName]\n"), ""), @"t.yaml:8:17: the `Properties` of `T` are a list, not a mapping");
}

#[test]
fn tags_are_held_against_awss_rules() {
    let topic = |tags: &str| {
        template(&format!(
            "  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags: {tags}\n"
        ))
    };
    assert!(
        try_render(
            &topic("[{Key: a, Value: ''}, {Key: 'é b_.:/=+-@', Value: !Ref Memory}]"),
            ""
        )
        .is_ok()
    );
    insta::assert_snapshot!(refused(&topic("[{Key: '', Value: a}]"), ""), @"t.yaml:9:13: the key of a tag has 1 to 128 characters");
    insta::assert_snapshot!(refused(&topic("[{Key: 'AWS:cost', Value: a}]"), ""), @"t.yaml:9:13: the tag `AWS:cost` begins with `aws:`, which is AWS's own");
    insta::assert_snapshot!(refused(&topic("[{Key: 'a|b', Value: 'c#d'}]"), ""), @"
    t.yaml:9:13: the tag `a|b` has other characters than letters, digits, spaces and `_.:/=+-@`
    t.yaml:9:13: the value of the tag `a|b` has other characters than letters, digits, spaces and `_.:/=+-@`
    ");
    insta::assert_snapshot!(refused(&topic("[{Key: a, Value: b}, {Key: a, Value: c}]"), ""), @"t.yaml:9:13: the tag `a` is repeated");
    insta::assert_snapshot!(refused(&topic("{'aws:a': b}"), ""), @"t.yaml:9:13: the tag `aws:a` begins with `aws:`, which is AWS's own");
    let long = "x".repeat(257);
    insta::assert_snapshot!(refused(&topic(&format!("[{{Key: a, Value: {long}}}]")), ""), @"t.yaml:9:13: the value of the tag `a` has more than 256 characters");
    let key = "x".repeat(129);
    insta::assert_snapshot!(refused(&topic(&format!("[{{Key: {key}, Value: b}}]")), ""), @"t.yaml:9:13: the key of a tag has 1 to 128 characters");
    let many: Vec<String> = (0..51)
        .map(|number| format!("{{Key: k{number}, Value: v}}"))
        .collect();
    insta::assert_snapshot!(refused(&topic(&format!("[{}]", many.join(", "))), ""), @"t.yaml:9:13: a resource has at most 50 tags; these are 51");
}

#[test]
fn a_pattern_beyond_the_regular_is_checked_and_one_of_javas_own_is_warned_of() {
    insta::assert_snapshot!(refused(&template("  T: {Type: AWS::SNS::Topic}\n"), "Regex: awsome"), @"environments/staging.yaml:5:10: the parameter `Regex` is `awsome`, which does not match `(?!aws).+`");
    let own = template("  T: {Type: AWS::SNS::Topic}\n").replace("(?!aws).+", r"\p{javaLowerCase}+");
    let rendered = try_render(&own, "Regex: ABC").unwrap();
    insta::assert_snapshot!(rendered.warnings(), @r#"
    t.yaml:4:41: the `AllowedPattern` `\p{javaLowerCase}+` is not checked here: `\p{javaLowerCase}` is not known to be the same here
      hint: look at the value yourself: a rendering has no parameters that CloudFormation could check
    "#);
    assert!(
        try_render(&template("  T: {Type: AWS::SNS::Topic}\n"), "")
            .unwrap()
            .warnings()
            .is_empty()
    );
}

/// A queue and the function that reads it, through its alias or not.
fn reading(queue: &str, timeout: &str, function: &str) -> String {
    format!(
        "AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Again: {{Type: Number, Default: 20}}
  Takes: {{Type: Number, Default: 30}}
Resources:
  Queue: {{ Type: AWS::SQS::Queue{queue} }}
  Api: {{ Type: AWS::Lambda::Function{timeout} }}
  Live: {{ Type: AWS::Lambda::Alias, Properties: {{ FunctionName: !Ref Api, FunctionVersion: '1', Name: live }} }}
  Mapping: {{ Type: AWS::Lambda::EventSourceMapping, Properties: {{ EventSourceArn: !GetAtt Queue.Arn, FunctionName: {function} }} }}
"
    )
}

#[test]
fn messages_that_come_again_while_their_function_may_be_at_work_are_refused_where_that_is_set() {
    let (queue, function) = (
        ", Properties: { VisibilityTimeout: !Ref Again }",
        ", Properties: { Timeout: !Ref Takes }",
    );
    for name in ["!Ref Api", "!Ref Live", "!GetAtt Api.Arn"] {
        let template = reading(queue, function, name);
        assert!(try_render(&template, "Again: 30").is_ok(), "{name}");
        assert!(try_render(&template, "Takes: 20").is_ok(), "{name}");
        assert!(
            refused(&template, "Again: 29").contains("come again after 29 s"),
            "{name}"
        );
    }
    insta::assert_snapshot!(refused(&reading(queue, function, "!Ref Live"), "Again: 5"), @"
    environments/staging.yaml:5:10: messages of `Queue` come again after 5 s, and `Api` may take 30 s: Lambda refuses that
      hint: AWS recommends 180 s, 6 times what the function may take
    ");
    insta::assert_snapshot!(refused(&reading(queue, function, "!Ref Live"), "Takes: 900"), @"
    environments/staging.yaml:5:10: messages of `Queue` come again after 20 s, and `Api` may take 900 s: Lambda refuses that
      hint: AWS recommends 5400 s, 6 times what the function may take
    ");
    // What nobody sets is AWS's default: 30 seconds, and 3.
    insta::assert_snapshot!(refused(&reading("", ", Properties: { Timeout: 31 }", "!Ref Api"), ""), @"
    t.yaml:7:62: messages of `Queue` come again after 30 s, and `Api` may take 31 s: Lambda refuses that
      hint: AWS recommends 186 s, 6 times what the function may take
    ");
    insta::assert_snapshot!(refused(&reading(", Properties: { VisibilityTimeout: 2 }", "", "!Ref Api"), ""), @"
    t.yaml:6:68: messages of `Queue` come again after 2 s, and `Api` may take 3 s: Lambda refuses that
      hint: AWS recommends 18 s, 6 times what the function may take
    ");
    assert!(try_render(&reading("", "", "!Ref Api"), "").is_ok());
}
