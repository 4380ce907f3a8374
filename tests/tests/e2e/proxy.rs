//! A store with IAM access, used by a client that does not sign.

use std::time::Duration;

use event_store_client::Client;
use event_store_client::types::StreamType;
use event_store_e2e::{Cloud, Emulator, Environment};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::{deployment, event, listed, revision};

#[tokio::test]
async fn the_proxy_signs_for_this_machine_and_for_nobody_else() {
    let owner = Cloud::owner(Emulator::shared().await);
    let caller = owner.make_role("proxied-caller").await;
    let environment = Environment::production_like("proxied", &caller).protected(false);
    let deployment = deployment(environment).await;
    deployment.up(&[]).await.succeeded();
    let mut proxy = deployment.start("proxy", &["--port", "0"]);
    let address = address(&mut proxy).await;

    let unsigned = deployment.client().await;
    let order: StreamType = "order:eu~1".parse().unwrap();
    let refused = unsigned
        .create_stream(&order, event("placed", "{}"))
        .await
        .unwrap_err();
    assert_eq!(refused.status().unwrap(), 403, "{refused:?}");

    let through = Client::builder(&address).build().unwrap();
    let created = through
        .create_stream(&order, event("placed", r#"{"to":"Zoë"}"#))
        .await
        .unwrap();
    let id = created.stream.stream_id;
    through
        .append(&order, id, revision(1), event("paid", "{}"))
        .await
        .unwrap();
    listed(&through, &order, id, revision(2)).await;

    let http = reqwest::Client::new();
    let page = http.get(format!("{address}openapi/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("<html"));
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example")] {
        let stranger = http
            .get(format!("{address}openapi/"))
            .header(name, value)
            .send()
            .await
            .unwrap();
        assert_eq!(stranger.status(), 403, "{name}: {value}");
        assert!(stranger.text().await.unwrap().contains("the deployer's proxy"));
    }

    interrupt(&proxy).await;
    let ended = timeout(Duration::from_secs(30), proxy.wait())
        .await
        .expect("Ctrl-C ends it");
    assert!(ended.unwrap().success());
    assert!(
        http.get(&address).send().await.is_err(),
        "nobody listens any more"
    );
    deployment.purge().await.succeeded();
}

/// What the proxy prints when it listens.
async fn address(proxy: &mut Child) -> String {
    let stdout = proxy.stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines();
    timeout(Duration::from_secs(30), lines.next_line())
        .await
        .unwrap()
        .unwrap()
        .expect("the address is printed")
}

async fn interrupt(process: &Child) {
    let id = process.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .await
            .unwrap()
            .success()
    );
}
