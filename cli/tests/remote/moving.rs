//! Events from one store to another.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_on_where_another_one_ended() {
    let store = filled().await;
    let whole = ask(&store, &["export"]);
    assert_eq!(whole.code, 0, "{whole:?}");
    let lines: Vec<&str> = whole.stdout.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[0].starts_with(&format!(r#"{{"type":"order","id":"{ORDER}","revision":1,"eventType":"order-placed","payload":"{{\"total\":42.0,\"by\":\"ada\"}}","#)), "{}", lines[0]);
    assert!(
        lines[1].contains(r#""payload":"{\n  \"total\": 40\n}""#),
        "{}",
        lines[1]
    );
    assert!(
        lines[4].starts_with(r#"{"end":{"events":4,"sum":""#),
        "{}",
        lines[4]
    );

    let later = whole
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("what comes later: event-store export --from "));
    let cursor = later.unwrap().split(' ').next().unwrap();
    ask(&store, &["append", &format!("order/{ORDER}"), "order-sent"]);
    in_feed(&store, "order-sent").await;
    let rest = ask(&store, &["export", "--from", cursor]);
    assert_eq!(rest.stdout.lines().count(), 2);
    assert!(rest.stdout.contains(r#""revision":4,"eventType":"order-sent""#));

    let invoices = ask(&store, &["export", "invoice"]);
    assert_eq!(invoices.stdout.lines().count(), 2);
}

/// An import of `export` into `folder`.
fn import(export: &str, folder: &std::path::Path) -> Told {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), export).unwrap();
    let path = file.path().to_str().unwrap();
    told(
        verb("", &["import", path, "--data", folder.to_str().unwrap()])
            .output()
            .unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_imported_and_exported_again_is_the_same_bytes() {
    let store = filled().await;
    let events: Vec<serde_json::Value> = (1..=250)
        .map(|number| serde_json::json!({"eventType": "counted", "payload": number}))
        .collect();
    for part in events.chunks(100) {
        let body = serde_json::json!({"expectedRevision": "any", "events": part});
        store.post(&format!("/streams/meter/{ORDER}/events"), &body).await;
    }
    ask(&store, &["append", &format!("meter/{ORDER}"), "ended"]);
    in_feed(&store, "ended").await;
    let export = ask(&store, &["export"]).stdout;
    assert_eq!(export.lines().count(), 4 + 251 + 1);

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    let first = import(&export, &data);
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (0, "255 events: 255 written, 0 there already\n"),
        "{first:?}"
    );
    let again = import(&export, &data);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, "255 events: 0 written, 255 there already\n"),
        "{again:?}"
    );

    let copy = Store::on(&data).await;
    assert_eq!(ask(&copy, &["export"]).stdout, export);
    assert_eq!(
        ask(&copy, &["verify"]).stdout,
        "3 streams of 3 types, 255 events, 255 in the feed: 0 wrong\n"
    );
    // The folder is somebody's.
    let busy = import(&export, &data);
    assert_eq!(busy.code, 1, "{busy:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_ready_is_not_verified() {
    let export = ask(&filled().await, &["export"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    assert_eq!(import(&export, &data).code, 0);
    let store = Store::on(&data).await;
    std::fs::remove_file(data.join("events.db-shm")).unwrap();
    let told = ask(&store, &["verify"]);
    assert_eq!(told.code, 1, "{told:?}");
    assert_eq!(
        told.stdout,
        "2 streams of 2 types, 4 events, 4 in the feed: 0 wrong\n"
    );
    assert!(told.stderr.contains("was moved or deleted"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_brought_into_a_damaged_folder() {
    let export = ask(&filled().await, &["export"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    assert_eq!(import(&export, &data).code, 0);
    let file = data.join("events.db");
    let mut damaged = std::fs::read(&file).unwrap();
    let holds_events = |page: &[u8]| page.windows(12).any(|text| text == b"order-placed");
    let pages = damaged.chunks_mut(4_096).filter(|page| holds_events(page));
    pages.for_each(|page| page[8..40].fill(0xff));
    std::fs::write(&file, &damaged).unwrap();
    let refused = import(&export, &data);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("is damaged: "), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), damaged);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_cut_off_or_reordered_is_refused_at_its_line_and_a_whole_file_completes_it() {
    let store = filled().await;
    let export = ask(&store, &["export"]).stdout;
    let lines: Vec<&str> = export.split_inclusive('\n').collect();
    let folder = tempfile::tempdir().unwrap();
    for (place, (changed, line)) in [
        (export.replacen("42.0", "43.0", 1), 1),
        (export.replacen("order-changed", "order-chaNged", 1), 2),
        (lines[..4].concat(), 5),
        (lines[..3].concat() + &lines[3][..40], 4),
        (export[..export.len() - 1].to_owned(), 5),
        ([lines[1], lines[0], lines[2], lines[3], lines[4]].concat(), 1),
        ([lines[0], lines[2], lines[3], lines[4]].concat(), 3),
        ([lines[0], lines[1], lines[3], lines[4]].concat(), 4),
        (String::new(), 1),
        ("{}\n".to_owned(), 1),
    ]
    .into_iter()
    .enumerate()
    {
        let data = folder.path().join(place.to_string());
        let refused = import(&changed, &data);
        assert_eq!(refused.code, 1, "{place} {refused:?}");
        assert!(
            refused.stderr.starts_with(&format!("error: line {line} ")),
            "{place} {}",
            refused.stderr
        );
        let whole = import(&export, &data);
        assert_eq!(whole.code, 0, "{place} {whole:?}");
        assert!(whole.stdout.starts_with("4 events: "), "{place} {whole:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_another_event_at_a_place_is_a_conflict() {
    let export = ask(&filled().await, &["export"]).stdout;
    let other = ask(&filled().await, &["export"]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    assert_eq!(import(&other, &data).code, 0);
    let conflict = import(&export, &data);
    assert_eq!(conflict.code, 5);
    assert!(
        conflict.stderr.starts_with(&format!(
            "error: `order/{ORDER}` has another event at revision 1 than line 1\n"
        )),
        "{}",
        conflict.stderr
    );
}

/// The Go system's table, in its item format, in a DynamoDB of its own.
async fn go_table(streams: u128) -> (dynoxide::Database, String) {
    use serde_json::{Value, json};

    let database = dynoxide::Database::memory().unwrap();
    let keys = [("PK", "HASH", "S"), ("SK", "RANGE", "N")];
    let table = json!({
        "TableName": "go-events", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": keys.map(|(name, kind, _)| json!({"AttributeName": name, "KeyType": kind})),
        "AttributeDefinitions": keys.map(|(name, _, kind)| json!({"AttributeName": name, "AttributeType": kind})),
    });
    database
        .create_table(serde_json::from_value(table).unwrap())
        .unwrap();
    let put = |item: Value| {
        let request = json!({"TableName": "go-events", "Item": item});
        database
            .put_item(serde_json::from_value(request).unwrap())
            .unwrap();
    };
    for number in 0..streams {
        let (id, count) = (uuid::Uuid::from_u128(number + 1).to_string(), number % 3 + 1);
        put(json!({
            "PK": {"S": id}, "SK": {"N": "0"}, "RecordType": {"S": "stream"}, "StreamType": {"S": "order"},
            "StreamRevision": {"N": count.to_string()},
            "CreatedAt": {"S": "2025-01-25T10:11:12.123456789Z"}, "UpdatedAt": {"S": "2025-01-25T10:11:12.123456789Z"},
        }));
        for revision in 1..=count {
            put(json!({
                "PK": {"S": id}, "SK": {"N": revision.to_string()}, "RecordType": {"S": "event"}, "EventType": {"S": "placed"},
                "Payload": {"S": format!("{{\"total\": {revision}.0}}")},
                // Nine digits, another offset, and a clock that goes back.
                "CreatedAt": {"S": format!("2025-01-25T12:11:1{}.123456789+02:00", 9 - revision)},
            }));
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
    (database, format!("http://{address}"))
}

fn import_from_go(endpoint: &str, folder: &std::path::Path) -> Told {
    let mut command = verb(
        "",
        &[
            "import",
            "--from-go-table",
            "go-events",
            "--data",
            folder.to_str().unwrap(),
        ],
    );
    command.envs([
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    told(command.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_streams_of_the_go_system_are_brought_in_and_held_against_its_table() {
    let (database, endpoint) = go_table(1_000).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("store");
    let first = import_from_go(&endpoint, &data);
    assert_eq!(
        (first.code, first.stdout.as_str()),
        (0, "1999 events: 1999 written, 0 there already\n"),
        "{first:?}"
    );
    let again = import_from_go(&endpoint, &data);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, "1999 events: 0 written, 1999 there already\n"),
        "{again:?}"
    );

    let store = Store::on(&data).await;
    assert_eq!(
        ask(&store, &["verify"]).stdout,
        "1000 streams of 1 types, 1999 events, 1999 in the feed: 0 wrong\n"
    );
    let id = uuid::Uuid::from_u128(3);
    let read = ask(&store, &["read", &format!("order/{id}"), "--output", "json"]).stdout;
    let events: Vec<serde_json::Value> = read
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 3);
    for (event, revision) in events.iter().zip(1..) {
        assert_eq!(event["payload"], format!("{{\"total\": {revision}.0}}"));
        assert_eq!(event["createdAt"], "2025-01-25T10:11:18.123456Z");
        assert_eq!(
            event["eventId"],
            uuid::Uuid::new_v5(&id, revision.to_string().as_bytes()).to_string()
        );
    }
    drop(store);

    // A table that is not whole is refused by the stream's name.
    let last =
        serde_json::json!({"TableName": "go-events", "Key": {"PK": {"S": id.to_string()}, "SK": {"N": "3"}}});
    database
        .delete_item(serde_json::from_value(last).unwrap())
        .unwrap();
    let refused = import_from_go(&endpoint, &data);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.starts_with(&format!(
            "error: `order/{id}` is at revision 3 by its header, and its events end at 2\n"
        )),
        "{}",
        refused.stderr
    );
}
