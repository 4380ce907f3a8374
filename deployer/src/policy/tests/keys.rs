//! What a customer's key allows, and whom.

use super::*;

#[test]
fn a_key_is_used_by_who_deploys_and_let_be_used_by_the_services() {
    let environment = with_key();
    let policy = ci_of(&environment);
    let of_key: BTreeSet<&str> = policy
        .statements()
        .iter()
        .filter(|statement| statement.resources.contains(KEY))
        .flat_map(|statement| statement.actions.iter().map(String::as_str))
        .collect();
    assert_eq!(
        of_key.into_iter().collect::<Vec<_>>(),
        [
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey"
        ]
    );
    let (stack, _) = both(&environment);
    insta::assert_snapshot!("key", key_policy(&environment, &stack).unwrap());
    assert!(
        boundary(&environment, &stack)
            .unwrap()
            .json()
            .contains("kms:GenerateDataKey*")
    );
    let keyless = super::environment("production", "");
    assert!(matches!(key_policy(&keyless, &both(&keyless).0), Err(NoKey)));
    assert!(!ci_of(&keyless).json().contains("kms:"));
}

/// The topic is the store's: what it is called, CloudFormation looks up.
#[test]
fn the_key_of_a_consumer_lets_the_topics_of_the_account_send_to_its_queue() {
    let environment = consumer_with(&format!(", KmsKeyArn: \"{KEY}\""));
    let (stack, _) = both(&environment);
    let policy: serde_json::Value = serde_json::from_str(&key_policy(&environment, &stack).unwrap()).unwrap();
    let conditions: Vec<_> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| &statement["Condition"])
        .collect();
    insta::assert_json_snapshot!(conditions, @r#"
    [
      null,
      {
        "ArnEquals": {
          "kms:EncryptionContext:aws:logs:arn": [
            "arn:aws:logs:eu-central-1:222222222222:log-group:/event-store/consumers/orders-production"
          ]
        }
      },
      {
        "ArnLike": {
          "aws:SourceArn": [
            "arn:aws:sns:eu-central-1:222222222222:*"
          ]
        },
        "StringEquals": {
          "aws:SourceAccount": "222222222222"
        }
      }
    ]
    "#);
    let without_group = Template::parse(
        "t",
        "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { KmsMasterKeyId: k } } }",
    )
    .unwrap();
    let mut bare = environment.clone();
    bare.parameters.clear();
    let bucket = Artifacts::in_bucket("code");
    let rendered = render(&without_group, &bare.values(), &bucket).unwrap();
    let policy: serde_json::Value = serde_json::from_str(&key_policy(&bare, &rendered).unwrap()).unwrap();
    assert_eq!(
        policy["Statement"].as_array().unwrap().len(),
        1,
        "no condition is empty: {policy}"
    );
}
