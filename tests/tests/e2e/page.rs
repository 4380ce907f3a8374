//! The interactive page of a deployed store.

use crate::staging_like;

#[tokio::test]
async fn the_store_s_url_leads_to_its_page() {
    let deployment = staging_like("page").await;
    let url = deployment.describe().await.output("EsUrl");
    let page = reqwest::get(&url).await.unwrap();
    assert_eq!(page.url().as_str(), format!("{url}openapi/"));
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let address = page.url().clone();
    let page = page.text().await.unwrap();

    let script = page
        .split("<script src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let script = reqwest::get(address.join(script).unwrap()).await.unwrap();
    assert_eq!(script.headers()["content-encoding"], "gzip");
    let script = script.bytes().await.unwrap();
    assert!(script.starts_with(&[0x1f, 0x8b]), "{} bytes", script.len());

    let document = reqwest::get(address.join("openapi-spec.json").unwrap())
        .await
        .unwrap();
    let document: serde_json::Value = serde_json::from_str(&document.text().await.unwrap()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    deployment.purge().await.succeeded();
}
