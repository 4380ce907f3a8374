//! What a template becomes, and every way in which one is refused.

use proptest::prelude::*;

use super::*;
use crate::environment::{Environment, Instance};
use crate::problem::Problems;

const ENVIRONMENT: &str = "account: '123456789012'\nregion: eu-central-1\nstack: store\n";

fn environment_with(parameters: &str) -> Environment {
    let parameters: String = parameters.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("{ENVIRONMENT}parameters:\n{parameters}  # end\n");
    let text = if parameters.is_empty() {
        ENVIRONMENT.to_owned()
    } else {
        text
    };
    Environment::parse("environments/staging.yaml", &text, "staging", None).unwrap()
}

fn try_render(template: &str, parameters: &str) -> Result<Rendered, Problems> {
    let template = Template::parse("t.yaml", template)?;
    render(
        &template,
        &environment_with(parameters),
        &Artifacts::in_bucket("bucket").with("api", "code/api.zip"),
    )
}

fn rendered(template: &str, parameters: &str) -> String {
    try_render(template, parameters)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .json()
        .to_owned()
}

fn refused(template: &str, parameters: &str) -> String {
    try_render(template, parameters).unwrap_err().to_string()
}

/// Evaluates one expression beside a resource `Table` that is there and `Gone` that is not.
fn template_of(expression: &str) -> String {
    format!(
        r#"
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
"#
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
        ("!Ref Empty", "[]"),
        ("!Ref AWS::Region", r#""eu-central-1""#),
        ("!Ref AWS::AccountId", r#""123456789012""#),
        ("!Ref AWS::StackName", r#""store""#),
        ("!Ref AWS::Partition", r#""aws""#),
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
            "{Version: 1.50, Flag: false, Text: '1'}",
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
        ("!Ref AWS::URLSuffix", r#"{"Ref":"AWS::URLSuffix"}"#),
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
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, warn, Value]"), @"t.yaml:20:14: the mapping `Levels` has no `warn`, `Value`");
    insta::assert_snapshot!(not_evaluated("!FindInMap [Levels, !Ref Table, Value]"), @"t.yaml:20:34: the first key of `Fn::FindInMap` is known after deployment only");
    insta::assert_snapshot!(not_evaluated("!Sub '${List}'"), @"t.yaml:20:14: `${List}` in `Fn::Sub` is no single value");
    insta::assert_snapshot!(not_evaluated("!Sub 'a${AWS::Regoin}'"), @"
    t.yaml:20:14: unknown parameter or resource `AWS::Regoin`
      hint: did you mean `AWS::Region`?
    ");
    insta::assert_snapshot!(not_evaluated("!Select [3, !Ref List]"), @"t.yaml:20:14: `Fn::Select` takes item 3 of a list of 3");
    insta::assert_snapshot!(not_evaluated("!Select [x, !Ref List]"), @"t.yaml:20:23: the index `x` of `Fn::Select` is no whole number");
    insta::assert_snapshot!(not_evaluated("!Join ['', !Ref Name]"), @"t.yaml:20:25: `Fn::Join` joins a list, not a single value");
    insta::assert_snapshot!(not_evaluated("!Join ['', [!Ref List]]"), @"t.yaml:20:25: `Fn::Join` joins single values, not a list");
    insta::assert_snapshot!(not_evaluated("!Split ['', !Ref List]"), @"t.yaml:20:26: `Fn::Split` splits a text, not a list");
    insta::assert_snapshot!(not_evaluated("!Length {Ref: Table}"), @"t.yaml:20:14: `Fn::Length` counts a list, not what is known after deployment only");
    insta::assert_snapshot!(not_evaluated("!ToJsonString [!Ref Table]"), @"t.yaml:20:14: `Fn::ToJsonString` has a value that is known after deployment only");
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

const WHOLE: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: Größe – 𝄞
Transform: AWS::LanguageExtensions
Metadata:
  Deployer: { Fill: { Revision: 'revision:Function', Code: 'artifact:api', Instance: instance } }
  AWS::CloudFormation::Interface: { ParameterGroups: [] }
  cfn-lint: { config: { ignore_checks: [W1] } }
Parameters:
  Code: { Type: String }
  Revision: { Type: String }
  Instance: { Type: String }
  Callers: { Type: CommaDelimitedList }
  Public: { Type: String, AllowedValues: ['true', 'false'] }
Rules:
  NotPublic:
    RuleCondition: !Equals [!Ref Instance, '']
    Assertions:
      - Assert: !Contains [['false'], !Ref Public]
        AssertDescription: only an instance may be public
Conditions:
  IsPublic: !Equals [!Ref Public, true]
  IsInstance: !Not [!Equals [!Ref Instance, '']]
Resources:
  Function:
    Type: AWS::Lambda::Function
    DependsOn: [Everyone, Role]
    Properties:
      Description: !Ref Revision
      Code: { S3Key: !Ref Code }
      Role: !GetAtt Role.Arn
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: !If [IsInstance, Delete, Retain]
    Properties: { Path: !Sub '/${AWS::StackName}/' }
  Version:
    Type: AWS::Lambda::Version
    Properties: { FunctionName: !Ref Function, Description: !Ref Revision }
  Everyone:
    Type: AWS::Lambda::Permission
    Condition: IsPublic
    Properties: { FunctionName: !Ref Function }
  Fn::ForEach::Callers:
    - Caller
    - !Ref Callers
    - May&{Caller}:
        Type: AWS::Lambda::Permission
        Properties: { Principal: !Ref Caller, Note: !Sub '${Caller} in ${AWS::Region}', Plain: '${Caller}' }
Outputs:
  Arn: { Value: !GetAtt Function.Arn, Export: { Name: !Sub '${AWS::StackName}-arn' } }
  Public: { Condition: IsPublic, Value: !Ref Everyone }
"#;

#[test]
fn a_template_is_rendered_whole() {
    insta::assert_snapshot!(rendered(WHOLE, "Callers: ['arn:aws:iam::1:role/a', b]\nPublic: false"), @r#"
    {
      "AWSTemplateFormatVersion": "2010-09-09",
      "Description": "Gr\u00f6\u00dfe \u2013 \ud834\udd1e",
      "Metadata": {
        "cfn-lint": {
          "config": {
            "ignore_checks": [
              "W1"
            ]
          }
        }
      },
      "Resources": {
        "Function": {
          "Type": "AWS::Lambda::Function",
          "DependsOn": [
            "Role"
          ],
          "Properties": {
            "Description": "b5f6579f6839e274abfdbf747a17f3a028cd0ed9256ce1d8ed92df7fafe18edc",
            "Code": {
              "S3Key": "code/api.zip"
            },
            "Role": {
              "Fn::GetAtt": [
                "Role",
                "Arn"
              ]
            }
          }
        },
        "Role": {
          "Type": "AWS::IAM::Role",
          "DeletionPolicy": "Retain",
          "Properties": {
            "Path": "/store/"
          }
        },
        "Version": {
          "Type": "AWS::Lambda::Version",
          "Properties": {
            "FunctionName": {
              "Ref": "Function"
            },
            "Description": "b5f6579f6839e274abfdbf747a17f3a028cd0ed9256ce1d8ed92df7fafe18edc"
          }
        },
        "Mayarnawsiam1rolea": {
          "Type": "AWS::Lambda::Permission",
          "Properties": {
            "Principal": "arn:aws:iam::1:role/a",
            "Note": "arn:aws:iam::1:role/a in eu-central-1",
            "Plain": "${Caller}"
          }
        },
        "Mayb": {
          "Type": "AWS::Lambda::Permission",
          "Properties": {
            "Principal": "b",
            "Note": "b in eu-central-1",
            "Plain": "${Caller}"
          }
        }
      },
      "Outputs": {
        "Arn": {
          "Value": {
            "Fn::GetAtt": [
              "Function",
              "Arn"
            ]
          },
          "Export": {
            "Name": "store-arn"
          }
        }
      }
    }
    "#);
}

#[test]
fn a_rendering_can_be_read_as_yaml() {
    let yaml = try_render(WHOLE, "Callers: []\nPublic: false").unwrap().to_yaml();
    insta::assert_snapshot!(yaml, @r#"
    AWSTemplateFormatVersion: "2010-09-09"
    Description: Größe – 𝄞
    Metadata:
      cfn-lint:
        config:
          ignore_checks:
          - W1
    Resources:
      Function:
        Type: AWS::Lambda::Function
        DependsOn:
        - Role
        Properties:
          Description: b5f6579f6839e274abfdbf747a17f3a028cd0ed9256ce1d8ed92df7fafe18edc
          Code:
            S3Key: code/api.zip
          Role:
            "Fn::GetAtt":
            - Role
            - Arn
      Role:
        Type: AWS::IAM::Role
        DeletionPolicy: Retain
        Properties:
          Path: /store/
      Version:
        Type: AWS::Lambda::Version
        Properties:
          FunctionName:
            Ref: Function
          Description: b5f6579f6839e274abfdbf747a17f3a028cd0ed9256ce1d8ed92df7fafe18edc
    Outputs:
      Arn:
        Value:
          "Fn::GetAtt":
          - Function
          - Arn
        Export:
          Name: store-arn
    "#);
}

#[test]
fn an_empty_list_gives_no_iteration() {
    for callers in ["Callers: []", "Callers: ''"] {
        let rendered = try_render(WHOLE, &format!("{callers}\nPublic: false")).unwrap();
        assert!(
            rendered
                .resources()
                .iter()
                .all(|resource| !resource.logical_id.starts_with("May"))
        );
    }
}

#[test]
fn the_parameters_of_the_raw_template_are_known() {
    let template = Template::parse("t.yaml", WHOLE).unwrap();
    let environment = environment_with("Callers: [a, b]\nPublic: false");
    let artifacts = Artifacts::in_bucket("bucket").with("api", "code/api.zip");
    let parameters = resolved_parameters(&template, &environment, &artifacts).unwrap();
    assert_eq!(parameters["Callers"], "a,b");
    assert_eq!(parameters["Code"], "code/api.zip");
    assert_eq!(parameters["Instance"], "");
    assert_eq!(parameters["Revision"].len(), 64);
    assert_eq!(
        parameters.keys().collect::<Vec<_>>(),
        ["Code", "Revision", "Instance", "Callers", "Public"]
    );
}

#[test]
fn an_instance_has_other_policies_and_is_let_past_the_rule() {
    let text = format!("{ENVIRONMENT}parameters: {{ Callers: [], Public: true }}\n");
    let instance: Instance = "pr-42".parse().unwrap();
    let environment = Environment::parse("e.yaml", &text, "staging", Some(&instance)).unwrap();
    let template = Template::parse("t.yaml", WHOLE).unwrap();
    let rendered = render(&template, &environment, &Artifacts::in_bucket("bucket")).unwrap();
    assert_eq!(
        rendered.resource("Role").unwrap().deletion_policy,
        DeletionPolicy::Delete
    );
    assert!(rendered.resource("Everyone").is_some());
    assert_eq!(rendered.outputs(), ["Arn", "Public"]);
}

#[test]
fn a_binary_without_code_has_a_placeholder() {
    let template = Template::parse("t.yaml", WHOLE).unwrap();
    assert_eq!(template.binaries(), ["api"]);
    let environment = environment_with("Callers: []\nPublic: false");
    let without = render(&template, &environment, &Artifacts::in_bucket("bucket")).unwrap();
    assert_eq!(without.missing_artifacts(), ["api"]);
    assert!(without.artifact_keys().is_empty());
    assert!(
        without
            .json()
            .contains(r#""S3Key": "code/api/arm64/not-built.zip""#)
    );
    let with = try_render(WHOLE, "Callers: []\nPublic: false").unwrap();
    assert!(with.missing_artifacts().is_empty());
    assert_eq!(with.artifact_keys(), ["code/api.zip"]);
}

fn revision_of(template: &str, parameters: &str) -> String {
    try_render(template, parameters).unwrap().parameters()["Revision"].clone()
}

#[test]
fn a_revision_follows_its_resource_and_what_that_refers_to() {
    let settings = "Callers: []\nPublic: false";
    let revision = revision_of(WHOLE, settings);
    let changed = |from: &str, to: &str| revision_of(&WHOLE.replace(from, to), settings) != revision;
    assert!(changed("{ S3Key: !Ref Code }", "{ S3Key: other }"));
    assert!(changed("Path: !Sub '/${AWS::StackName}/'", "Path: /other/"));
    assert!(!changed("FunctionName: !Ref Function, ", "FunctionName: other, "));
    assert!(!changed("Größe", "size"));
    assert!(!changed(
        "Description: !Ref Revision\n",
        "Description: !Ref Revision \n"
    ));
    assert_eq!(revision_of(WHOLE, "Callers: [a]\nPublic: false"), revision);
}

#[test]
fn roles_get_the_environments_boundary_unless_they_have_their_own() {
    let text = format!("{ENVIRONMENT}permissionsBoundary: arn:aws:iam::123456789012:policy/b\n");
    let environment = Environment::parse("e.yaml", &text, "staging", None).unwrap();
    let template = "Resources:\n  A: { Type: AWS::IAM::Role }\n  \
                    B: { Type: AWS::IAM::Role, Properties: { PermissionsBoundary: own, RoleName: b } }\n";
    let template = Template::parse("t.yaml", template).unwrap();
    let rendered = render(&template, &environment, &Artifacts::in_bucket("bucket")).unwrap();
    let boundary = |id: &str| rendered.resource(id).unwrap().properties["PermissionsBoundary"].clone();
    assert_eq!(boundary("A"), "arn:aws:iam::123456789012:policy/b");
    assert_eq!(boundary("B"), "own");
    assert_eq!(rendered.capabilities(), [Capability::NamedIam]);
}

#[test]
fn loops_are_written_out_at_every_depth() {
    let template = r#"
Transform: AWS::LanguageExtensions
Conditions:
  Fn::ForEach::Conditions:
    - Zone
    - [A, B]
    - Is${Zone}: !Equals [!Ref Zone, A]
Resources:
  Fn::ForEach::Nets:
    - Zone
    - [A, B]
    - Net${Zone}:
        Type: A::B::C
        Condition: !Sub Is${Zone}
        Properties:
          Fn::ForEach::Inner:
            - Word
            - [x, y]
            - Key${Word}: !Sub '${Zone}-${Word}'
      Fn::ForEach::Doors:
        - Door
        - ['1', '2']
        - Door${Zone}${Door}:
            Type: A::B::C
            Properties: { Net: !If [IsA, !Ref { 'Fn::Sub': 'NetA' }, none] }
"#;
    insta::assert_snapshot!(rendered(template, ""), @r#"
    {
      "Resources": {
        "NetA": {
          "Type": "A::B::C",
          "Properties": {
            "Keyx": "A-x",
            "Keyy": "A-y"
          }
        },
        "DoorA1": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorA2": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorB1": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        },
        "DoorB2": {
          "Type": "A::B::C",
          "Properties": {
            "Net": {
              "Ref": "NetA"
            }
          }
        }
      }
    }
    "#);
}

#[test]
fn a_wrong_loop_is_named_with_its_place() {
    let loops = |entries: &str| {
        format!("Transform: AWS::LanguageExtensions\nResources:\n  A: {{ Type: 'A::B::C' }}\n{entries}")
    };
    let body = "{ Type: 'A::B::C' }";
    insta::assert_snapshot!(refused(&format!("Resources:\n  Fn::ForEach::L: [X, [a], {{ 'L${{X}}': {body} }}]\n"), ""), @"t.yaml:2:3: `Fn::ForEach::L` needs `Transform: AWS::LanguageExtensions`");
    insta::assert_snapshot!(refused(&loops("  Fn::ForEach::L: [X, [a]]\n"), ""), @"t.yaml:4:19: `Fn::ForEach::L` takes an identifier, a collection and a mapping");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a], {{ Same: {body} }}]\n")), ""), @"t.yaml:4:30: the key `Same` of `Fn::ForEach::L` has no `${X}`");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [A], {{ '${{X}}': {body} }}]\n")), ""), @"t.yaml:4:30: a loop gives the key `A` again");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a-b], {{ 'L${{X}}': {body} }}]\n")), ""), @"t.yaml:4:32: the logical id `La-b` is not alphanumeric");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, !Ref A, {{ 'L${{X}}': {body} }}]\n")), ""), @"t.yaml:4:23: `A` is a resource, which is not there yet when this is decided");
    insta::assert_snapshot!(refused(&loops(&format!("  Fn::ForEach::L: [X, [a], {{ 'L${{X}}': {body} }}]\n  B: {{ Type: x, Properties: {{ Fn::ForEach::L: [X, [a], {{ 'L${{X}}': 1 }}] }} }}\n")), ""), @"t.yaml:5:31: the loop `L` is repeated");
}

