//! Payloads come back byte for byte.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::{Api, json_request, send};

/// A string of quotes: 185,000 of them make 370,000 bytes of JSON.
pub(crate) fn quotes() -> String {
    format!("\"{}\"", "\\\"".repeat(185_000))
}

#[tokio::test]
async fn a_payload_comes_back_as_it_was_sent() {
    let api = Api::start().await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let quotes = quotes();
    for payload in [
        "123456789012345678901234567890.12345678901234567890",
        "1e400",
        "-0.0",
        "1.0",
        "null",
        "\"\"",
        r#"{"b":1,"a":2,"b":3,"":{}}"#,
        r#"{ "spaced" :	[ 1 , 2 ] }"#,
        "{\n  \"lines\": true\n}",
        r#""\u00e9 é \ud83d\ude00 😀 \/ \ud800 \u0000""#,
        "\"\u{7f}\u{2028}\u{feff}\"",
        &deep,
        &quotes,
    ] {
        let shown = &payload[..payload.len().min(60)];
        let event = format!(r#"{{"eventType":"t","payload":{payload},"metadata":{{"of": [{payload}]}}}}"#);
        // Metadata doubles the size, which the largest payload leaves no room for.
        let event = if payload.len() > 100_000 {
            format!(r#"{{"eventType":"t","payload":{payload}}}"#)
        } else {
            event
        };
        let created = api
            .post("/streams/order", format!(r#"{{"initialEvent":{event}}}"#))
            .await;
        assert_eq!(created.status, 201, "{shown}: {}", created.text);
        let id = created.json()["stream"]["streamId"].as_str().unwrap().to_owned();
        let page = api.get(&format!("/streams/order/{id}/events")).await;
        assert!(
            page.text.contains(&format!(r#""payload":{payload},"createdAt""#)),
            "{shown}"
        );
        if payload.len() <= 100_000 {
            assert!(
                page.text
                    .contains(&format!(r#""metadata":{{"of": [{payload}]}}}}"#)),
                "{shown}"
            );
        }
    }
}

#[tokio::test]
async fn the_largest_append_is_stored_and_one_byte_more_is_413() {
    let api = Api::start().await;
    let create = |payload_bytes: usize| {
        let payload = "x".repeat(payload_bytes - 2);
        format!(r#"{{"initialEvent":{{"eventType":"type","payload":"{payload}"}}}}"#)
    };
    assert_eq!(api.post("/streams/order", create(380_000 - 4)).await.status, 201);
    let refused = api.post("/streams/order", create(380_000 - 3)).await;
    assert_eq!(refused.status, 413);
    let details = refused.json()["details"].clone();
    assert_eq!(details, serde_json::json!({"limit": 380_000, "size": 380_001}));
}

#[tokio::test]
async fn a_body_too_large_is_413_before_it_is_read() {
    let api = Api::start().await;
    let body = "x".repeat(1_000_001);
    let announced = api.post("/streams/order", &body).await;
    assert_eq!(announced.status, 413);
    let details = announced.json()["details"].clone();
    assert_eq!(
        details,
        serde_json::json!({"limit": 1_000_000, "size": 1_000_001})
    );

    let chunks = futures::stream::iter(
        body.into_bytes()
            .chunks(1_000)
            .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
            .collect::<Vec<_>>(),
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/streams/order")
        .header("content-type", "application/json");
    let streamed = send(&api.router, request.body(Body::from_stream(chunks)).unwrap()).await;
    assert_eq!(streamed.status, 413);
    assert_eq!(
        streamed.json()["details"],
        serde_json::json!({"limit": 1_000_000})
    );
}

#[tokio::test]
async fn the_white_space_around_a_body_does_not_matter() {
    let api = Api::start().await;
    let body = "\r\n {\"initialEvent\" : {\"payload\" : 1 , \"eventType\" : \"t\"} }\n";
    assert_eq!(
        send(&api.router, json_request(Method::POST, "/streams/order", body))
            .await
            .status,
        201
    );
}
