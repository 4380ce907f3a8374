//! The API as Lambda calls it: Function URL events in, their responses out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event_store_function::http::function_url::FunctionUrl;
use event_store_types::wire::EventPageBody;
use lambda_runtime::{Context, LambdaEvent};
use proptest::prelude::*;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::payloads::quotes;
use crate::support::Api;

/// What Lambda carries at most, in either direction:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LAMBDA_BYTES: usize = 6 * 1024 * 1024;

/// Calls the API with a Function URL event, and gives back the response with its size as Lambda counts it.
async fn invoke(api: &Api, method: &str, path: &str, query: &str, body: Option<&str>) -> (Value, usize) {
    let event = event(method, path, query, body);
    let size = event.to_string().len();
    assert!(size <= LAMBDA_BYTES, "the event has {size} bytes");
    handle(api, &event).await
}

/// Calls the API with any event.
async fn handle(api: &Api, event: &Value) -> (Value, usize) {
    let mut context = Context::default();
    context.request_id = "the-invocation".into();
    let invocation = LambdaEvent::new(to_raw_value(event).unwrap(), context);
    let Ok(response) = FunctionUrl::new(api.router.clone()).handle(invocation).await;
    let response = serde_json::to_string(&response).unwrap();
    (serde_json::from_str(&response).unwrap(), response.len())
}

fn event(method: &str, path: &str, query: &str, body: Option<&str>) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "host": "id.lambda-url.eu-central-1.on.aws",
            "x-forwarded-proto": "https",
            "content-type": "application/json",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "id",
            "domainName": "id.lambda-url.eu-central-1.on.aws",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": "the gateway's",
            "routeKey": "$default",
            "stage": "$default",
            "time": "11/Jan/2025:11:45:34 +0000",
            "timeEpoch": 1_736_595_934_837_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn a_stream_is_created_and_read_through_a_function_url() {
    let api = Api::start().await;
    let body = json!({"initialEvent": {"eventType": "placed", "payload": {"a": "é"}}}).to_string();
    let (created, _) = invoke(&api, "POST", "/streams/order", "", Some(&body)).await;
    assert_eq!(created["statusCode"], 201);
    assert_eq!(created["headers"]["x-request-id"], "the-invocation");
    assert_eq!(created["isBase64Encoded"], false);
    let stream: Value = serde_json::from_str(created["body"].as_str().unwrap()).unwrap();
    let id = stream["stream"]["streamId"].as_str().unwrap();
    let path = format!("/streams/order/{id}/events");
    let (page, _) = invoke(&api, "GET", &path, "after-revision=0&limit=1", None).await;
    let page: EventPageBody = serde_json::from_str(page["body"].as_str().unwrap()).unwrap();
    assert_eq!(page.event_page.events[0].payload.as_str(), r#"{"a":"é"}"#);
}

#[tokio::test]
async fn a_problem_is_text_through_a_function_url() {
    let api = Api::start().await;
    let (answer, _) = invoke(&api, "GET", "/nowhere", "", None).await;
    assert_eq!(
        (&answer["statusCode"], &answer["isBase64Encoded"]),
        (&json!(404), &json!(false))
    );
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["requestId"], "the-invocation");
}