#[test]
fn a_wrong_template_is_named_with_all_its_places() {
    let template = r#"
Resorces: {}
Parameters:
  A: { Type: Strin }
  B: { Type: String, NoEcho: true }
  C: { Type: 'AWS::SSM::Parameter::Value<String>' }
  D: { Default: x, MinLenght: 1 }
  E: { Type: Number, MinValue: few, AllowedValues: 1 }
  F: text
Transform: [AWS::LanguageExtensions, My::Macro]
Metadata:
  Deployer: { Fil: {}, Fill: { X: environment, A: region, B: 'artifact:' } }
Outputs: []
"#;
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:1:1: the section `Resources` is missing
    t.yaml:2:1: unknown section `Resorces`
      hint: did you mean `Resources`?
    t.yaml:4:14: unknown type `Strin` of the parameter `A`
      hint: did you mean `String`?
    t.yaml:5:30: the parameter `B` is `NoEcho`, which cannot be rendered
    t.yaml:6:14: the type `AWS::SSM::Parameter::Value<String>` of `C` is known to AWS alone
    t.yaml:7:6: the parameter `D` has no `Type`
    t.yaml:7:20: unknown key `MinLenght` of the parameter `D`
      hint: did you mean `MinLength`?
    t.yaml:8:32: `MinValue` of the parameter `E` is `few`, not a number
    t.yaml:8:52: `AllowedValues` of the parameter `E` is no list of texts
    t.yaml:9:6: the parameter `F` is a single value
    t.yaml:10:38: the macro `My::Macro` runs in AWS alone
      hint: the only transform is `AWS::LanguageExtensions`
    t.yaml:12:15: unknown key `Fil` of `Metadata.Deployer`
      hint: did you mean `Fill`?
    t.yaml:12:32: unknown parameter `X`
      hint: did you mean `A`?
    t.yaml:12:51: `region` is nothing that the deployer fills in
      hint: known are environment, instance, protected, architecture, artifact-bucket, artifact:<binary>, revision:<LogicalId>
    t.yaml:12:62: `artifact:` is nothing that the deployer fills in
      hint: known are environment, instance, protected, architecture, artifact-bucket, artifact:<binary>, revision:<LogicalId>
    t.yaml:13:10: the section `Outputs` is a mapping, not a list
    ");
    insta::assert_snapshot!(refused("- a\n", ""), @"t.yaml:1:1: a template is a mapping, not a list");
    insta::assert_snapshot!(refused("Resources:\n  A: [\n", ""), @"t.yaml:2:6: not valid YAML: unclosed bracket '['");
}

