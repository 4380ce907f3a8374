//! ARNs in another region, account or partition than the stack.

use super::{refused, try_render};

const TEMPLATE: &str = r"
Transform: AWS::LanguageExtensions
Parameters:
  Key: { Type: String, Default: '' }
  Topic: { Type: String, Default: '' }
  Callers: { Type: CommaDelimitedList, Default: '' }
Conditions:
  HasTopic: !Not [!Equals [!Ref Topic, '']]
  HasKey: !Not [!Equals [!Ref Key, '']]
  HasCallers: !Not [!Equals [!Join ['', !Ref Callers], '']]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification: !If [HasKey, { KMSMasterKeyId: !Ref Key }, !Ref AWS::NoValue]
  Queue:
    Type: AWS::SQS::Queue
    Properties: { KmsMasterKeyId: !If [HasKey, !Ref Key, !Ref AWS::NoValue] }
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmActions: !If [HasTopic, [!Ref Topic], !Ref AWS::NoValue]
  Fn::ForEach::Callers:
    - Caller
    - !If [HasCallers, !Ref Callers, ['123456789012']]
    - May&{Caller}: { Type: AWS::Lambda::Permission, Properties: { FunctionName: f, Principal: !Ref Caller } }
";

#[test]
fn what_lies_elsewhere_is_told_where_it_is_set() {
    insta::assert_snapshot!(
        refused(
            TEMPLATE,
            "Key: arn:aws:kms:us-east-1:123456789012:key/a\nTopic: arn:aws:sns:us-east-1:123456789012:t\n\
             Callers:\n  - '123456789012'\n  - arn:aws-cn:iam::123456789012:role/a",
        ),
        @"
        environments/staging.yaml:5:8: `arn:aws:kms:us-east-1:123456789012:key/a` is in the region `us-east-1`, the stack in `eu-central-1`
          hint: it is used in t.yaml:15
        environments/staging.yaml:6:10: `arn:aws:sns:us-east-1:123456789012:t` is in the region `us-east-1`, the stack in `eu-central-1`
          hint: it is used in t.yaml:22
        environments/staging.yaml:9:7: `arn:aws-cn:iam::123456789012:role/a` is in the partition `aws-cn`, the stack in `aws`
          hint: it is used in t.yaml:26
        "
    );
}

#[test]
fn another_account_may_lend_a_key_a_topic_and_callers() {
    let lent = "Key: arn:aws:kms:eu-central-1:210987654321:key/a\nTopic: arn:aws:sns:eu-central-1:210987654321:t\n\
                Callers: ['210987654321', 'arn:aws:iam::210987654321:role/a']";
    assert!(try_render(TEMPLATE, lent).is_ok());
}

#[test]
fn roles_and_boundaries_are_those_of_the_account_or_of_aws() {
    let role = |properties: &str| {
        format!("Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties: {{ {properties} }}\n")
    };
    for good in [
        "PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess'",
        "ManagedPolicyArns: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::123456789012:policy/B']",
        "PermissionsBoundary: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/b'",
    ] {
        assert!(try_render(&role(good), "").is_ok(), "{good}");
    }
    insta::assert_snapshot!(refused(&role("PermissionsBoundary: 'arn:aws:iam::210987654321:policy/b'"), ""), @"t.yaml:4:40: `arn:aws:iam::210987654321:policy/b` is in the account `210987654321`, the stack in `123456789012`");
    insta::assert_snapshot!(refused(&role("ManagedPolicyArns: ['arn:aws:iam::aws:policy/A', 'arn:aws-us-gov:iam::aws:policy/A']"), ""), @"t.yaml:4:68: `arn:aws-us-gov:iam::aws:policy/A` is in the partition `aws-us-gov`, the stack in `aws`");
    let function = "Resources:\n  F: { Type: AWS::Lambda::Function, Properties: { Role: 'arn:aws:iam::210987654321:role/r', \
                    Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:l:1'] } }\n";
    insta::assert_snapshot!(refused(function, ""), @"
    t.yaml:2:57: `arn:aws:iam::210987654321:role/r` is in the account `210987654321`, the stack in `123456789012`
    t.yaml:2:102: `arn:aws:lambda:us-east-1:123456789012:layer:l:1` is in the region `us-east-1`, the stack in `eu-central-1`
    ");
}