#[tokio::test]
async fn the_largest_page_of_quotes_fits_a_response() {
    let api = Api::start().await;
    let quotes = quotes();
    let body = format!(r#"{{"initialEvent":{{"eventType":"t","payload":{quotes}}}}}"#);
    let (created, _) = invoke(&api, "POST", "/streams/order", "", Some(&body)).await;
    let stream: Value = serde_json::from_str(created["body"].as_str().unwrap()).unwrap();
    let path = format!(
        "/streams/order/{}/events",
        stream["stream"]["streamId"].as_str().unwrap()
    );
    let body = format!(r#"{{"event":{{"eventType":"t","payload":{quotes}}}}}"#);
    for revision in 2..=5 {
        let (appended, _) = invoke(&api, "PUT", &format!("{path}/{revision}"), "", Some(&body)).await;
        assert_eq!(appended["statusCode"], 201);
    }
    let mut after = 0;
    let mut count = 0;
    loop {
        let (answer, size) = invoke(&api, "GET", &path, &format!("after-revision={after}"), None).await;
        assert!(size <= LAMBDA_BYTES, "the response has {size} bytes");
        let page: EventPageBody = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert!(
            page.event_page
                .events
                .iter()
                .all(|event| event.payload.as_str() == quotes)
        );
        count += page.event_page.events.len();
        after = page.event_page.last_evaluated_revision.as_u64();
        if !page.event_page.has_more {
            break;
        }
        assert!(
            page.event_page.events.len() < 5,
            "one Query holds no more than 1 MB"
        );
    }
    assert_eq!(count, 5);
}

#[tokio::test]
async fn the_page_travels_through_a_function_url() {
    let api = Api::start().await;
    let (entrance, _) = invoke(&api, "GET", "/", "", None).await;
    assert_eq!(
        (&entrance["statusCode"], &entrance["headers"]["location"]),
        (&json!(307), &json!("openapi/"))
    );

    let (page, _) = invoke(&api, "GET", "/openapi/", "", None).await;
    assert_eq!(page["isBase64Encoded"], false);
    assert_eq!(page["body"], include_str!("../../page/index.html"));

    let (script, size) = invoke(&api, "GET", "/openapi/swagger-ui-5.35.0.js", "", None).await;
    assert!(size <= LAMBDA_BYTES, "the response has {size} bytes");
    assert_eq!(
        (&script["isBase64Encoded"], &script["headers"]["content-encoding"]),
        (&json!(true), &json!("gzip"))
    );
    let bytes = BASE64_STANDARD.decode(script["body"].as_str().unwrap()).unwrap();
    assert!(bytes == include_bytes!("../../page/vendor/swagger-ui-5.35.0.js.gz"));
}

/// What a problem says of each field.
fn messages(answer: &Value) -> Value {
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["requestId"], "the-invocation");
    problem["details"]["messages"].clone()
}

#[tokio::test]
async fn a_query_that_is_no_query_is_a_bad_request_and_no_crash() {
    let api = Api::start().await;
    for (query, field) in [
        ("a=\"<", "a"),
        ("a=b c", "a"),
        ("a=\0", "a"),
        ("\u{1f980}=1", "\u{1f980}"),
        ("a=%", "a"),
        ("#", "#"),
        ("limit=\u{9b}2J", "limit"),
    ] {
        let (answer, _) = invoke(&api, "GET", "/streams/order", query, None).await;
        assert_eq!(answer["statusCode"], 400, "{query:?}: {answer}");
        let messages = messages(&answer);
        assert!(messages.get(field).is_some(), "{query:?}: {messages}");
    }
}

#[tokio::test]
async fn a_path_that_no_path_may_be_is_not_found() {
    let api = Api::start().await;
    for path in [
        "/\"<>",
        "/a b",
        "/\0",
        "/%zz",
        "//evil.example/",
        "/\u{1f980}",
        "/?a#b",
        "/\\",
    ] {
        let (answer, _) = invoke(&api, "GET", path, "", None).await;
        assert_eq!(answer["statusCode"], 404, "{path:?}: {answer}");
    }
}

#[tokio::test]
async fn what_is_percent_encoded_stays_so() {
    let api = Api::start().await;
    let (answer, _) = invoke(&api, "GET", "/streams/a%3Ab", "limit=%31&limit=2", None).await;
    insta::assert_snapshot!(messages(&answer), @r#"{"limit":["given more than once"]}"#);
    let (answer, _) = invoke(&api, "GET", "/streams/a%2Fb", "", None).await;
    insta::assert_snapshot!(messages(&answer), @r#"{"streamType":["must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`"]}"#);
}

#[tokio::test]
async fn what_makes_no_request_is_refused_by_its_name() {
    let api = Api::start().await;
    let with = |pointer: &str, value: Value| {
        let mut event = event("PUT", "/streams/order", "", Some("{}"));
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value;
        event
    };
    let mut told = String::new();
    for event in [
        json!(null),
        json!([]),
        json!({}),
        with("/rawPath", json!("streams")),
        with("/rawPath", json!("")),
        with("/rawPath", json!(7)),
        with("/rawQueryString", json!(["a"])),
        with("/rawQueryString", json!("a".repeat(70_000))),
        with("/requestContext", json!("a")),
        with("/requestContext/http", json!(null)),
        with("/requestContext/http/method", json!("GE T")),
        with("/headers", json!([])),
        with("/headers/a", json!("b\r\nc: d")),
        with("/headers/a", json!(["b"])),
        with("/headers/a b", json!("c")),
        with("/isBase64Encoded", json!("true")),
        with("/isBase64Encoded", json!(true)),
        with("/body", json!({})),
    ] {
        let (answer, _) = handle(&api, &event).await;
        assert_eq!(answer["statusCode"], 400, "{event}: {answer}");
        told.push_str(&messages(&answer).to_string());
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn what_is_not_needed_may_be_missing() {
    let api = Api::start().await;
    let event = json!({"rawPath": "/liveness-check", "requestContext": {"http": {"method": "GET"}}});
    let (answer, _) = handle(&api, &event).await;
    assert_eq!(answer["statusCode"], 200);
    let nulls = json!({
        "rawPath": "/liveness-check", "requestContext": {"http": {"method": "GET"}},
        "rawQueryString": null, "headers": null, "cookies": [7], "body": null, "isBase64Encoded": null,
    });
    let (answer, _) = handle(&api, &nulls).await;
    assert_eq!(answer["statusCode"], 200);
}

#[tokio::test]
async fn a_body_in_base64_is_the_same_body() {
    let api = Api::start().await;
    let body = json!({"initialEvent": {"eventType": "placed", "payload": "ä"}}).to_string();
    let mut event = event("POST", "/streams/order", "", Some(&BASE64_STANDARD.encode(body)));
    event["isBase64Encoded"] = json!(true);
    let (answer, _) = handle(&api, &event).await;
    assert_eq!(answer["statusCode"], 201, "{answer}");
    event["body"] = json!(BASE64_STANDARD.encode(b"{\"\xff"));
    let (answer, _) = handle(&api, &event).await;
    insta::assert_snapshot!(messages(&answer), @r#"{"body":["is not JSON: it is not UTF-8"]}"#);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The events of a function URL, with anything in each place.
fn any_event() -> impl Strategy<Value = Value> {
    let path = prop_oneof![Just("/streams/order".to_owned()), ".*", "/streams/.*"];
    let method = prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), ".*"];
    let headers = prop::collection::hash_map("[ -~]{0,9}", ".*", 0..4);
    let spoilt = prop::option::of((0..6_usize, any_json()));
    (method, path, ".*", headers, ".*", any::<bool>(), spoilt).prop_map(
        |(method, path, query, headers, body, base64, spoilt)| {
            let mut event = json!({
                "rawPath": path, "rawQueryString": query, "headers": headers, "body": body, "isBase64Encoded": base64,
                "requestContext": {"http": {"method": method}},
            });
            if let Some((place, value)) = spoilt {
                let name = ["rawPath", "rawQueryString", "headers", "body", "isBase64Encoded", "requestContext"][place];
                event[name] = value;
            }
            event
        },
    )
}

#[test]
fn no_event_ends_as_an_error_of_the_function() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let api = runtime.block_on(Api::start());
    let answered = |event: &Value| {
        let (answer, _) = runtime.block_on(handle(&api, event));
        answer["statusCode"].as_u64().unwrap()
    };
    let config = ProptestConfig::with_cases(512);
    proptest!(config, |(event in any_event())| {
        let status = answered(&event);
        prop_assert!((200..500).contains(&status), "{status}: {event}");
    });
    proptest!(config, |(event in any_json())| {
        prop_assert_eq!(answered(&event), 400, "{}", event);
    });
}
