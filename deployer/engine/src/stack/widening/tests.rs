//! What counts as a widening, case by case and by property.

mod places;
mod soundness;

use serde_json::json;

use super::*;

#[expect(clippy::needless_pass_by_value, reason = "what `json!` makes is handed on")]
fn template(resources: Value) -> Value {
    json!({"Resources": resources})
}

#[expect(clippy::needless_pass_by_value, reason = "what `json!` makes is handed on")]
fn role(statement: Value) -> Value {
    template(json!({"ApiRole": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "Policies": [{"PolicyName": "api", "PolicyDocument": {"Statement": [statement]}}],
    }}}))
}

fn told(before: &Value, after: &Value) -> Vec<String> {
    let widenings = widenings(Some(before), after);
    widenings
        .iter()
        .map(|widening| format!("{}: {}", widening.logical_id, widening.grant))
        .collect()
}

fn query(action: &Value, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn a_new_action_resource_or_role_is_a_widening_and_fewer_are_none() {
    let table = json!({"Fn::GetAtt": ["Events", "Arn"]});
    let before = role(query(&json!(["dynamodb:Query"]), &table));
    let more = role(query(&json!(["dynamodb:Query", "dynamodb:DeleteItem"]), &table));
    assert_eq!(
        told(&before, &more),
        ["ApiRole: ApiRole may dynamodb:DeleteItem on !GetAtt Events.Arn"]
    );
    assert_eq!(told(&more, &before), [""; 0]);
    let elsewhere = role(query(&json!("dynamodb:Query"), &json!("*")));
    assert_eq!(
        told(&before, &elsewhere),
        ["ApiRole: ApiRole may dynamodb:Query on *"]
    );
    assert_eq!(told(&before, &before), [""; 0]);
    assert_eq!(
        told(&template(json!({})), &before),
        [
            "ApiRole: ApiRole may dynamodb:Query on !GetAtt Events.Arn",
            "ApiRole: Service lambda.amazonaws.com may sts:AssumeRole on ApiRole",
        ]
    );
}

#[test]
fn a_condition_that_goes_is_a_widening() {
    let mut conditioned = query(&json!("sqs:SendMessage"), &json!("*"));
    conditioned["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
    assert_eq!(
        told(
            &role(conditioned),
            &role(query(&json!("sqs:SendMessage"), &json!("*")))
        ),
        ["ApiRole: ApiRole may sqs:SendMessage on *"]
    );
}

#[test]
fn a_refusal_that_goes_is_a_widening_and_one_that_comes_is_none() {
    let policy = |statements: Value| {
        template(
            json!({"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {
            "Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": statements}}}}),
        )
    };
    let refusal = json!({"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": {"Ref": "Topic"},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    assert_eq!(
        told(&policy(json!([refusal])), &policy(json!([]))),
        [
            "TopicPolicy: everybody may no longer be refused sns:Publish on !Ref Topic, \
          if {Bool: {aws:SecureTransport: \"false\"}}"
        ]
    );
    assert_eq!(told(&policy(json!([])), &policy(json!([refusal]))), [""; 0]);
}

#[test]
fn a_permission_a_managed_policy_and_a_public_url_are_widenings() {
    let after = template(json!({
        "MayCall": {"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "Alias"}, "Action": "lambda:InvokeFunctionUrl",
            "Principal": "arn:aws:iam::123456789012:role/orders", "FunctionUrlAuthType": "AWS_IAM"}},
        "Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "Api"}, "AuthType": "NONE"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}},
    }));
    assert_eq!(
        told(&template(json!({})), &after),
        [
            "MayCall: arn:aws:iam::123456789012:role/orders may lambda:InvokeFunctionUrl on !Ref Alias, \
             if {FunctionUrlAuthType: \"AWS_IAM\"}",
            "Role: Role may whatever arn:aws:iam::aws:policy/AdministratorAccess allows on *",
            "Url: everybody may call without a signature on !Ref Api",
        ]
    );
}

#[test]
fn what_a_statement_leaves_out_by_not_is_told_as_it_stands() {
    let mut statement = query(&json!("dynamodb:Query"), &json!("*"));
    let members = statement.as_object_mut().unwrap();
    members.remove("Action");
    members.insert("NotAction".into(), json!("iam:*"));
    assert_eq!(
        told(&template(json!({})), &role(statement)).first().unwrap(),
        "ApiRole: ApiRole may everything but iam:* on *"
    );
}