#[test]
fn wrong_resources_outputs_conditions_and_rules_are_named_with_their_places() {
    let template = r#"
Parameters:
  Name: { Type: String, Default: x }
Rules:
  Odd: { RuleConditon: x }
  Empty: { Assertions: [{ AssertDescription: nothing }] }
  Names: { Assertions: [{ Assert: !Equals [!Ref Naem, !Ref First] }] }
  Broken: { Assertions: [{ Assert: !EachMemberIn [!Ref Name, [y]] }] }
Conditions:
  Circle: !Or [!Condition Round, !Equals [a, b]]
  Round: !Not [!Condition Circle]
  Text: yes indeed
  Wrong: !Contains [[a], a]
  Alone: !And [!Equals [a, a]]
  Unknown: { 'Fn::Equal': [a, b] }
Resources:
  First: { Type: 'A::B::C', DependsOn: [Frist], DeletionPolicy: Retian, Propertys: {} }
  Second: { Properties: {}, DeletionPolicy: !If [Alone, Retain, Delete] }
  Thi-rd: { Type: 'A::B::C', Condition: Missing }
  Fourth: text
Outputs:
  One: { Valeu: x }
"#;
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:5:3: the rule `Odd` has no list of `Assertions`
    t.yaml:5:10: unknown key `RuleConditon`
      hint: did you mean `RuleCondition`?
    t.yaml:6:25: an assertion of the rule `Empty` has no `Assert`
    t.yaml:7:44: unknown parameter `Naem`
      hint: did you mean `Name`?
    t.yaml:7:55: `First` is a resource, which is not there yet when this is decided
    t.yaml:8:26: an assertion of the rule `Broken` does not hold
      hint: the rule `Broken` is in t.yaml:8
    t.yaml:11:16: the condition `Circle` depends on itself
    t.yaml:12:9: a condition is a function, not a single value
    t.yaml:13:10: `Fn::Contains` decides nothing here
    t.yaml:14:10: `Fn::And` takes a list of 2 to 10 conditions
    t.yaml:15:14: unknown function `Fn::Equal`
      hint: did you mean `Fn::Equals`?
    t.yaml:17:41: unknown resource `Frist`
      hint: did you mean `First`?
    t.yaml:17:65: unknown DeletionPolicy `Retian`
      hint: did you mean `Retain`?
    t.yaml:17:73: unknown key `Propertys`
      hint: did you mean `Properties`?
    t.yaml:18:3: the resource `Second` has no `Type`
    t.yaml:18:45: `DeletionPolicy with a function` needs `Transform: AWS::LanguageExtensions`
    t.yaml:19:3: the logical id `Thi-rd` is not alphanumeric
    t.yaml:19:41: unknown condition `Missing`
    t.yaml:20:3: the resource `Fourth` is a single value
    t.yaml:20:3: the resource `Fourth` has no `Type`
    t.yaml:22:3: the output `One` has no `Value`
    t.yaml:22:10: unknown key `Valeu`
      hint: did you mean `Value`?
    ");
}

