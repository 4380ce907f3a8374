//! What the program does for whoever calls it, and when it ends.

use serde_json::json;
use tempfile::TempDir;

use crate::process::Store;

#[tokio::test]
async fn in_memory_it_serves_the_whole_api_and_keeps_nothing() {
    let store = Store::in_memory().await;
    assert_eq!(store.get("/readiness-check").await.status, 200);
    let id = store.order().await;
    assert_eq!(store.append(&id, 2).await.status, 201);
    let taken = store.append(&id, 2).await;
    assert_eq!(
        (taken.status, &taken.json["details"]["currentRevision"]),
        (409, &json!(2))
    );
    let batch = json!({"expectedRevision": 2, "events": [
        {"eventType": "packed", "payload": "a text"},
        {"eventType": "sent", "payload": [1e0, null]},
    ]});
    let appended = store.post(&format!("/streams/order/{id}/events"), &batch).await;
    assert_eq!(
        (appended.status, &appended.json["stream"]["revision"]),
        (201, &json!(4))
    );
    let revisions: Vec<u64> = store
        .events(&id)
        .await
        .into_iter()
        .map(|(revision, _)| revision)
        .collect();
    assert_eq!(revisions, [1, 2, 3, 4]);
    store.lists(&[(id.clone(), 4)]).await;
    let (status, _) = store.end().await;
    assert!(status.success());

    let again = Store::in_memory().await;
    assert_eq!(
        again.get(&format!("/streams/order/{id}/details")).await.status,
        404
    );
}

#[tokio::test]
async fn a_folder_is_there_again_at_the_next_start() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::on(&file).await;
    let id = store.order().await;
    store.append(&id, 2).await;
    let events = store.events(&id).await;
    let (status, _) = store.end().await;
    assert!(status.success());
    // All that was written ahead is in the file: the folder can be copied.
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(&file).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    for file in [file, copy] {
        let store = Store::on(&file).await;
        assert_eq!(store.events(&id).await, events);
        store.lists(&[(id.clone(), 2)]).await;
    }
}

#[tokio::test]
async fn the_greeting_says_where_it_is_and_a_call_that_works() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::on(&file).await;
    let greeting = store.greeting.replace(store.url(), "<url>");
    let greeting = greeting.replace(file.to_str().unwrap(), "<file>");
    insta::assert_snapshot!(greeting, @r#"
    event store ready at <url>
    explorer: <url>/explorer/
    page: <url>/openapi/
    events: in <file>
    notifications: a line each on stderr (`--topic-arn ARN` publishes them)
    begin with: curl <url>/streams/order -H 'content-type: application/json' -d '{"initialEvent":{"eventType":"order-placed","payload":{"total":42}}}'
    "#);
    let call = store
        .greeting
        .lines()
        .last()
        .unwrap()
        .strip_prefix("begin with: ")
        .unwrap();
    let output = tokio::process::Command::new("sh")
        .args(["-c", call])
        .output()
        .await;
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["stream"]["revision"], 1);
}

#[tokio::test]
async fn each_request_is_a_line_on_stderr_and_no_payload_is_in_it() {
    let store = Store::in_memory().await;
    let id = store.order().await;
    store.append(&id, 2).await;
    store.get("/nowhere").await;
    store.lists(&[(id.clone(), 2)]).await;
    let (_, log) = store.end().await;
    let line = |start: &str| {
        log.lines()
            .find(|line| line.contains(start))
            .unwrap_or_else(|| panic!("{log}"))
    };
    assert!(line("createStream 201").ends_with(&format!("order/{id} revision 1")));
    assert!(line("appendEvent 201").ends_with(&format!("order/{id} revision 2")));
    line("unknown 404");
    assert!(!log.contains("total"), "{log}");
}

#[tokio::test]
async fn with_sync_it_serves_as_well() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store");
    let store = Store::start(&["--sync", "--data", file.to_str().unwrap()]).await;
    let id = store.order().await;
    store.kill().await;
    assert_eq!(Store::on(&file).await.events(&id).await.len(), 1);
}
