//! What becomes of events when a folder is opened twice, moved, deleted or damaged, and what a cache may keep.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Store, program};

/// The status, and the headers that tell a cache or a caller what to do.
async fn headers(store: &Store, path: &str) -> (u16, Option<String>, Option<String>, Option<String>) {
    let answer = reqwest::get(format!("{}{path}", store.url())).await.unwrap();
    let text = |name: &str| {
        let value = answer.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    (
        answer.status().as_u16(),
        text("cache-control"),
        text("etag"),
        text("retry-after"),
    )
}

async fn taken_with(store: &Store, id: &str, revision: u64) -> Value {
    let answer = store.append(id, revision).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    answer.json["detail"].clone()
}

async fn refused(folder: &Path) -> String {
    let output = program()
        .args(["serve", "--port", "0", "--data"])
        .arg(folder)
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_second_store_on_a_hard_link_is_refused_with_the_first_one_s_process() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let store = Store::on(&first).await;
    std::fs::create_dir(&second).unwrap();
    std::fs::hard_link(first.join("events.db"), second.join("events.db")).unwrap();
    let said = refused(&second).await;
    assert!(
        said.contains(&format!("in use by process {}\n", store.process())),
        "{said}"
    );
}

#[tokio::test]
async fn moved_or_deleted_under_the_store_it_takes_no_events_and_still_reads() {
    type Harm = fn(&Path);
    let harms: [Harm; 4] = [
        |store| std::fs::remove_dir_all(store).unwrap(),
        |store| std::fs::rename(store, store.with_extension("elsewhere")).unwrap(),
        |store| std::fs::remove_file(store.join("events.db-wal")).unwrap(),
        |store| std::fs::remove_file(store.join("events.db-shm")).unwrap(),
    ];
    for harm in harms {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("store");
        let store = Store::on(&path).await;
        let id = store.order().await;
        harm(&path);
        let detail = taken_with(&store, &id, 2).await;
        assert!(
            detail.as_str().unwrap().contains("was moved or deleted"),
            "{detail}"
        );
        assert_eq!(store.events(&id).await.len(), 1);
        let (status, .., retry_after) = headers(&store, "/readiness-check").await;
        assert_eq!((status, retry_after), (503, None));
    }
}

#[tokio::test]
async fn cut_off_under_the_store_it_takes_no_events() {
    for (file, left) in [("events.db", 0), ("events.db-wal", 0), ("events.db-wal", 4_000)] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("store");
        let store = Store::on(&path).await;
        let id = store.order().await;
        let opened = std::fs::OpenOptions::new().write(true).open(path.join(file));
        opened.unwrap().set_len(left).unwrap();
        let detail = taken_with(&store, &id, 2).await;
        assert!(
            detail.as_str().unwrap().contains(&format!("{file}` was cut off")),
            "{detail}"
        );
        let (status, .., retry_after) = headers(&store, "/readiness-check").await;
        assert_eq!((status, retry_after), (503, None));
    }
}

#[tokio::test]
async fn what_a_kill_left_is_refused_once_a_part_of_it_is_gone_and_served_whole() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let store = Store::on(&path).await;
    let id = store.order().await;
    for revision in 2..=20 {
        store.append(&id, revision).await;
    }
    store.kill().await;
    let log = path.join("events.db-wal");
    let written = std::fs::read(&log).unwrap();
    let mut damaged = written.clone();
    damaged[written.len() / 2] ^= 1;
    std::fs::write(&log, damaged).unwrap();
    let said = refused(&path).await;
    assert!(
        said.contains("events.db-wal` is damaged: ") && said.contains("to go on without what is lost"),
        "{said}"
    );
    std::fs::remove_file(&log).unwrap();
    let said = refused(&path).await;
    assert!(said.contains("events.db-wal` is not there"), "{said}");
    std::fs::rename(path.join("events.db"), path.join("kept")).unwrap();
    let said = refused(&path).await;
    assert!(said.contains("there was a store in this folder"), "{said}");
    // And all of it put back.
    std::fs::rename(path.join("kept"), path.join("events.db")).unwrap();
    std::fs::write(&log, written).unwrap();
    let store = Store::on(&path).await;
    assert_eq!(store.events(&id).await.len(), 20);
    assert_eq!(store.append(&id, 21).await.status, 201);
}

#[tokio::test]
async fn damage_that_a_kill_left_is_named_and_nothing_is_appended_to_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let store = Store::on(&path).await;
    let id = store.order().await;
    for revision in 2..40 {
        store.append(&id, revision).await;
    }
    store.end().await;
    // One page of the middle, and what an unclean end leaves.
    let events = path.join("events.db");
    let mut bytes = std::fs::read(&events).unwrap();
    let page = bytes.len() / 4_096 - 1;
    bytes[page * 4_096..(page + 1) * 4_096].fill(0xa5);
    std::fs::write(&events, bytes).unwrap();
    std::fs::write(path.join("events.db-wal"), [0; 32]).unwrap();

    let store = Store::on(&path).await;
    let detail = taken_with(&store, &id, 40).await;
    assert!(detail.as_str().unwrap().contains("is damaged: "), "{detail}");
    let (status, .., retry_after) = headers(&store, "/readiness-check").await;
    assert_eq!((status, retry_after), (503, None));
    assert_eq!(store.get("/liveness-check").await.status, 200);
}

#[tokio::test]
async fn no_page_is_kept_without_asking_and_tags_are_the_store_s_own() {
    let folder = TempDir::new().unwrap();
    let mut tags = Vec::new();
    for store in [
        Store::in_memory().await,
        Store::on(&folder.path().join("a")).await,
        Store::on(&folder.path().join("b")).await,
    ] {
        let id = "63d76d59-dde0-46f1-bf00-4671d4a7fd99";
        for revision in [1, 2] {
            let event_id = format!("63d76d59-dde0-46f1-bf00-00000000000{revision}");
            store.try_append(id, revision, &event_id).await.unwrap();
        }
        let path = format!("/streams/order/{id}/events?limit=1");
        let (status, cached, tag, _) = headers(&store, &path).await;
        assert_eq!((status, cached.as_deref()), (200, Some("private, no-cache")));
        tags.push(tag.unwrap());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "{tags:?}");
}

#[tokio::test]
async fn a_name_that_was_made_to_lead_here_and_a_page_from_elsewhere_are_refused() {
    let store = Store::start(&["--allow-host", "store.test", "--allow-origin", "http://shop.test"]).await;
    let status = async |name: &str, value: &str| {
        let request = reqwest::Client::new().get(format!("{}/liveness-check", store.url()));
        request
            .header(name, value)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(status("host", "evil.example").await, 400);
    assert_eq!(status("host", "store.test").await, 200);
    assert_eq!(status("origin", "https://evil.example").await, 400);
    assert_eq!(status("origin", "http://shop.test").await, 200);
}
