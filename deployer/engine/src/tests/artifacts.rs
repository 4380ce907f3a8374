//! The artifact bucket and what goes into it.

use crate::cloud::TemplateSource;
use crate::stack::StackStatus;

use super::*;

fn uploaded(event: &Event) -> Option<&str> {
    match event {
        Event::Uploading { key, .. } => Some(key),
        _ => None,
    }
}

#[tokio::test]
async fn the_bucket_is_made_on_first_use_and_found_afterwards() {
    let mut scene = Scene::new();
    scene.deployment.execution_role = Some(format!("arn:aws:iam::{ACCOUNT}:role/cloudformation"));
    scene.up().await.unwrap();
    assert!(
        scene
            .reporter
            .events
            .iter()
            .any(|event| matches!(event, Event::BucketCreating { .. }))
    );
    assert_eq!(scene.cloud.called("CreateStack"), 1);
    let request = scene.cloud.with(|world| world.last_stack.clone()).unwrap();
    assert_eq!(request.stack, "event-store-artifacts");
    // It is every environment's, and has neither tags nor the role of the first.
    assert_eq!((request.tags, request.role), (BTreeMap::new(), None));

    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.forget();
    scene.up().await.unwrap();
    assert_eq!(scene.cloud.called("CreateStack"), 0);
}

#[tokio::test]
async fn code_that_is_there_is_not_stored_again() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
    scene.up().await.unwrap();
    let stored: Vec<&str> = scene.reporter.events.iter().filter_map(uploaded).collect();
    let [template] = stored.as_slice() else {
        panic!("the template alone is new: {stored:?}")
    };
    assert!(template.starts_with("templates/orders/"), "{template}");
    assert!(scene.reporter.events.contains(&Event::UploadSkipped {
        key: "code/api.zip".into()
    }));
}

#[tokio::test]
async fn a_first_deployment_beside_another_waits_for_the_others_bucket() {
    let mut scene = Scene::new();
    scene.cloud.with(|world| {
        let target = crate::cloud::NewStack {
            stack: "event-store-artifacts".into(),
            template: TemplateSource::Inline(scene.deployment.bucket.template.clone()),
            tags: BTreeMap::new(),
            role: None,
            token: crate::stack::RequestToken::new("somebody", uuid::Uuid::nil()),
        };
        world.start_stack(&target);
    });
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    assert!(scene.reporter.events.contains(&Event::BucketAwaited {
        stack: "event-store-artifacts".into()
    }));
}

#[tokio::test]
async fn a_bucket_that_cannot_be_made_is_the_error_with_its_cause() {
    let mut scene = Scene::new();
    scene.cloud.fail_resource("Bucket", "BucketName is taken");
    let error = scene.up().await.unwrap_err();
    let DeployError::NoBucket { cause, status, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(status, Some(StackStatus::DeleteComplete));
    assert_eq!(cause.unwrap().reason, "BucketName is taken");
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn a_short_template_goes_with_the_request_and_a_long_one_through_the_bucket() {
    for (length, is_inline) in [(51_200, true), (51_201, false)] {
        let mut scene = Scene::new();
        let missing = length - scene.deployment.template.text().len() - r#","Description":"""#.len();
        scene.change(|template| template["Description"] = json!("x".repeat(missing)));
        assert_eq!(scene.deployment.template.text().len(), length);
        scene.up().await.unwrap();
        let sent = scene
            .cloud
            .with(|world| world.last_request.take())
            .unwrap()
            .template;
        assert_eq!(matches!(sent, TemplateSource::Inline(_)), is_inline);
        if let TemplateSource::Url(url) = sent {
            assert!(
                url.starts_with("https://event-store-artifacts-123456789012-eu-central-1.s3."),
                "{url}"
            );
            assert!(url.contains("/templates/orders/"), "{url}");
        }
        scene.forget();
        assert!(matches!(scene.up().await, Ok(Deployed::Unchanged(_))));
    }
}

#[tokio::test]
async fn a_template_that_is_too_long_even_for_the_bucket_is_refused() {
    let mut scene = Scene::new();
    scene.change(|template| template["Description"] = json!("x".repeat(1_000_000)));
    let error = scene.up().await.unwrap_err();
    assert!(matches!(error, DeployError::TemplateTooLong { .. }), "{error:?}");
}

/// What somebody stores under the key of code that is yet to come.
fn plant(scene: &Scene, checksum: Option<&str>) {
    scene.cloud.with(|world| {
        world.objects.insert("code/api.zip".into(), b"evil code".to_vec());
        if let Some(checksum) = checksum {
            world.checksums.insert("code/api.zip".into(), checksum.into());
        }
    });
}

#[tokio::test]
async fn what_lies_under_the_codes_key_is_compared_before_anything_is_changed() {
    for checksum in [None, Some("c29tZXRoaW5nIGVsc2U=")] {
        let mut scene = Scene::deployed().await;
        scene.cloud.with(|world| world.objects.remove("code/api.zip"));
        plant(&scene, checksum);
        scene
            .change(|template| template["Resources"]["Topic"]["Properties"]["DisplayName"] = json!("orders"));
        scene.forget();
        scene.cloud.with(|world| {
            if checksum.is_none() {
                world.checksums.clear();
            }
        });
        let error = scene.up().await.unwrap_err();
        let DeployError::ForeignObject { key, found, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!((key.as_str(), found.as_deref()), ("code/api.zip", checksum));
        assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
        assert_eq!(scene.cloud.called("PutObject"), 0);
    }
}

#[tokio::test]
async fn what_is_stored_between_look_and_upload_is_neither_overwritten_nor_taken() {
    let mut scene = Scene::deployed().await;
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!("code/new.zip");
    });
    scene.deployment.artifacts[0].key = "code/new.zip".into();
    scene
        .cloud
        .with(|world| world.planted_before_upload = Some(("code/new.zip".into(), b"evil code".to_vec())));
    scene.forget();
    let error = scene.up().await.unwrap_err();
    assert!(
        matches!(error, DeployError::ForeignObject { found: None, .. }),
        "{error:?}"
    );
    assert_eq!(
        scene.cloud.with(|world| world.objects["code/new.zip"].clone()),
        b"evil code"
    );
    assert_eq!(scene.cloud.called("CreateChangeSet"), 0);
}

#[tokio::test]
async fn code_in_another_bucket_is_deployed_as_the_template_says() {
    let mut scene = Scene::new();
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["Code"] =
            json!({"S3Bucket": "releases", "S3Key": "api/7.zip", "S3ObjectVersion": "v1"});
    });
    assert!(matches!(scene.up().await.unwrap(), Deployed::Created(_)));
    assert!(matches!(scene.up().await.unwrap(), Deployed::Unchanged(_)));
    assert_eq!(scene.cloud.called("UpdateFunctionCode"), 0);
    let stored: Vec<&str> = scene.reporter.events.iter().filter_map(uploaded).collect();
    assert!(!stored.contains(&"api/7.zip"), "{stored:?}");
}

#[tokio::test]
async fn code_in_the_artifact_bucket_is_the_deployers_to_build() {
    let mut scene = Scene::new();
    scene.change(|template| template["Resources"]["Api"]["Properties"]["Code"]["S3Key"] = json!("api/7.zip"));
    assert!(matches!(
        scene.up().await.unwrap_err(),
        DeployError::MissingArtifact { key } if key == "api/7.zip"
    ));
}
