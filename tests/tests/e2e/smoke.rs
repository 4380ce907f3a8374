//! `smoke` tries a store after its deployment.

use std::fs;
use std::path::Path;

use event_store_e2e::{Cloud, Deployment, Emulator, Environment};
use tempfile::TempDir;

use crate::{deployment, staging_like};

#[tokio::test]
async fn a_public_store_works_and_nothing_is_left_of_the_trial() {
    let deployment = staging_like("smoke").await;
    for _ in 0..2 {
        let tried = deployment.run("smoke", &[]).await.succeeded();
        for step in [
            "a queue listens",
            "an event is appended",
            "it is read back",
            "it is announced",
            "its stream is listed",
            "works",
        ] {
            assert!(tried.stderr.contains(step), "`{step}` is missing: {tried}");
        }
        assert!(!tried.stderr.contains("unsigned"), "{tried}");
    }
    assert_nothing_listens(&deployment).await;
    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn a_store_for_its_callers_alone_works_and_refuses_an_unsigned_call() {
    let owner = Cloud::owner(Emulator::shared().await);
    let caller = owner.make_role("smoke").await;
    let mut deployment = deployment(Environment::production_like("smoke-iam", &caller)).await;
    let up = deployment.up(&["--smoke"]).await.succeeded();
    assert!(
        up.stderr.contains("an unsigned call is refused") && up.stderr.contains("it is announced"),
        "{up}"
    );
    assert!(up.stdout.contains("EsUrl"), "the outputs are told: {up}");
    assert_nothing_listens(&deployment).await;
    deployment.unprotect_and_purge().await.succeeded();
}

#[tokio::test]
async fn a_broken_first_deployment_is_kept_and_a_broken_update_is_taken_back() {
    let deployment = deployment(Environment::staging_like("smoke-broken")).await;
    let (_folder, broken) = broken_template();
    let kept = deployment
        .up(&["--smoke", "--template", &broken])
        .await
        .ended_with(1);
    assert!(
        kept.stderr.contains("the smoke test failed at `append`") && kept.stderr.contains("is kept as it is"),
        "{kept}"
    );

    deployment.up(&["--smoke"]).await.succeeded();
    let version = live_version(&deployment).await;
    let taken_back = deployment
        .up(&["--smoke", "--template", &broken])
        .await
        .ended_with(1);
    for told in [
        "the smoke test failed at `append`",
        "bringing event-store-smoke-broken back",
        "is back at what was deployed before",
    ] {
        assert!(
            taken_back.stderr.contains(told),
            "`{told}` is missing: {taken_back}"
        );
    }
    assert_ne!(
        live_version(&deployment).await,
        version,
        "there and back are two versions"
    );
    deployment.run("smoke", &[]).await.succeeded();
    let unchanged = deployment.up(&[]).await.succeeded();
    assert!(unchanged.stderr.contains("is up to date"), "{unchanged}");
    assert_nothing_listens(&deployment).await;
    deployment.purge().await.succeeded();
}

/// The template with an API that looks for its events in a table that does not exist, and the folder of that template.
fn broken_template() -> (TempDir, String) {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let folder = TempDir::new().unwrap();
    for file in ["artifacts.yaml", "event-store.yaml"] {
        let text = fs::read_to_string(templates.join(file)).unwrap();
        let broken = text.replacen("EVENTS_TABLE: !Ref EventsTable", "EVENTS_TABLE: nowhere", 1);
        assert_eq!(broken != text, file == "event-store.yaml", "{file}");
        fs::write(folder.path().join(file), broken).unwrap();
    }
    let path = folder.path().join("event-store.yaml");
    (folder, path.to_string_lossy().into_owned())
}

async fn live_version(deployment: &Deployment) -> String {
    let described = deployment.describe().await;
    let functions = described.0["functions"].as_array().unwrap().clone();
    let api = functions
        .iter()
        .find(|function| function["logicalId"] == "ApiFunction")
        .unwrap();
    api["version"].as_str().unwrap().to_owned()
}

async fn assert_nothing_listens(deployment: &Deployment) {
    let prefix = format!("{}-smoke-", deployment.environment().stack());
    let queues = deployment
        .cloud()
        .sqs()
        .list_queues()
        .queue_name_prefix(prefix)
        .send()
        .await
        .unwrap();
    assert_eq!(queues.queue_urls(), [""; 0]);
    let subscriptions = deployment
        .cloud()
        .sns()
        .list_subscriptions_by_topic()
        .topic_arn(deployment.describe().await.output("EsSnsTopic"))
        .send()
        .await
        .unwrap();
    assert_eq!(subscriptions.subscriptions(), []);
}
