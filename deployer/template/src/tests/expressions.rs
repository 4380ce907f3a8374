//! Single expressions: what the environment decides, what is left to AWS, and what is refused.

use super::{properties_of_a, refused, try_render};

/// Evaluates one expression next to a resource `Table` that is kept and a resource `Gone` that is removed.
fn template_of(expression: &str) -> String {
    format!(
        r"
Transform: AWS::LanguageExtensions
Parameters:
  Name: {{ Type: String, Default: orders }}
  Size: {{ Type: Number, Default: 512 }}
  List: {{ Type: CommaDelimitedList, Default: 'a, b,c' }}
  Empty: {{ Type: CommaDelimitedList, Default: '' }}
Mappings:
  Levels:
    info: {{ Value: INFO, Words: [x, y] }}
Conditions:
  Is: !Equals [!Ref Size, 512]
  IsNot: !Not [!Condition Is]
Resources:
  Table: {{ Type: 'A::B::C' }}
  Gone: {{ Type: 'A::B::C', Condition: IsNot }}
  It:
    Type: A::B::C
    Properties:
      Value: {expression}
"
    )
}

fn evaluated(expression: &str) -> String {
    let rendered = try_render(&template_of(expression), "")
        .unwrap_or_else(|problems| panic!("{expression}: {problems}"));
    let properties = &rendered.resource("It").unwrap().properties;
    properties
        .get("Value")
        .map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

fn not_evaluated(expression: &str) -> String {
    refused(&template_of(expression), "")
}

#[test]
fn what_an_environment_decides_is_put_in_its_place() {
    for (expression, value) in [
        ("!Ref Name", r#""orders""#),
        ("!Ref Size", r#""512""#),
        ("!Ref List", r#"["a","b","c"]"#),
        ("!Ref Empty", r#"[""]"#),
        ("!Ref AWS::Region", r#""eu-central-1""#),
        ("!Ref AWS::AccountId", r#""123456789012""#),
        ("!Ref AWS::StackName", r#""store""#),
        ("!Ref AWS::Partition", r#""aws""#),
        ("!Ref AWS::URLSuffix", r#""amazonaws.com""#),
        ("!Sub 's3.${AWS::URLSuffix}'", r#""s3.amazonaws.com""#),
        ("!Ref AWS::NoValue", "nothing"),
        ("[a, !Ref AWS::NoValue]", r#"["a"]"#),
        (
            "!Sub '${Name}-${Size}-${AWS::Region}'",
            r#""orders-512-eu-central-1""#,
        ),
        ("!Sub ['${A}/${Name}', {A: !Ref Size}]", r#""512/orders""#),
        ("!Sub '${!Name} ${Name}'", r#""${Name} orders""#),
        ("!If [Is, 1, 2]", "1"),
        ("!If [IsNot, 1, !Ref AWS::NoValue]", "nothing"),
        ("!FindInMap [Levels, info, Value]", r#""INFO""#),
        ("!FindInMap [Levels, info, Words]", r#"["x","y"]"#),
        (
            "!FindInMap [Levels, warn, Value, {DefaultValue: none}]",
            r#""none""#,
        ),
        ("!Join ['-', !Ref List]", r#""a-b-c""#),
        ("!Join ['', [a, !Ref Size, true, 1]]", r#""a512true1""#),
        ("!Select [1, !Ref List]", r#""b""#),
        (
            "!Select ['0', [!GetAtt Table.Arn]]",
            r#"{"Fn::GetAtt":["Table","Arn"]}"#,
        ),
        ("!Split ['r', !Ref Name]", r#"["o","de","s"]"#),
        ("!Length {Ref: List}", "3"),
        (
            "!ToJsonString {a: !Ref Size, b: [true]}",
            r#""{\"a\":\"512\",\"b\":[true]}""#,
        ),
        ("{Fn::If: [Is, {Ref: Name}, x]}", r#""orders""#),
        (
            "{Version: 1.5, Flag: false, Text: '1'}",
            r#"{"Flag":false,"Text":"1","Version":1.5}"#,
        ),
        (
            "{Condition: {Bool: {a: 'false'}}}",
            r#"{"Condition":{"Bool":{"a":"false"}}}"#,
        ),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn what_aws_decides_stays() {
    for (expression, value) in [
        ("!Ref Table", r#"{"Ref":"Table"}"#),
        ("!Ref AWS::StackId", r#"{"Ref":"AWS::StackId"}"#),
        (
            "!GetAtt Table.Nested.Arn",
            r#"{"Fn::GetAtt":["Table","Nested.Arn"]}"#,
        ),
        (
            "!Sub '${Name}/${Table.Arn}/${!x}/${AWS::StackId}'",
            r#"{"Fn::Sub":"orders/${Table.Arn}/${!x}/${AWS::StackId}"}"#,
        ),
        (
            "!Sub ['${A}${B}${Name}', {A: !Ref Table, B: b}]",
            r#"{"Fn::Sub":["${A}borders",{"A":{"Ref":"Table"}}]}"#,
        ),
        (
            "!Join [',', [!Ref Name, !Ref Table]]",
            r#"{"Fn::Join":[",",["orders",{"Ref":"Table"}]]}"#,
        ),
        (
            "!Select [0, !Split [':', !GetAtt Table.Arn]]",
            r#"{"Fn::Select":["0",{"Fn::Split":[":",{"Fn::GetAtt":["Table","Arn"]}]}]}"#,
        ),
        ("!Base64 {Ref: Name}", r#"{"Fn::Base64":"orders"}"#),
        ("!ImportValue other", r#"{"Fn::ImportValue":"other"}"#),
        ("!GetAZs {Ref: AWS::Region}", r#"{"Fn::GetAZs":"eu-central-1"}"#),
        ("'{{resolve:ssm:/a}}'", r#""{{resolve:ssm:/a}}""#),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
}

#[test]
fn a_branch_not_taken_may_refer_to_what_is_not_there() {
    assert_eq!(evaluated("!If [Is, 1, !Ref Gone]"), "1");
    assert_eq!(evaluated("!If [Is, 1, !Select [0, !Ref Empty]]"), "1");
    assert_eq!(
        evaluated("!If [Is, 1, !FindInMap [Levels, !Ref Name, Value]]"),
        "1"
    );
}

#[test]
fn a_mapping_is_looked_up_in_a_branch_not_taken_too_where_its_keys_are_written_out() {
    insta::assert_snapshot!(not_evaluated("!If [Is, 1, !FindInMap [Levels, warn, Value]]"), @"t.yaml:20:26: the mapping `Levels` has no `warn`, `Value`");
}

#[test]
fn a_wrong_expression_is_named_with_its_place() {
    insta::assert_snapshot!(not_evaluated("!Ref Nmae"), @"
    t.yaml:20:14: unknown parameter or resource `Nmae`
      hint: did you mean `Name`?
    ");
    insta::assert_snapshot!(not_evaluated("!If [Is, 1, !Ref Tabel]"), @"
    t.yaml:20:26: unknown parameter or resource `Tabel`
      hint: did you mean `Table`?
    ");
    insta::assert_snapshot!(not_evaluated("!Ref Gone"), @"t.yaml:20:14: `Gone` is not there, because the condition `IsNot` is false");
    insta::assert_snapshot!(not_evaluated("!Sub '${Name}/${Gone.Arn}'"), @"t.yaml:20:14: `Gone` is not there, because the condition `IsNot` is false");
    insta::assert_snapshot!(not_evaluated("!GetAtt Tables.Arn"), @"
    t.yaml:20:14: unknown parameter or resource `Tables`
      hint: did you mean `Table`?
    ");
    insta::assert_snapshot!(not_evaluated("!GetAtt Table"), @"t.yaml:20:14: `Fn::GetAtt` takes a resource and an attribute");
    insta::assert_snapshot!(not_evaluated("!If [Iss, 1, 2]"), @"
    t.yaml:20:19: unknown condition `Iss`
      hint: did you mean `Is`?
    ");
    insta::assert_snapshot!(not_evaluated("!If [Is, 1]"), @"t.yaml:20:14: `Fn::If` takes a condition and two values");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Level, info, Value]"), @"
    t.yaml:20:26: unknown mapping `Level`
      hint: did you mean `Levels`?
    ");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Level, info, Value, {DefaultValue: none}]"), @"
    t.yaml:20:26: unknown mapping `Level`
      hint: did you mean `Levels`?
    ");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, warn, Value, {DefaultValue: none, Else: x}]"), @"t.yaml:20:47: the fourth argument of `Fn::FindInMap` is a `DefaultValue`");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, warn, Value, none]"), @"t.yaml:20:47: the fourth argument of `Fn::FindInMap` is a `DefaultValue`");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, warn, Value]"), @"t.yaml:20:14: the mapping `Levels` has no `warn`, `Value`");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, !Ref Table, Value]"), @"t.yaml:20:34: the first key of `Fn::FindInMap` is known after deployment only");
    insta::assert_snapshot!(not_evaluated("!Sub '${List}'"), @"t.yaml:20:14: `${List}` in `Fn::Sub` is no single value");
    insta::assert_snapshot!(not_evaluated("!Sub 'a${AWS::Regoin}'"), @"
    t.yaml:20:14: unknown parameter or resource `AWS::Regoin`
      hint: did you mean `AWS::Region`?
    ");
    insta::assert_snapshot!(not_evaluated("!Select [3, !Ref List]"), @"t.yaml:20:14: `Fn::Select` takes item 3 of a list of 3");
    insta::assert_snapshot!(not_evaluated("!Select [x, !Ref List]"), @"t.yaml:20:23: the index `x` of `Fn::Select` is no whole number");
    for index in ["'+1'", "' 1'", "'01'", "-1", "'1.0'", "''"] {
        let refused = not_evaluated(&format!("!Select [{index}, !Ref List]"));
        assert!(
            refused.contains("of `Fn::Select` is no whole number"),
            "{refused}"
        );
    }
    insta::assert_snapshot!(not_evaluated("!Join ['', !Ref Name]"), @"t.yaml:20:25: `Fn::Join` joins a list, not a single value");
    insta::assert_snapshot!(not_evaluated("!Join ['', [!Ref List]]"), @"t.yaml:20:25: `Fn::Join` joins single values, not a list");
    insta::assert_snapshot!(not_evaluated("!Split [',', !Ref List]"), @"t.yaml:20:27: `Fn::Split` splits a text, not a list");
    insta::assert_snapshot!(not_evaluated("!Split ['', !Ref Name]"), @"t.yaml:20:22: the delimiter of `Fn::Split` is empty");
    insta::assert_snapshot!(not_evaluated("!Length {Ref: Table}"), @"t.yaml:20:14: `Fn::Length` counts a list, not what is known after deployment only");
    insta::assert_snapshot!(not_evaluated("!ToJsonString [!Ref Table]"), @r#"
    t.yaml:20:14: `Fn::ToJsonString` has a value that is known after deployment only
      hint: write the text with a `Fn::Sub`: `!Sub '{"table":"${Table}"}'`
    "#);
    insta::assert_snapshot!(not_evaluated("!Equals [a, b]"), @"t.yaml:20:14: `Fn::Equals` decides a condition and is no value");
    insta::assert_snapshot!(not_evaluated("{'Fn::Sbu': x}"), @"
    t.yaml:20:15: unknown function `Fn::Sbu`
      hint: did you mean `Fn::Sub`?
    ");
    insta::assert_snapshot!(not_evaluated("{'Fn::Sub': x, Other: y}"), @"t.yaml:20:15: `Fn::Sub` stands beside other keys");
    insta::assert_snapshot!(not_evaluated("!Sbu x"), @"
    t.yaml:20:14: unknown function `!Sbu`
      hint: did you mean `Sub`?
    ");
    insta::assert_snapshot!(not_evaluated("yes"), @"
    t.yaml:20:14: `yes` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    ");
    insta::assert_snapshot!(not_evaluated("~"), @"t.yaml:20:14: a value is missing");
}

#[test]
fn what_is_absent_where_something_has_to_be_is_refused() {
    let absent = "!If [IsNot, own, !Ref AWS::NoValue]";
    for whole in [
        "!Sub ['alias/${K}', {K: ABSENT}]",
        "!Join [ABSENT, [a]]",
        "!Join ['', ABSENT]",
        "!Select [0, ABSENT]",
        "!Select [ABSENT, [a]]",
        "!Select [0, [ABSENT, a]]",
        "!Split [',', ABSENT]",
        "!Split [ABSENT, a]",
        "{'Fn::Base64': ABSENT}",
        "{'Fn::Cidr': [ABSENT, 1, 1]}",
        "{'Fn::GetAZs': ABSENT}",
        "{'Fn::ImportValue': ABSENT}",
        "{'Fn::Length': ABSENT}",
        "{'Fn::Length': [ABSENT]}",
        "{'Fn::ToJsonString': {a: ABSENT}}",
        "!FindInMap [Levels, ABSENT, Value]",
        "{'Fn::GetAtt': [ABSENT, Arn]}",
        "{Ref: ABSENT}",
    ] {
        let refused = not_evaluated(&whole.replace("ABSENT", absent));
        assert!(refused.contains("is `AWS::NoValue`"), "{whole}: {refused}");
    }
    insta::assert_snapshot!(not_evaluated("!Sub ['alias/${K}', {K: !Ref AWS::NoValue}]"), @"
    t.yaml:20:38: the variable `K` of `Fn::Sub` is `AWS::NoValue`
      hint: only a whole property or an item of a list can be left out so
    ");
    // Absent values are left out.
    assert_eq!(evaluated(&format!("!Join ['-', [a, {absent}, b]]")), r#""a-b""#);
    assert_eq!(evaluated(&format!("[a, {absent}]")), r#"["a"]"#);
    assert_eq!(evaluated(&format!("{{A: {absent}, B: b}}")), r#"{"B":"b"}"#);
    assert_eq!(evaluated(&format!("!If [Is, {absent}, b]")), "nothing");
}

#[test]
fn what_is_known_of_a_sub_is_escaped_as_a_whole() {
    for (expression, value) in [
        // `$` and `{Cost}` come from two sources and do not form a variable.
        (
            "!Sub ['in $${Tail} of ${Table}', {Tail: '{Cost}'}]",
            r#"{"Fn::Sub":"in ${!Cost} of ${Table}"}"#,
        ),
        ("!Sub ['in $${Tail}', {Tail: '{Cost}'}]", r#""in ${Cost}""#),
        ("!Sub '${Table}$'", r#"{"Fn::Sub":"${Table}$"}"#),
        // An unclosed `${` is not a variable, and CloudFormation removes no `!` from it.
        ("!Sub '${Table}${'", r#"{"Fn::Sub":"${Table}${"}"#),
        ("!Sub '${ AWS::Region }/${  Name}'", r#""eu-central-1/orders""#),
        (
            "!Sub ['${ A }', {A: !Ref Table}]",
            r#"{"Fn::Sub":["${A}",{"A":{"Ref":"Table"}}]}"#,
        ),
    ] {
        assert_eq!(evaluated(expression), value, "{expression}");
    }
    insta::assert_snapshot!(not_evaluated("!Sub ['${Open}${Table}', {Open: 'a${'}]"), @"t.yaml:20:20: a text before a variable of `Fn::Sub` ends inside `${`, which CloudFormation would read on");
}

#[test]
fn the_long_form_of_an_attribute_may_be_a_text() {
    assert_eq!(
        evaluated("{'Fn::GetAtt': Table.Nested.Arn}"),
        r#"{"Fn::GetAtt":["Table","Nested.Arn"]}"#
    );
    insta::assert_snapshot!(not_evaluated("{'Fn::GetAtt': Tables.Arn}"), @"
    t.yaml:20:29: unknown parameter or resource `Tables`
      hint: did you mean `Table`?
    ");
}

#[test]
fn an_empty_list_parameter_is_one_empty_text() {
    let template = |condition: &str| {
        format!(
            "Transform: AWS::LanguageExtensions\nParameters:\n  Subnets: {{ Type: CommaDelimitedList, Default: '' }}\n\
             Conditions:\n  None: {condition}\nResources:\n  A: {{ Type: x, Properties: {{ N: !If [None, none, some], \
             L: !Ref Subnets }} }}\n"
        )
    };
    let first = template("!Equals [!Select [0, !Ref Subnets], '']");
    assert_eq!(properties_of_a(&first, ""), r#"{"L":[""],"N":"none"}"#);
    let joined = template("!Equals [!Join [',', !Ref Subnets], '']");
    assert_eq!(
        properties_of_a(&joined, "Subnets: [a]"),
        r#"{"L":["a"],"N":"some"}"#
    );
    insta::assert_snapshot!(refused(&template("!Equals [!Ref Subnets, '']"), ""), @"
    t.yaml:5:9: `Fn::Equals` compares single values, not a list
      hint: compare the members as one text: `!Join [',', !Ref List]`
    ");
}

#[test]
fn an_absent_value_decides_nothing() {
    let template =
        "Conditions:\n  Named: !Not [!Equals [!Ref AWS::NoValue, '']]\nResources:\n  A: { Type: x }\n";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:2:25: a value of `Fn::Equals` is `AWS::NoValue`
      hint: only a whole property or an item of a list can be left out so
    ");
}

#[test]
fn an_output_has_a_value_or_is_refused() {
    let template = "Conditions:\n  Own: !Equals [a, b]\nResources:\n  A: { Type: x }\nOutputs:\n  \
                    Key: { Value: !If [Own, own, !Ref AWS::NoValue] }\n";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:6:17: `Value` of the output `Key` is `AWS::NoValue`
      hint: only a whole property or an item of a list can be left out so
    ");
}

#[test]
fn a_spelling_with_two_readings_is_refused_wherever_it_stands() {
    let template = "Parameters:\n  A: { Type: String, Default: 012345670123, AllowedValues: [1e3] }\nMappings:\n  \
                    Accounts: { 012345670123: { Size: 1.10 } }\nConditions:\n  C: !Equals [on, x]\nResources:\n  \
                    A: { Type: x, Metadata: { Free: 1e3 }, Properties: { B: !If [C, 12345e67, 1], \
                    C: !Sub ['${V}', {V: 98765432109876543210123}], Yes: 1, True: 2 } }\nMetadata: { Free: 0777 }\n";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:2:31: `012345670123` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:2:61: `1e3` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:4:15: the key `012345670123` is read differently by different versions of YAML
      hint: put it in quotes
    t.yaml:4:37: `1.10` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:6:15: `on` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:8:67: `12345e67` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:8:102: `98765432109876543210123` is read differently by different versions of YAML
      hint: put it in quotes, or write `true`, `false` or a plain number
    t.yaml:8:129: the key `Yes` is read differently by different versions of YAML
      hint: put it in quotes
    t.yaml:8:137: the key `True` is read differently by different versions of YAML
      hint: put it in quotes
    ");
}

#[test]
fn the_members_of_a_list_are_trimmed_as_aws_does() {
    let template = "Parameters:\n  List: { Type: CommaDelimitedList }\nResources:\n  \
                    Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Join ['|', !Ref List] } }\n";
    assert!(super::rendered(template, "List: [' x', 'y ']").contains("\"x|y\""));
}

#[test]
fn a_partitions_domain_decides_a_condition() {
    let template = "Conditions:\n  InChina: !Equals [!Ref AWS::URLSuffix, amazonaws.com.cn]\nResources:\n  A: { Type: x, Properties: \
                    { P: !If [InChina, a, b] } }\n";
    assert_eq!(properties_of_a(template, ""), r#"{"P":"b"}"#);
}

#[test]
fn a_comparison_of_mappings_is_told_as_one() {
    let template = "Conditions:\n  Odd: !Equals [{}, {}]\nResources:\n  A: { Type: x }\n";
    insta::assert_snapshot!(refused(template, ""), @"t.yaml:2:8: `Fn::Equals` compares single values, not a mapping");
}

#[test]
fn a_parameter_has_no_attributes() {
    for expression in ["!Sub '${Name.Arn}'", "!GetAtt Name.Arn"] {
        assert_eq!(
            not_evaluated(expression),
            "t.yaml:20:14: `Name` is a parameter, and has no attributes"
        );
    }
    let pseudo = not_evaluated("!Sub '${AWS::StackId.Arn}'");
    assert_eq!(
        pseudo,
        "t.yaml:20:14: `AWS::StackId` is a parameter, and has no attributes"
    );
}
