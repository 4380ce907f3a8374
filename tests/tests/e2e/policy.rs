//! Whoever runs the deployer needs what `policy --for ci` says, and no less.

use event_store_e2e::{Cloud, Emulator, Environment};
use serde_json::Value;

use crate::deployment;

/// Actions of which every first `up` needs each. None is S3's: the emulator evaluates its HEAD requests by other names than IAM does.
const NEEDED: [&str; 5] = [
    "cloudformation:DescribeStacks",
    "dynamodb:DescribeTable",
    "cloudformation:CreateChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
];

#[tokio::test]
async fn the_policy_for_ci_is_enough_and_without_any_one_action_up_names_the_one_that_is_missing() {
    let owner = Cloud::owner(Emulator::shared().await);
    let mut deployment = deployment(Environment::staging_like("policed")).await;
    let printed = deployment.run("policy", &["--for", "ci"]).await.succeeded();
    let policy: Value = serde_json::from_str(&printed.stdout).unwrap();
    let role = owner.make_role("ci").await;
    // What is made once for the account is there: the policy is tried on the environment's own.
    owner.allow_policy("ci", &policy.to_string()).await;
    deployment.run_by(&owner.assume(&role).await);

    for action in NEEDED {
        owner
            .allow_policy("ci", &without(&policy, action).to_string())
            .await;
        let refused = deployment.up(&[]).await.ended_with(1);
        assert!(
            refused.stderr.contains(&format!("`{action}` failed")),
            "without {action}: {refused}"
        );
    }
    owner.allow_policy("ci", &policy.to_string()).await;
    deployment.up(&[]).await.succeeded();
    deployment.diff(&[]).await.succeeded();
    let unchanged = deployment.up(&[]).await.succeeded();
    assert!(unchanged.stderr.contains("nothing to do"), "{unchanged}");
    deployment.purge().await.succeeded();
}

/// The policy less one action, wherever it is allowed.
fn without(policy: &Value, action: &str) -> Value {
    let mut less = policy.clone();
    let mut found = false;
    for statement in less["Statement"].as_array_mut().unwrap() {
        let actions = statement["Action"].as_array_mut().unwrap();
        found |= actions.iter().any(|allowed| allowed == action);
        actions.retain(|allowed| allowed != action);
    }
    // A statement about nothing is not valid.
    let statements = less["Statement"].as_array_mut().unwrap();
    statements.retain(|statement| !statement["Action"].as_array().unwrap().is_empty());
    assert!(found, "the policy allows {action}");
    less
}
