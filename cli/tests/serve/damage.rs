//! A file that is damaged after it was closed.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::process::Store;

/// Fills a page of the database with one event.
const LONG: &str = "an event to be damaged; ";

#[tokio::test]
async fn damage_to_a_file_that_was_closed_is_named_and_what_is_whole_is_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::on(&file).await;
    let damaged = store.order().await;
    for revision in 1..=40 {
        let event = json!({"eventType": "changed", "payload": LONG.repeat(100)});
        let body = json!({"expectedRevision": revision, "events": [event]});
        let appended = store
            .post(&format!("/streams/order/{damaged}/events"), &body)
            .await;
        assert_eq!(appended.status, 201, "{appended:?}");
    }
    let whole = store.order().await;
    let listed = [(damaged, 41), (whole.clone(), 1)];
    store.lists(&listed).await;
    store.end().await;
    damage(&file.join("events.db"));

    // It was closed, so that it is checked beside being served; or the repair meets it first.
    let mut store = Store::on(&file).await;
    let said = store.says(" is damaged: ").await;
    assert!(said.contains("malformed") || said.contains("page "), "{said}");
    let refused = store.append(&whole, 2).await;
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(
        refused.status == 503 && detail.contains(" is damaged: "),
        "{refused:?}"
    );
    assert_eq!(store.get("/readiness-check").await.status, 503);
    assert_eq!(store.events(&whole).await.len(), 1);
    store.lists(&listed).await;
    // The damage itself is told as what it is, and not as what may pass.
    let unread = store.get(&format!("/streams/order/{}/events", listed[0].0)).await;
    assert_eq!((unread.status, &unread.json["type"]), (500, &json!("internal")));
}

/// Overwrites the page that the middle one of the long events begins in.
fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let page_size = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let long = LONG.repeat(10);
    let pages: Vec<usize> = (1..bytes.len() / page_size)
        .filter(|page| {
            let page = &bytes[page * page_size..(page + 1) * page_size];
            // A leaf of a table (13) or of an index (10).
            [10, 13].contains(&page[0]) && page.windows(long.len()).any(|text| text == long.as_bytes())
        })
        .collect();
    let page = pages[pages.len() / 2];
    bytes[page * page_size..(page + 1) * page_size].fill(0xa5);
    std::fs::write(file, bytes).unwrap();
}
