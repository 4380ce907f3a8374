//! To run the deployer takes exactly the permissions that `policy --for operator` prints.

use std::fs;

use event_store_e2e::{Cloud, Emulator, Environment};
use serde_json::Value;

use crate::{deployer, deployment};

/// Actions that every first `up` needs, each of them.
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
    let policy = joined(&printed.stdout);
    // All environments of the account share the bucket: the account's owner creates it with the first of them.
    deployment.up(&[]).await.succeeded();
    deployment.purge().await.succeeded();
    let_plain_http_to_the_artifacts(&owner).await;
    let role = owner.make_role("ci").await;
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

/// The bucket refuses what is not TLS; the emulator, which speaks plain HTTP, spares only the account's owner.
async fn let_plain_http_to_the_artifacts(owner: &Cloud) {
    let cloudformation = owner.cloudformation();
    let stack = "event-store-artifacts";
    let template = cloudformation
        .get_template()
        .stack_name(stack)
        .send()
        .await
        .unwrap();
    let template = template.template_body.unwrap();
    let relaxed = template.replace(
        r#""aws:SecureTransport": "false""#,
        r#""aws:SecureTransport": "neither""#,
    );
    if relaxed == template {
        assert!(template.contains("neither"), "{template}");
        return;
    }
    let update = cloudformation
        .update_stack()
        .stack_name(stack)
        .template_body(relaxed);
    update.send().await.unwrap();
    for _ in 0..100 {
        let stacks = cloudformation
            .describe_stacks()
            .stack_name(stack)
            .send()
            .await
            .unwrap();
        if stacks.stacks()[0].stack_status().unwrap().as_str() == "UPDATE_COMPLETE" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the stack of the artifacts was not updated");
}

/// The printed policies as one: the emulator does not limit its length.
fn joined(printed: &str) -> Value {
    let mut policies = serde_json::Deserializer::from_str(printed)
        .into_iter::<Value>()
        .map(Result::unwrap);
    let mut all = policies.next().unwrap();
    for policy in policies {
        let more = policy["Statement"].as_array().unwrap().clone();
        all["Statement"].as_array_mut().unwrap().extend(more);
    }
    all
}

/// The policy without one action, which it may allow in several places.
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

#[tokio::test]
async fn the_roles_of_people_and_workflows_are_a_stack_that_the_deployer_itself_deploys() {
    let deployment = deployment(Environment::staging_like("accessed")).await;
    let owner = Cloud::owner(Emulator::shared().await);
    for who in ["operator", "diff"] {
        let asked = [
            "--for",
            who,
            "--oidc",
            "owner/repository:environment:accessed",
            // The emulator does not support identity providers.
            "--existing-provider",
            "--format",
            "template",
        ];
        let printed = deployment.run("policy", &asked).await.succeeded();
        let template: Value = serde_json::from_str(&printed.stdout).unwrap();
        let file = deployment.file(&format!("{who}.json"));
        fs::write(&file, &printed.stdout).unwrap();
        let name = format!("access-{who}");
        let environment = format!(
            "account: '000000000000'\nregion: {}\nstack: {name}\nendpoint: {}\n",
            owner.region(),
            Emulator::shared().await.endpoint()
        );
        fs::write(deployment.file(&format!("{name}.yaml")), environment).unwrap();
        let folder = deployment.environments();
        let about = ["--env", &name, "--environments", &folder, "--template", &file];
        deployer()
            .run(&[&["up", "--yes"], &about[..]].concat())
            .await
            .succeeded();

        let role = template["Resources"]["Role"]["Properties"]["RoleName"]
            .as_str()
            .unwrap();
        let policies = template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"]
            .as_array()
            .unwrap();
        let attached = owner.iam().list_attached_role_policies().role_name(role);
        let attached = attached.send().await.unwrap();
        assert_eq!(attached.attached_policies().len(), policies.len(), "{role}");
        deployer()
            .run(&[&["down", "--yes"], &about[..]].concat())
            .await
            .succeeded();
    }
}
