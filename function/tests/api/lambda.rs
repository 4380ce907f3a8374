//! The API as Lambda calls it: Function URL events in, their responses out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use event_store_types::EventPageBody;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service};
use serde_json::{Value, json};

use crate::payloads::quotes;
use crate::support::Api;

/// What Lambda carries at most, in either direction:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LAMBDA_BYTES: usize = 6 * 1024 * 1024;

/// Calls the API with a Function URL event, and gives back the response with its size as Lambda counts it.
async fn invoke(api: &Api, method: &str, path: &str, query: &str, body: Option<&str>) -> (Value, usize) {
    let event = json!({
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
    .to_string();
    assert!(event.len() <= LAMBDA_BYTES, "the event has {} bytes", event.len());
    let request: LambdaRequest = serde_json::from_str(&event).unwrap();
    let mut context = Context::default();
    context.request_id = "the-invocation".into();
    let response = Adapter::from(api.router.clone())
        .call(LambdaEvent::new(request, context))
        .await
        .unwrap();
    let response = serde_json::to_string(&response).unwrap();
    (serde_json::from_str(&response).unwrap(), response.len())
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
