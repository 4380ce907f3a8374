//! The right to write to the artifact bucket does not include the choice of the deployed code.

use aws_sdk_s3::primitives::ByteStream;
use event_store_e2e::{Cloud, Environment};

use crate::deployment;

const BUCKET: &str = "event-store-artifacts-000000000000-eu-central-1";

#[tokio::test]
async fn code_that_was_planted_at_a_coming_key_is_neither_deployed_nor_overwritten() {
    let deployment = deployment(Environment::staging_like("planted")).await;
    deployment.up(&[]).await.succeeded();
    let cloud = deployment.cloud();
    let before = keys(&cloud).await;

    // A build is reproducible, so its key is known beforehand: a plan stores the code, and changes nothing else.
    let coming = deployment.build().marked("planted");
    let plan = deployment.file("plan.json");
    let planned = ["--plan", &plan, "--artifacts", coming.folder()];
    deployment.run("up", &planned).await.succeeded();
    let added: Vec<String> = keys(&cloud)
        .await
        .into_iter()
        .filter(|key| !before.contains(key))
        .collect();
    let code: Vec<&String> = added.iter().filter(|key| key.starts_with("code/")).collect();
    assert_eq!(code.len(), 2, "{added:?}");
    for key in &code {
        plant(&cloud, key).await;
    }

    for arguments in [
        &["--artifacts", coming.folder(), "--yes"][..],
        &["--apply", &plan, "--yes"],
    ] {
        let refused = deployment.run("up", arguments).await;
        assert!(matches!(refused.code, Some(1 | 4)), "{refused}");
        assert!(
            code.iter().any(|key| refused.stderr.contains(key.as_str())),
            "{refused}"
        );
    }
    assert_eq!(read(&cloud, code[0]).await, PLANTED);
    deployment.purge().await.succeeded();
}

const PLANTED: &[u8] = b"not what was built";

/// Stores other code under `key`, as an attacker could: without the checksum of the build.
async fn plant(cloud: &Cloud, key: &str) {
    let put = cloud.s3().put_object().bucket(BUCKET).key(key);
    put.body(ByteStream::from_static(PLANTED)).send().await.unwrap();
}

async fn keys(cloud: &Cloud) -> Vec<String> {
    let listed = cloud.s3().list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let keys = listed.contents().iter().filter_map(|object| object.key());
    keys.map(ToOwned::to_owned).collect()
}

async fn read(cloud: &Cloud, key: &str) -> Vec<u8> {
    let got = cloud
        .s3()
        .get_object()
        .bucket(BUCKET)
        .key(key)
        .send()
        .await
        .unwrap();
    got.body.collect().await.unwrap().to_vec()
}
