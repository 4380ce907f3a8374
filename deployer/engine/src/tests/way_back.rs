//! Back to what was deployed before, without the code in hand.

use crate::Before;

use super::*;

const OLD: &str = "code/api/arm64/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip";
const NEW: &str = "code/api/arm64/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824.zip";
const OLD_HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const NEW_HASH: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

/// A stack of one function with code that is named by its content.
fn one_function(key: &str, hash: &str, revision: &str) -> Deployment {
    let mut template = template();
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.retain(|name, _| !name.starts_with("Relay") && name != "Mapping");
    template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!(key);
    template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!(revision);
    let mut deployment = deployment(&template);
    deployment.artifacts = vec![CodeArtifact {
        key: key.into(),
        body: Some(key.as_bytes().to_vec()),
        code_sha256: hash.into(),
    }];
    deployment
}

/// What the stack is by now.
fn before(scene: &Scene) -> Before {
    scene.cloud.with(|world| {
        let stack = world.stack_mut("orders");
        Before::keep(&stack.template, &stack.describe())
    })
}

/// The fake hashes code in its own way; what is live gets the hash that its key carries.
fn hash_by_key(scene: &Scene) {
    scene.cloud.with(|world| {
        let versions = &mut world.functions.get_mut("orders-Api").unwrap().versions;
        for version in versions {
            for (key, hash) in [(OLD, OLD_HASH), (NEW, NEW_HASH)] {
                if *version == crate::fake::code_sha256(key.as_bytes()) {
                    *version = hash.into();
                }
            }
        }
    });
}

#[tokio::test]
async fn a_deployment_that_changes_nothing_has_no_way_back() {
    let mut scene = Scene::new();
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    scene.up().await.unwrap();
    let before = before(&scene);
    assert!(before.way_back(&scene.deployment, "it fails").is_none());
}

#[tokio::test]
async fn a_feed_that_came_with_what_is_given_up_is_not_in_the_way_back_and_a_log_is() {
    let mut scene = Scene::new();
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    scene.up().await.unwrap();
    let before = before(&scene);
    let mut template: Value = scene.deployment.template.value().clone();
    let table = |kind: &str| json!({"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Metadata": {"Deployer": {"Table": kind}}});
    template["Resources"]["FeedTable"] = table("feed");
    template["Resources"]["OtherTable"] = table("other");
    scene.deployment.template = wanted(&template);
    let back = before.way_back(&scene.deployment, "it fails").unwrap();
    assert_eq!(back.accepted.texts(), ["remove:FeedTable"]);
}

#[tokio::test]
async fn the_way_back_leads_through_cloudformation_to_the_old_template_tags_and_code() {
    let mut scene = Scene::new();
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    scene.up().await.unwrap();
    hash_by_key(&scene);
    let before = before(&scene);
    let old = scene.deployment.clone();
    scene.deployment = one_function(NEW, NEW_HASH, "r2");
    scene.deployment.tags.insert("service".into(), "orders".into());
    // The fake's own hash of the new code: it is compared right after the update.
    scene.deployment.artifacts[0].code_sha256 = crate::fake::code_sha256(NEW.as_bytes());
    scene.up().await.unwrap();

    let mut back = before.way_back(&scene.deployment, "it fails").unwrap();
    assert_eq!((&back.template, &back.tags), (&old.template, &old.tags));
    assert_eq!(back.artifacts[0].code_sha256, OLD_HASH);
    back.artifacts[0].code_sha256 = crate::fake::code_sha256(OLD.as_bytes());
    scene.cloud.with(|world| {
        let hash = crate::fake::code_sha256(OLD.as_bytes());
        world.checksums.insert(OLD.into(), hash)
    });
    scene.deployment = back;
    let deployed = scene.up().await;
    assert!(matches!(deployed, Ok(Deployed::Updated(_))), "{deployed:?}");
    scene
        .cloud
        .with(|world| assert_eq!(world.stack_mut("orders").template, old.template.text()));
}

#[tokio::test]
async fn an_update_that_puts_other_code_live_than_its_artifact_knows_the_way_back() {
    let mut scene = Scene::new();
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    scene.up().await.unwrap();
    hash_by_key(&scene);
    let old = scene.deployment.clone();
    // What is live has the fake's own hash of the new code, and so is not what the artifact says.
    scene.deployment = one_function(NEW, NEW_HASH, "r2");
    let error = scene.up().await.unwrap_err();
    let DeployError::LiveCodeDiffers {
        before: Some(before), ..
    } = error
    else {
        panic!("{error:?}");
    };

    let mut back = before.way_back(&scene.deployment, "it fails").unwrap();
    assert_eq!((&back.template, &back.tags), (&old.template, &old.tags));
    back.artifacts[0].code_sha256 = crate::fake::code_sha256(OLD.as_bytes());
    scene.cloud.with(|world| {
        let hash = crate::fake::code_sha256(OLD.as_bytes());
        world.checksums.insert(OLD.into(), hash)
    });
    scene.deployment = back;
    let deployed = scene.up().await;
    assert!(matches!(deployed, Ok(Deployed::Updated(_))), "{deployed:?}");
    // The release that was not what it said is none.
    scene.cloud.with(|world| {
        assert_eq!(world.stack_mut("orders").template, old.template.text());
    });
}

#[tokio::test]
async fn permissions_that_were_given_up_may_be_had_again() {
    let mut scene = Scene::new();
    let role = json!({"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}});
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    scene.change(|template| template["Resources"]["Role"] = role);
    scene.up().await.unwrap();
    let before = before(&scene);
    scene.deployment = one_function(OLD, OLD_HASH, "r1");
    let back = before.way_back(&scene.deployment, "it fails").unwrap();
    assert!(back.accepted.widens("Role"));
    assert!(!scene.deployment.accepted.widens("Role"));
}

#[tokio::test]
async fn code_that_is_not_named_by_its_content_cannot_be_gone_back_to() {
    let mut scene = Scene::deployed().await;
    let before = before(&scene);
    scene.change(|template| template["Description"] = json!("another"));
    assert!(before.way_back(&scene.deployment, "it fails").is_none());
}
