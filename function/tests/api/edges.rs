//! The edges of HTTP and JSON: what is nearly right, what is much too much, and what was stored under other rules.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::{Answer, Api, EVENTS_TABLE, client_for, json_request, send};

/// The most bytes of an answer to bad input.
const ANSWER_BYTES: usize = 8_192;

const STREAM: &str = "/streams/order/2886e475-d5cc-40f7-aec5-401071388b3c";

/// What an answer says of each field.
fn messages(answer: &Answer) -> Value {
    assert_eq!(answer.status, 400, "{}", answer.text);
    answer.json()["details"]["messages"].clone()
}

async fn post(api: &Api, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri("/streams/order");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(&api.router, request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_body_is_taken_as_json_and_in_no_encoding() {
    let api = Api::start().await;
    let body = r#"{"initialEvent":{"eventType":"t","payload":1}}"#;
    let json = ("content-type", "application/json");
    for headers in [vec![json], vec![json, ("content-encoding", "identity")]] {
        assert_eq!(post(&api, &headers, body).await.status, 201);
    }
    for headers in [
        vec![json, ("content-encoding", "gzip")],
        vec![json, ("content-encoding", "identity, br")],
        vec![("content-type", "application/merge-patch+json")],
        vec![("content-type", "application/vnd.a+json")],
        vec![json, ("content-type", "text/plain")],
    ] {
        let answer = post(&api, &headers, body).await;
        assert_eq!(answer.status, 415, "{headers:?}");
        let is_encoded = headers.len() > 1 && headers[1].0 == "content-encoding";
        assert_eq!(answer.header("accept-encoding"), is_encoded.then_some("identity"));
    }
    let marked = format!("\u{feff}{body}");
    let answer = post(&api, &[json], marked).await;
    assert_eq!(
        messages(&answer),
        json!({"body": ["begins with a byte order mark (U+FEFF); JSON must not"]})
    );
}

#[tokio::test]
async fn a_number_has_one_spelling() {
    let api = Api::start().await;
    api.post(
        "/streams/order",
        json!({"streamId": &STREAM[15..], "initialEvent": {"eventType": "t", "payload": 1}}),
    )
    .await;
    for (query, field) in [
        ("after-revision=01", "after-revision"),
        ("after-revision=00", "after-revision"),
        ("after-revision=%2B1", "after-revision"),
        ("direction=backwards&before-revision=02", "before-revision"),
        ("limit=05", "limit"),
    ] {
        let answer = api.get(&format!("{STREAM}/events?{query}")).await;
        assert!(messages(&answer).get(field).is_some(), "{query}");
    }
    let event = json!({"event": {"eventType": "t", "payload": 1}});
    for revision in ["02", "000002", "+2", "2.0", "%302"] {
        let answer = api.put(&format!("{STREAM}/events/{revision}"), &event).await;
        assert!(messages(&answer).get("revision").is_some(), "{revision}");
    }
    for expected in ["1.0", "1e0", "-0", "\"1\""] {
        let body = format!(r#"{{"expectedRevision":{expected},"events":[{{"eventType":"t","payload":1}}]}}"#);
        let answer = api.post(&format!("{STREAM}/events"), body).await;
        assert!(messages(&answer).get("expectedRevision").is_some(), "{expected}");
    }
}

#[tokio::test]
async fn a_moment_is_rfc_3339_and_nothing_else() {
    let api = Api::start().await;
    for moment in [
        "2025-01-25T10:11:12Z",
        "9999-12-31T23:59:59Z",
        "2025-01-25T10:11:12%2B02:00",
        "2025-01-25T10:11:12.123456789012Z",
    ] {
        let answer = api.get(&format!("/streams/order?updated-after={moment}")).await;
        assert_eq!(answer.status, 200, "{moment}: {}", answer.text);
    }
    for moment in [
        "2025-01-25T10:11Z",
        "20250125T101112Z",
        "2025-01-25%2010:11:12Z",
        "2025-01-25T10:11:12Z[UTC]",
    ] {
        let answer = api.get(&format!("/streams/order?updated-after={moment}")).await;
        assert!(!messages(&answer).to_string().contains("%2B"), "{moment}");
    }
    let answer = api
        .get("/streams/order?updated-after=2025-01-25T10:11:12+02:00")
        .await;
    let told = messages(&answer)["updated-after"][0].as_str().unwrap().to_owned();
    assert!(told.ends_with("; a `+` is written `%2B` in a query"), "{told}");
}

#[tokio::test]
async fn an_event_type_holds_no_characters_that_are_not_seen() {
    let api = Api::start().await;
    for event_type in [
        "a\n",
        "\u{1b}[2J",
        "\u{7f}",
        "\u{9b}2J",
        "\0",
        "a\u{202e}b",
        "\u{2066}",
        "a\u{200b}",
        "\u{feff}a",
    ] {
        let body = json!({"initialEvent": {"eventType": event_type, "payload": 1}});
        let answer = api.post("/streams/order", body).await;
        assert_eq!(
            messages(&answer),
            json!({"initialEvent.eventType": ["must not hold control or formatting characters"]})
        );
    }
}

#[tokio::test]
async fn however_much_is_wrong_the_answer_is_short() {
    let api = Api::start().await;
    let mut unknown = String::from("{");
    for number in 0..50_000 {
        write!(unknown, r#""unknown-{number}":0,"#).unwrap();
    }
    unknown.push_str(r#""z":0}"#);
    let events = |event: &str| {
        let events = vec![event; 100].join(",");
        format!(r#"{{"expectedRevision":0,"events":[{events}]}}"#)
    };
    let long = "n".repeat(900_000);
    let controls = "\\u0000".repeat(100_000);
    for body in [
        unknown.clone(),
        format!(r#"{{"initialEvent":{unknown}}}"#),
        events(r#"{"a":0,"b":0,"c":0,"d":0}"#),
        events(r#"{"\u0000\u0001":"\u0002"}"#),
        events("7"),
        format!(r#"{{"{long}":0}}"#),
        format!(r#"{{"{controls}":0}}"#),
        format!("[{}]", vec!["{}"; 300_000].join(",")),
        format!("{}{}", "[".repeat(400_000), "]".repeat(400_000)),
        format!(
            r#"{{"expectedRevision":0,"events":[{}]}}"#,
            vec!["7"; 400_000].join(",")
        ),
    ] {
        assert!(body.len() <= 1_000_000, "{}", body.len());
        for path in ["/streams/order".to_owned(), format!("{STREAM}/events")] {
            let answer = api.post(&path, &body).await;
            let count: usize = messages(&answer)
                .as_object()
                .unwrap()
                .values()
                .map(|messages| messages.as_array().unwrap().len())
                .sum();
            assert!((1..=32).contains(&count), "{count} of {}", &body[..40]);
            assert!(
                answer.text.len() <= ANSWER_BYTES,
                "{} of {}",
                answer.text.len(),
                &body[..40]
            );
        }
    }
    for query in [
        "a&".repeat(20_000),
        format!("{}=1", "a".repeat(60_000)),
        "%00&".repeat(10_000),
    ] {
        let answer = api.get(&format!("/streams/order?{query}")).await;
        assert!(answer.text.len() <= ANSWER_BYTES, "{}", answer.text.len());
        messages(&answer);
    }
    let types = [
        ("content-type", "t".repeat(60_000)),
        ("content-encoding", "e".repeat(60_000)),
    ];
    let types: Vec<_> = types
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    for header in types {
        let answer = post(&api, &[header], "{}").await;
        assert!(
            answer.status == 415 && answer.text.len() <= ANSWER_BYTES,
            "{}",
            answer.text.len()
        );
    }
}

#[tokio::test]
async fn many_event_ids_in_use_make_no_long_answer() {
    let api = Api::start().await;
    let events = |payload: u64| {
        let event = |place: u64| json!({"eventId": format!("0190a2f4-7f3a-7c3e-8f43-{place:012}"), "eventType": "t", "payload": payload});
        json!({"expectedRevision": 0, "events": (0..100).map(event).collect::<Vec<_>>()})
    };
    assert_eq!(api.post(&format!("{STREAM}/events"), events(1)).await.status, 201);
    let answer = api.post(&format!("{STREAM}/events"), events(2)).await;
    assert_eq!(answer.json()["type"], "event-id-reused");
    assert_eq!(
        answer.json()["details"]["eventIds"].as_array().unwrap().len(),
        100
    );
    assert!(answer.text.len() <= ANSWER_BYTES, "{}", answer.text.len());
}

#[tokio::test]
async fn what_was_stored_under_other_limits_is_read() {
    let api = Api::start().await;
    let event = |place: u32| {
        AttributeValue::M(
            [
                (
                    "id".into(),
                    AttributeValue::S(format!("0190a2f4-7f3a-7c3e-8f43-{place:012}")),
                ),
                (
                    "type".into(),
                    AttributeValue::S(format!("{}\u{7}", "t".repeat(300))),
                ),
                ("payload".into(), AttributeValue::S("1".into())),
            ]
            .into(),
        )
    };
    let key = format!("order/{}", &STREAM[15..]);
    client_for(api.database.address)
        .put_item()
        .table_name(EVENTS_TABLE)
        .item("pk", AttributeValue::S(key))
        .item("sk", AttributeValue::N("1".into()))
        .item("last", AttributeValue::N("150".into()))
        .item(
            "createdAt",
            AttributeValue::S("2025-01-25T10:11:12.000000Z".into()),
        )
        .item("events", AttributeValue::L((0..150).map(event).collect()))
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await
        .unwrap();
    // Without a look at the document, which says what is written today.
    let revisions = async |query: &str| {
        let request = json_request(Method::GET, &format!("{STREAM}/events?{query}"), "");
        let response = tower::ServiceExt::oneshot(api.router.clone(), request)
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{query}");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        let page: event_store_types::wire::EventPageBody = serde_json::from_slice(&body).unwrap();
        let events = page.event_page.events;
        (events[0].revision.as_u64(), events.len())
    };
    assert_eq!(revisions("").await, (1, 150));
    assert_eq!(revisions("after-revision=140").await, (141, 10));
    assert_eq!(revisions("direction=backwards&limit=3").await, (150, 3));
    assert_eq!(
        revisions("direction=backwards&before-revision=40&limit=3").await,
        (39, 3)
    );
    let next = json!({"event": {"eventType": "t", "payload": 1}});
    let appended = api.put(&format!("{STREAM}/events/151"), next).await;
    assert_eq!(appended.status, 201, "{}", appended.text);
}
