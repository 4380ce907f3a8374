//! A whole template, and facts about its rendering.

use super::{rendered, try_render, values_with};
use crate::{Artifacts, Capability, DeletionPolicy, Template, Values, render};

const WHOLE: &str = r"
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
";

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
    let values = values_with("Callers: [a, b]\nPublic: false");
    let artifacts = Artifacts::in_bucket("bucket").with("api", "code/api.zip");
    let rendered = render(&template, &values, &artifacts).unwrap();
    let parameters = rendered.parameters();
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
    let values = Values {
        instance: "pr-42".to_owned(),
        ..values_with("Callers: []\nPublic: true")
    };
    let template = Template::parse("t.yaml", WHOLE).unwrap();
    let rendered = render(&template, &values, &Artifacts::in_bucket("bucket")).unwrap();
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
    let values = values_with("Callers: []\nPublic: false");
    let without = render(&template, &values, &Artifacts::in_bucket("bucket")).unwrap();
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
    let values = Values {
        permissions_boundary: Some("arn:aws:iam::123456789012:policy/b".to_owned()),
        ..values_with("")
    };
    let template = "Resources:\n  A: { Type: AWS::IAM::Role }\n  \
                    B: { Type: AWS::IAM::Role, Properties: { PermissionsBoundary: own, RoleName: b } }\n";
    let template = Template::parse("t.yaml", template).unwrap();
    let rendered = render(&template, &values, &Artifacts::in_bucket("bucket")).unwrap();
    let boundary = |id: &str| rendered.resource(id).unwrap().properties["PermissionsBoundary"].clone();
    assert_eq!(boundary("A"), "arn:aws:iam::123456789012:policy/b");
    assert_eq!(boundary("B"), "own");
    assert_eq!(rendered.capabilities(), [Capability::NamedIam]);
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

#[test]
fn a_resource_that_is_removed_needs_no_revision() {
    let template = "Metadata: { Deployer: { Fill: { R: 'revision:Gone' } } }\nParameters:\n  R: { Type: String }\n\
                    Conditions:\n  IsNot: !Equals [a, b]\nResources:\n  Here: { Type: x }\n  \
                    Gone: { Type: x, Condition: IsNot, Properties: { Description: !Ref R } }\n";
    let rendered = try_render(template, "").unwrap();
    assert_eq!(rendered.parameters()["R"], "0".repeat(64));
}

#[test]
fn what_is_taken_down_needs_no_right_values() {
    let template = r"
Transform: AWS::LanguageExtensions
Parameters:
  Access: { Type: String, AllowedValues: [iam, public] }
  Size: { Type: Number, MinValue: 128 }
  Names: { Type: CommaDelimitedList }
  Short: { Type: String, MaxLength: 2 }
Resources:
  Table: { Type: AWS::DynamoDB::Table, DeletionPolicy: Retain, Properties: { TableName: !Sub '${AWS::StackName}-events' } }
  Function: { Type: AWS::Lambda::Function, Properties: { MemorySize: !Ref Size, KmsKeyArn: !Ref Short } }
  Fn::ForEach::Names: [Name, !Ref Names, { 'N&{Name}': { Type: x } }]
";
    let template = Template::parse("t.yaml", template).unwrap();
    for set in [
        "",
        "Access: neither\nSize: many\nShort: [a, b]\nNames: [a, a]\nNobodys: 1",
    ] {
        let values = values_with(set);
        let bucket = Artifacts::in_bucket("bucket");
        let problems = render(&template, &values, &bucket).unwrap_err().to_string();
        assert!(problems.contains("`Access`"), "{set}: {problems}");
        let rendered = crate::render_without_rules(&template, &values, &bucket).unwrap();
        assert_eq!(
            rendered.resource("Table").unwrap().name.as_deref(),
            Some("store-events")
        );
    }
}

#[test]
fn what_a_template_says_of_itself_in_comments_is_no_part_of_a_rendering() {
    let plain = "Resources:\n  A: { Type: x, Properties: { B: 'c' } }\n";
    let commented =
        "# What it is for\nResources:\n  A: # one\n    Type: x\n    Properties:\n      B: \"c\"  # two\n";
    assert_eq!(rendered(plain, ""), rendered(commented, ""));
}
