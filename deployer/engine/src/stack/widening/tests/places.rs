//! Where in a template permissions stand, kind by kind: each place is read, with who may do what there.

use super::*;

#[test]
fn a_boundary_that_comes_changes_or_goes_is_a_widening() {
    for kind in ["AWS::IAM::Role", "AWS::IAM::User"] {
        let bounded = |by: &str| one(kind, json!({"PermissionsBoundary": by}));
        let free = one(kind, json!({}));
        assert_eq!(
            told(&bounded("arn:a"), &free),
            ["It: the boundary of It is no longer arn:a"]
        );
        assert_eq!(
            told(&free, &bounded("arn:a")),
            ["It: the boundary of It is now arn:a"]
        );
        assert_eq!(
            told(&bounded("arn:a"), &bounded("arn:b")),
            [
                "It: the boundary of It is no longer arn:a",
                "It: the boundary of It is now arn:b"
            ]
        );
        assert_eq!(told(&bounded("arn:a"), &bounded("arn:a")), [""; 0]);
    }
}

#[test]
fn whoever_holds_a_policy_is_named_wherever_it_stands() {
    let statement = json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
    for (kind, holder, name) in [
        ("AWS::IAM::Policy", "Roles", "R may s3:* on *"),
        ("AWS::IAM::ManagedPolicy", "Groups", "R may s3:* on *"),
        ("AWS::IAM::RolePolicy", "RoleName", "R may s3:* on *"),
        ("AWS::IAM::UserPolicy", "UserName", "R may s3:* on *"),
        ("AWS::IAM::GroupPolicy", "GroupName", "R may s3:* on *"),
    ] {
        let held = one(
            kind,
            json!({holder: "R", "PolicyName": "p", "PolicyDocument": statement}),
        );
        let by_another = one(
            kind,
            json!({holder: "S", "PolicyName": "p", "PolicyDocument": statement}),
        );
        let grants = told(&template(json!({})), &held);
        assert!(grants.contains(&format!("It: {name}")), "{kind}: {grants:?}");
        assert_eq!(told(&held, &by_another), ["It: S may s3:* on *"], "{kind}");
    }
    let user = one(
        "AWS::IAM::User",
        json!({"Groups": ["admins"], "ManagedPolicyArns": ["arn:p"],
        "Policies": [{"PolicyName": "p", "PolicyDocument": statement}]}),
    );
    assert_eq!(
        told(&template(json!({})), &user),
        [
            "It: It may s3:* on *",
            "It: It may whatever arn:p allows on *",
            "It: It may whatever the group admins may on *",
        ]
    );
}

#[test]
fn policies_of_resources_are_read_with_what_they_are_attached_to() {
    let document = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:them"}, "Action": "x:Use", "Resource": "*"}]});
    for (kind, path, target) in [
        ("AWS::SNS::TopicPolicy", "PolicyDocument", Some("Topics")),
        ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", Some("TopicArn")),
        ("AWS::SQS::QueuePolicy", "PolicyDocument", Some("Queues")),
        ("AWS::S3::BucketPolicy", "PolicyDocument", Some("Bucket")),
        (
            "AWS::SecretsManager::ResourcePolicy",
            "ResourcePolicy",
            Some("SecretId"),
        ),
        ("AWS::KMS::Key", "KeyPolicy", None),
        ("AWS::Logs::ResourcePolicy", "PolicyDocument", None),
    ] {
        let mut before = json!({});
        let mut after = json!({path: document});
        if let Some(target) = target {
            before[target] = json!("mine");
            after[target] = json!("mine");
        }
        let attached = target.map_or("It", |_| "mine");
        let expected = format!("It: arn:them may x:Use on {attached}");
        assert_eq!(
            told(&one(kind, before), &one(kind, after.clone())),
            [expected],
            "{kind}"
        );
        // As text it says the same.
        let mut as_text = after.clone();
        as_text[path] = document.to_string().into();
        assert_eq!(
            told(&one(kind, after.clone()), &one(kind, as_text)),
            [""; 0],
            "{kind}"
        );
        if let Some(target) = target {
            let mut moved = after.clone();
            moved[target] = json!("another");
            let expected = "It: arn:them may x:Use on another";
            assert_eq!(told(&one(kind, after), &one(kind, moved)), [expected], "{kind}");
        }
    }
    let table = |policy: Value| {
        one(
            "AWS::DynamoDB::Table",
            json!({"StreamSpecification": {"StreamViewType": "NEW_IMAGE", "ResourcePolicy": {"PolicyDocument": policy}}}),
        )
    };
    assert_eq!(
        told(&table(json!({"Statement": []})), &table(document)),
        ["It: arn:them may x:Use on It"]
    );
}

#[test]
fn a_layer_a_url_for_pages_a_role_to_act_as_and_a_subscription_are_read() {
    let nothing = template(json!({}));
    let layer = json!({"LayerVersionArn": "arn:l", "Action": "lambda:GetLayerVersion", "Principal": "*", "OrganizationId": "o-1"});
    assert_eq!(
        told(&nothing, &one("AWS::Lambda::LayerVersionPermission", layer)),
        ["It: everybody may lambda:GetLayerVersion on arn:l, if {OrganizationId: \"o-1\"}"]
    );
    let url = |cors: Value| {
        one(
            "AWS::Lambda::Url",
            json!({"TargetFunctionArn": "arn:f", "AuthType": "AWS_IAM", "Cors": cors}),
        )
    };
    assert_eq!(
        told(
            &url(json!({"AllowOrigins": ["https://a.example"], "MaxAge": 1})),
            &url(json!({"AllowOrigins": ["https://a.example", "*"], "AllowCredentials": true, "MaxAge": 9}))
        ),
        [
            "It: pages of other sites may call it as `AllowCredentials: true` of its Cors says on arn:f",
            "It: pages of other sites may call it as `AllowOrigins: *` of its Cors says on arn:f",
        ]
    );
    let function = |role: &str| one("AWS::Lambda::Function", json!({"Role": role, "Timeout": 1}));
    assert_eq!(
        told(&function("arn:small"), &function("arn:admin")),
        ["It: It may sts:AssumeRole on arn:admin"]
    );
    let subscription = one(
        "AWS::SNS::Subscription",
        json!({"TopicArn": "arn:t", "Protocol": "https", "Endpoint": "https://evil.example"}),
    );
    assert_eq!(
        told(&nothing, &subscription),
        ["It: https https://evil.example may receive what is published on arn:t"]
    );
}