/// A template with one resource.
#[expect(clippy::needless_pass_by_value, reason = "what `json!` makes is handed on")]
fn one(kind: &str, properties: Value) -> Value {
    template(json!({"It": {"Type": kind, "Properties": properties}}))
}

#[test]
fn what_cannot_be_read_is_named() {
    let before = |kind| one(kind, json!({}));
    for (kind, properties, path) in [
        ("AWS::IAM::Role", json!({"Tags": []}), "Properties.Tags"),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "allow", "Action": "*"}]}}]}),
            "Properties.Policies[p].PolicyDocument.Statement[0]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"Effect": "Allow", "action": "*"}]}}]}),
            "Properties.Policies[p].PolicyDocument.Statement[0]",
        ),
        (
            "AWS::IAM::Role",
            json!({"Policies": {"Fn::GetAtt": ["A", "B"]}}),
            "Properties.Policies[0].PolicyDocument",
        ),
        (
            "AWS::IAM::Role",
            json!({"ManagedPolicyArns": [["arn"]]}),
            "Properties.ManagedPolicyArns",
        ),
        (
            "AWS::IAM::AccessKey",
            json!({"UserName": "u"}),
            "Properties.UserName",
        ),
        (
            "AWS::S3::Bucket",
            json!({"PublicAccessBlockConfiguration": {}}),
            "Properties.PublicAccessBlockConfiguration",
        ),
        (
            "AWS::OpenSearchService::Domain",
            json!({"AccessPolicies": "x"}),
            "Properties.AccessPolicies",
        ),
        (
            "AWS::SNS::TopicPolicy",
            json!({"Topics": ["t"], "PolicyDocument": "no JSON"}),
            "Properties.PolicyDocument",
        ),
        (
            "AWS::Lambda::Url",
            json!({"AuthType": {"Ref": "X"}}),
            "Properties.AuthType",
        ),
        (
            "AWS::Lambda::Url",
            json!({"AuthType": "AWS_IAM", "Cors": "all"}),
            "Properties.Cors",
        ),
        (
            "AWS::CloudFormation::Stack",
            json!({"TemplateURL": "https://x"}),
            "Properties.TemplateURL",
        ),
        ("Custom::Grants", json!({"Who": "x"}), "Properties.Who"),
    ] {
        let told = told(&before(kind), &one(kind, properties.clone()));
        let expected = format!("It: `{path}` of It changes, and this version cannot read what it grants");
        assert!(told.contains(&expected), "{kind} {properties}: {told:?}");
    }
    // An unread property that stays the same is not a widening.
    let tagged = one("AWS::IAM::Role", json!({"Tags": [{"Key": "a", "Value": "b"}]}));
    assert_eq!(told(&tagged, &tagged), [""; 0]);
    // Neither is a change of anything else.
    let quiet = |value: u8| {
        one(
            "AWS::SQS::Queue",
            json!({"RedrivePolicy": {"maxReceiveCount": value}, "DelaySeconds": value}),
        )
    };
    assert_eq!(told(&quiet(1), &quiet(2)), [""; 0]);
}

#[test]
fn less_excepted_is_more_granted_and_their_order_is_nothing() {
    let all_but = |actions: Value| role(json!({"Effect": "Allow", "NotAction": actions, "Resource": "*"}));
    assert_eq!(
        told(&all_but(json!(["iam:*", "sts:*"])), &all_but(json!(["iam:*"]))),
        ["ApiRole: ApiRole may everything but iam:* on *"]
    );
    assert_eq!(
        told(
            &all_but(json!(["iam:*", "sts:*"])),
            &all_but(json!(["sts:*", "iam:*"]))
        ),
        [""; 0]
    );
    let refused = |condition: Value| {
        let mut statement = json!({"Effect": "Deny", "NotAction": "s3:Get*", "NotResource": "arn:a"});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        role(statement)
    };
    assert_eq!(
        told(
            &refused(Value::Null),
            &refused(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
        ),
        ["ApiRole: ApiRole may no longer be refused everything but s3:Get* on everything but arn:a"]
    );
}

#[test]
fn a_variable_of_the_older_language_is_text() {
    let policy = |version: &str| {
        one(
            "AWS::IAM::Policy",
            json!({"Roles": ["r"], "PolicyDocument": {"Version": version, "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}]}}),
        )
    };
    assert_eq!(
        told(&policy("2008-10-17"), &policy("2012-10-17")),
        ["It: r may s3:* on arn:aws:s3:::home/${aws:username}/*"]
    );
}