#[test]
fn wrong_settings_are_named_in_the_environments_file() {
    let template = r#"
Metadata: { Deployer: { Fill: { Filled: environment, Short: environment } } }
Parameters:
  Filled: { Type: String }
  Short: { Type: String, MaxLength: 3 }
  Missing: { Type: String }
  Choice: { Type: String, AllowedValues: [iam, public] }
  Small: { Type: Number, MinValue: 128, MaxValue: 256 }
  Big: { Type: Number, MaxValue: 256, ConstraintDescription: at most 256 }
  Text: { Type: Number }
  Pattern: { Type: CommaDelimitedList, AllowedPattern: '[0-9]{12}' }
  Single: { Type: String }
  Length: { Type: String, MinLength: 2 }
  Default: { Type: String, Default: x, AllowedValues: [y] }
Resources:
  A: { Type: 'A::B::C' }
"#;
    let parameters = "Filled: x\nChoice: iamm\nSmall: 64\nBig: 512\nText: many\nPattern: ['123456789012', '1']\n\
                      Single: [a]\nLength: a\nPatern: x";
    insta::assert_snapshot!(refused(template, parameters), @"
    environments/staging.yaml:1:1: the parameter `Missing` is missing
      hint: set it under `parameters`; it is declared without a default in t.yaml:6
    environments/staging.yaml:5:3: the parameter `Filled` is filled in by the deployer, with `environment`
    environments/staging.yaml:6:11: the parameter `Choice` is `iamm`, which is not an allowed value
      hint: allowed are `iam`, `public`
    environments/staging.yaml:7:10: the parameter `Small` is `64`, less than 128
    environments/staging.yaml:8:8: the parameter `Big` is `512`, more than 256
      hint: at most 256
    environments/staging.yaml:9:9: the parameter `Text` is `many`, which is not a number
    environments/staging.yaml:10:12: the parameter `Pattern` is `1`, which does not match `[0-9]{12}`
    environments/staging.yaml:11:11: the parameter `Single` is a single value, not a list
    environments/staging.yaml:12:11: the parameter `Length` is `a`, shorter than 2 characters
    environments/staging.yaml:13:3: unknown parameter `Patern`
      hint: did you mean `Pattern`?
    t.yaml:2:61: the parameter `Short` is `staging`, longer than 3 characters
    t.yaml:14:37: the parameter `Default` is `x`, which is not an allowed value
      hint: allowed are `y`
    ");
}

#[test]
fn a_pattern_that_cannot_be_checked_is_refused() {
    let template = "Parameters:\n  A: { Type: String, Default: x, AllowedPattern: '(?=x)x' }\nResources:\n  B: { Type: x }\n";
    insta::assert_snapshot!(refused(template, ""), @"t.yaml:2:31: the `AllowedPattern` `(?=x)x` of `A` cannot be checked: look-around is not supported");
}

#[test]
fn a_revision_of_nothing_is_refused() {
    let template = "Metadata: { Deployer: { Fill: { A: 'revision:Functoin' } } }\nParameters:\n  A: { Type: String }\n\
                    Resources:\n  Function: { Type: x }\n";
    insta::assert_snapshot!(refused(template, ""), @"
    t.yaml:1:36: unknown resource `Functoin`
      hint: did you mean `Function`?
    ");
}

#[test]
fn a_template_without_any_resource_left_is_refused() {
    let template = "Conditions:\n  IsNot: !Equals [a, b]\nResources:\n  A: { Type: x, Condition: IsNot }\n";
    insta::assert_snapshot!(refused(template, ""), @"t.yaml:1:1: no resource is left to deploy");
}

#[test]
fn waiting_for_a_removed_resource_is_dropped() {
    let template = "Conditions:\n  IsNot: !Equals [a, b]\nResources:\n  Gone: { Type: x, Condition: IsNot }\n  \
                    Here: { Type: x }\n  One: { Type: x, DependsOn: Gone }\n  \
                    Two: { Type: x, DependsOn: [Gone, Here] }\n  Three: { Type: x, DependsOn: Here }\n";
    insta::assert_snapshot!(rendered(template, ""), @r#"
    {
      "Resources": {
        "Here": {
          "Type": "x"
        },
        "One": {
          "Type": "x"
        },
        "Two": {
          "Type": "x",
          "DependsOn": [
            "Here"
          ]
        },
        "Three": {
          "Type": "x",
          "DependsOn": "Here"
        }
      }
    }
    "#);
}

proptest! {
    #[test]
    fn a_rendering_is_ascii_and_the_same_each_time(text in "\\PC{0,40}", key in "\\PC{1,10}") {
        let quote = |text: &str| text.replace('\'', "''");
        let template = format!(
            "Parameters:\n  Text: {{ Type: String }}\nResources:\n  A:\n    Type: A::B::C\n    Properties:\n      \
             '{}': !Ref Text\n      Joined: !Join ['', [!Ref Text, 'ä']]\n",
            quote(&format!("key {key}"))
        );
        let parameters = format!("Text: '{}'", quote(&text));
        let first = try_render(&template, &parameters).unwrap();
        prop_assert!(first.json().is_ascii());
        prop_assert!(first.json().ends_with('\n'));
        let second = try_render(&template, &parameters).unwrap();
        prop_assert_eq!(first.json(), second.json());
        let read: serde_json::Value = serde_json::from_str(first.json()).unwrap();
        prop_assert_eq!(read["Resources"]["A"]["Properties"][format!("key {key}")].as_str(), Some(text.as_str()));
        // What has been rendered has nothing left to render: a plain text with `${}` is no variable.
        let again = try_render(first.json(), "").unwrap();
        prop_assert_eq!(again.json(), first.json());
    }
}
