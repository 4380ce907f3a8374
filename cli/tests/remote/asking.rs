//! Verbs that look, and the one that appends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use super::*;

/// The lines with their times, ids of events and addresses taken out.
fn lines(text: &str) -> String {
    text.lines()
        .map(|line| match line.split_once('Z') {
            Some((time, rest)) if time.len() == 26 => format!("<time>{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_a_store_is_listed_and_read() {
    let store = filled().await;
    assert_eq!(ask(&store, &["types"]).stdout, "invoice\norder\n");
    assert_eq!(
        ask(&store, &["types", "--output", "json"]).stdout,
        "{\"streamType\":\"invoice\"}\n{\"streamType\":\"order\"}\n"
    );
    assert_eq!(
        lines(&ask(&store, &["streams", "order"]).stdout),
        format!("<time> {ORDER} #3\n")
    );
    let stream = format!("order/{ORDER}");
    insta::assert_snapshot!(lines(&ask(&store, &["read", &stream]).stdout), @r#"
    <time> #1 order-placed {"total":42.0,"by":"ada"}
    <time> #2 order-changed {   "total": 40 }
    <time> #3 order-paid null
    "#);
    insta::assert_snapshot!(lines(&ask(&store, &["read", &stream, "--backwards", "--from", "2"]).stdout), @r#"
    <time> #2 order-changed {   "total": 40 }
    <time> #1 order-placed {"total":42.0,"by":"ada"}
    "#);
    insta::assert_snapshot!(lines(&ask(&store, &["read", &stream, "--from", "2", "--limit", "1"]).stdout), @r#"<time> #2 order-changed {   "total": 40 }"#);
    let json = ask(&store, &["read", &stream, "--output", "json"]).stdout;
    assert_eq!(json.lines().count(), 3);
    assert!(json.contains(r#""payload":{   "total": 40 }"#), "{json}");
    assert!(json.contains(r#""payload":{"total":42.0,"by":"ada"}"#), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_says_how_it_ended() {
    let store = filled().await;
    let stream = format!("order/{ORDER}");
    for (arguments, code, said) in [
        (vec!["read", &stream], 0, ""),
        (
            vec!["read", "order/63d76d59-dde0-46f1-bf00-4671d4a7fd99"],
            2,
            "error:",
        ),
        (
            vec!["append", &stream, "late", "--expect", "2"],
            5,
            "hint: the stream is at revision 3",
        ),
        (
            vec!["append", &stream, "late", "--expect", "none"],
            5,
            "hint: the stream is at revision 3",
        ),
        (
            vec!["append", &stream, "late", "text"],
            64,
            "the payload is no JSON",
        ),
        (
            vec!["append", &stream, "late", "1", "--metadata", "1"],
            64,
            "the metadata is no JSON object",
        ),
        (
            vec!["append", &stream, "late", "--expect", "now"],
            64,
            "or `none` or `any`",
        ),
        (vec!["read", "order"], 64, "TYPE/ID"),
        (
            vec!["read", "or der/63d76d59-dde0-46f1-bf00-4671d4a7fd99"],
            64,
            "its type",
        ),
        (vec!["read", "order/1"], 64, "its id"),
        (vec!["tail", "--from", "nonsense"], 64, "must be `end`"),
        (
            vec!["streams", "order", "--updated-after", "yesterday"],
            64,
            "--updated-after",
        ),
        (vec!["types", "--url", "ftp://nowhere"], 64, "error:"),
        (
            vec!["types", "--url", "http://127.0.0.1:1", "--env", "staging"],
            64,
            "cannot be used with",
        ),
    ] {
        let told = ask(&store, &arguments);
        assert_eq!(told.code, code, "{arguments:?} {told:?}");
        assert!(told.stderr.contains(said), "{arguments:?} {}", told.stderr);
        assert_eq!(told.stdout.is_empty(), code != 0, "{arguments:?} {told:?}");
    }
    let mut nowhere = verb("", &["types"]);
    let told = told(nowhere.env_remove("EVENT_STORE_URL").output().unwrap());
    assert_eq!(told.code, 64);
    insta::assert_snapshot!(told.stderr, @r"
    error: no store is named
      hint: name one with `--url URL` or `--env NAME`, or set `EVENT_STORE_URL`
      hint: one that `event-store serve` serves is at `http://127.0.0.1:8080`
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_says_where_the_event_is_and_knows_a_retry() {
    let store = Store::in_memory().await;
    let stream = format!("order/{ORDER}");
    let arguments = [
        "append",
        &stream,
        "placed",
        "-",
        "--expect",
        "none",
        "--event-id",
        INVOICE,
    ];
    let first = ask_with(&store, &arguments, "{\"total\":42}\n");
    assert_eq!(first.stdout, format!("{stream} is at revision 1\n"), "{first:?}");
    let second = ask_with(&store, &arguments, "{\"total\":42}");
    assert_eq!(
        second.stdout,
        format!("{stream} is at revision 1, where it was already\n"),
        "{second:?}"
    );
    let third = ask(
        &store,
        &[
            "append", &stream, "paid", "-1", "--expect", "1", "--output", "json",
        ],
    );
    assert!(
        third.stdout.contains(r#""revision":2"#) && third.stdout.contains(r#""replayed":false"#),
        "{third:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tail_shows_what_comes_and_a_closed_pipe_is_no_error() {
    let store = filled().await;
    let mut tail = verb(store.url(), &["tail", "order", "--from", "end-4"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || lines(&shown.next().unwrap().unwrap());
    assert_eq!(
        next(),
        format!("<time> order/{ORDER} #1 order-placed {{\"total\":42.0,\"by\":\"ada\"}}\n")
    );
    next();
    assert_eq!(next(), format!("<time> order/{ORDER} #3 order-paid null\n"));
    ask(&store, &["append", &format!("invoice/{INVOICE}"), "invoice-paid"]);
    ask(&store, &["append", &format!("order/{ORDER}"), "order-sent"]);
    assert_eq!(next(), format!("<time> order/{ORDER} #4 order-sent null\n"));
    drop(shown);
    ask(&store, &["append", &format!("order/{ORDER}"), "order-returned"]);
    assert_eq!(tail.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    tail.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_store_is_verified() {
    let store = filled().await;
    let told = ask(&store, &["verify"]);
    assert_eq!(
        (told.code, told.stdout.as_str()),
        (0, "2 streams of 2 types, 4 events, 4 in the feed: 0 wrong\n"),
        "{told:?}"
    );
}

/// A store that lists and feeds what it does not have.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_store_is_told_by_its_stream() {
    use serde_json::json;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    let server = MockServer::start().await;
    let event = |revision: u64| json!({"streamType": "order", "streamId": ORDER, "revision": revision, "eventType": "a", "payload": 1, "createdAt": "2025-01-25T10:11:12.000000Z", "eventId": INVOICE});
    for (at, body) in [
        ("/streams".to_owned(), json!({"streamTypes": ["order"]})),
        (
            "/streams/order".to_owned(),
            json!({"streamPage": {"hasMore": false, "streams": [
            {"streamType": "order", "streamId": ORDER, "revision": 4, "updatedAt": "2025-01-25T10:11:12.000000Z"}]}}),
        ),
        (
            "/feed".to_owned(),
            json!({"feedPage": {"hasMore": false, "next": "x", "events": [event(1), event(3)]}}),
        ),
        (
            format!("/streams/order/{ORDER}/events"),
            json!({"eventPage": {"hasMore": false, "lastEvaluatedRevision": 2, "events": [event(1), event(2)]}}),
        ),
    ] {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method("GET"))
            .and(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    let told = told(verb(&server.uri(), &["verify"]).output().unwrap());
    assert_eq!(told.code, 1);
    insta::assert_snapshot!(told.stdout, @"
    order/2886e475-d5cc-40f7-aec5-401071388b3c: has revision 3 in the feed where 2 was to come
    order/2886e475-d5cc-40f7-aec5-401071388b3c: is listed at revision 4, and the feed has it up to 3
    order/2886e475-d5cc-40f7-aec5-401071388b3c: ends at revision 2, and 4 was listed or in the feed
    1 streams of 1 types, 2 events, 2 in the feed: 3 wrong
    ");
    assert_eq!(told.stderr, "error: 3 things are wrong\n");
}
