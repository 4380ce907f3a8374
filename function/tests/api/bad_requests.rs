//! What a caller is told of a request that cannot be done.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::{Answer, Api, send};

const EVENTS: &str = "/streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events";

/// Answers a request in one text: the status, headers of interest, and the problem.
async fn answer(method: Method, path: &str, content_type: &str, body: impl Into<Body>) -> String {
    let api = Api::start().await;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-request-id", "r-1");
    let request = if content_type.is_empty() {
        request
    } else {
        request.header("content-type", content_type)
    };
    let answer = send(&api.router, request.body(body.into()).unwrap()).await;
    assert_eq!(
        api.database.witness.take(),
        Vec::<String>::new(),
        "the database was asked"
    );
    shown(&answer)
}

fn shown(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("x-request-id"), Some("r-1"));
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert_eq!(problem["message"], problem["detail"]);
    let mut text = format!(
        "{} {}\n",
        answer.status.as_u16(),
        problem["type"].as_str().unwrap()
    );
    if let Some(methods) = answer.header("allow") {
        text.extend(["allow: ", methods, "\n"]);
    }
    text += &problem["detail"].as_str().unwrap().replace("; `", "\n`");
    // The messages say the same as the detail, by field.
    let mut details = problem["details"].as_object().unwrap().clone();
    details.remove("messages");
    assert_eq!(details, serde_json::Map::new());
    text
}

async fn post(body: &str) -> String {
    answer(
        Method::POST,
        "/streams/order",
        "application/json",
        body.to_owned(),
    )
    .await
}

async fn get(path: &str) -> String {
    answer(Method::GET, path, "", Body::empty()).await
}

#[tokio::test]
async fn a_problem_has_the_names_of_both_worlds() {
    let api = Api::start().await;
    let request = Request::get("/streams/_/x/details")
        .header("x-request-id", "r-1")
        .body(Body::empty())
        .unwrap();
    let problem = send(&api.router, request).await.json();
    insta::assert_snapshot!(format!("{problem:#}"), @r#"
{
  "detail": "`streamId`: must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`; `streamType`: must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`",
  "details": {
    "messages": {
      "streamId": [
        "must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`"
      ],
      "streamType": [
        "must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`"
      ]
    }
  },
  "message": "`streamId`: must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`; `streamType`: must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`",
  "requestId": "r-1",
  "status": 400,
  "title": "The request is malformed",
  "type": "invalid-request"
}
"#);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let path = "/streams/or der/not-a-uuid/events/0".replace(' ', "%20");
    let body = r#"{"event":{"eventID":"x","eventId":7,"metadata":[],"payload":1,"payload":2},"extra":null}"#;
    insta::assert_snapshot!(answer(Method::PUT, &path, "application/json", body).await, @r#"
400 invalid-request
`event.eventID`: unknown; known here: `eventId`, `eventType`, `payload`, `metadata`
`event.eventId`: must be text
`event.eventType`: required
`event.metadata`: must be a JSON object
`event.payload`: given more than once
`extra`: unknown; known here: `event`
`revision`: must be a whole number between 1 and 9007199254740991
`streamId`: must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`
`streamType`: must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`
"#);
}

#[tokio::test]
async fn what_is_missing_is_required() {
    insta::assert_snapshot!(post("{}").await, @r#"
400 invalid-request
`initialEvent`: required
"#);
    insta::assert_snapshot!(post(r#"{"initialEvent":{}}"#).await, @r#"
400 invalid-request
`initialEvent.eventType`: required
`initialEvent.payload`: required
"#);
    insta::assert_snapshot!(post(r#"{"initialEvent":null}"#).await, @r#"
400 invalid-request
`initialEvent`: must be a JSON object
"#);
}

#[tokio::test]
async fn values_of_the_wrong_kind_are_named() {
    insta::assert_snapshot!(
        post(r#"{"streamId":"x","initialEvent":{"eventId":"x","eventType":"","payload":1,"metadata":"m"}}"#).await,
        @r#"
400 invalid-request
`initialEvent.eventId`: must be a UUID such as `0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10`
`initialEvent.eventType`: must be 1-200 characters
`initialEvent.metadata`: must be a JSON object
`streamId`: must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`
"#
    );
    insta::assert_snapshot!(post(r#"{"initialEvent":{"eventType":{},"payload":1}}"#).await, @r#"
400 invalid-request
`initialEvent.eventType`: must be text
"#);
    insta::assert_snapshot!(post(r#"{"initialEvent":{"eventType":"\ud800","payload":1}}"#).await, @r#"
400 invalid-request
`initialEvent.eventType`: must be text
"#);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_told_where() {
    insta::assert_snapshot!(post(r#"{"initialEvent": {"eventType": "t", "payload": }}"#).await, @r#"
400 invalid-request
`body`: is not JSON: expected value at line 1 column 48
"#);
    insta::assert_snapshot!(post("").await, @r#"
400 invalid-request
`body`: is not JSON: EOF while parsing a value at line 1 column 0
"#);
    insta::assert_snapshot!(post("{} {}").await, @r#"
400 invalid-request
`body`: is not JSON: trailing characters at line 1 column 4
"#);
    insta::assert_snapshot!(post("[1]").await, @r#"
400 invalid-request
`body`: must be a JSON object
"#);
    insta::assert_snapshot!(post("{\"a\": 1,\n \"b\": nul}").await, @r#"
400 invalid-request
`body`: is not JSON: expected ident at line 2 column 10
"#);
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_not_json() {
    let body: &[u8] = b"{\"initialEvent\":\"\xff\"}";
    insta::assert_snapshot!(answer(Method::POST, "/streams/order", "application/json", body).await, @r#"
400 invalid-request
`body`: is not JSON: it is not UTF-8
"#);
}

#[tokio::test]
async fn a_body_of_another_content_type_is_refused() {
    let body = r#"{"initialEvent":{"eventType":"t","payload":1}}"#;
    insta::assert_snapshot!(answer(Method::POST, "/streams/order", "text/plain", body).await, @r#"
415 unsupported-media-type
the content type must be `application/json`, not `text/plain`
"#);
    insta::assert_snapshot!(answer(Method::POST, "/streams/order", "", body).await, @r#"
415 unsupported-media-type
the content type must be `application/json`
"#);
}

#[tokio::test]
async fn path_parameters_are_checked() {
    insta::assert_snapshot!(get("/streams/_/x/details").await, @r#"
400 invalid-request
`streamId`: must be a UUID such as `2886e475-d5cc-40f7-aec5-401071388b3c`
`streamType`: must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`
"#);
    insta::assert_snapshot!(get("/streams/a%2Fb").await, @r#"
400 invalid-request
`streamType`: must be 1-100 characters: a letter or digit, then letters, digits, `.`, `_`, `:`, `~` or `-`
"#);
    insta::assert_snapshot!(get("/streams/%FF").await, @r#"
400 invalid-request
`path`: must be UTF-8 once percent-decoded
"#);
    for revision in ["0", "-1", "+1", "1.5", "9007199254740992", "last"] {
        let body = r#"{"event":{"eventType":"t","payload":1}}"#;
        let shown = answer(
            Method::PUT,
            &format!("{EVENTS}/{revision}"),
            "application/json",
            body,
        )
        .await;
        assert!(
            shown.starts_with("400 invalid-request\n`revision`: must be a whole number"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn query_parameters_are_checked() {
    insta::assert_snapshot!(get(&format!("{EVENTS}?after-revision=x&limit=0")).await, @r#"
400 invalid-request
`after-revision`: must be a whole number between 0 and 9007199254740991
`limit`: must be a whole number between 1 and 1000
"#);
    insta::assert_snapshot!(get(&format!("{EVENTS}?limit=1001")).await, @r#"
400 invalid-request
`limit`: must be a whole number between 1 and 1000
"#);
    insta::assert_snapshot!(get(&format!("{EVENTS}?after-revison=1&after-revision=1&after-revision=2")).await, @r#"
400 invalid-request
`after-revision`: given more than once
`after-revison`: unknown; known here: `direction`, `after-revision`, `before-revision`, `limit`, `consistency`
"#);
    insta::assert_snapshot!(
        get("/streams/order?updated-after=yesterday&nextPageKey=x&stream-next-page-key=y&limit=101").await,
        @r#"
400 invalid-request
`limit`: must be a whole number between 1 and 100
`nextPageKey`: given more than once
`nextPageKey`: must be the `nextPageKey` of an earlier page
`updated-after`: must be an RFC 3339 date and time such as `2025-01-25T10:11:12.000000Z`
"#
    );
}

#[tokio::test]
async fn there_is_nothing_at_other_paths() {
    for path in [
        "/streams/",
        "/streams/order/",
        "//streams/order",
        "/Streams/order",
        "/streams/order/x",
    ] {
        let shown = get(path).await;
        assert!(shown.starts_with("404 route-not-found"), "{path}: {shown}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    insta::assert_snapshot!(answer(Method::DELETE, "/streams/order", "", Body::empty()).await, @r#"
405 method-not-allowed
allow: POST,GET,HEAD
the path does not support this method; the header `Allow` lists those that it supports
"#);
    insta::assert_snapshot!(answer(Method::POST, &format!("{EVENTS}/1"), "application/json", "{}").await, @r#"
405 method-not-allowed
allow: PUT
the path does not support this method; the header `Allow` lists those that it supports
"#);
    insta::assert_snapshot!(answer(Method::OPTIONS, "/liveness-check", "", Body::empty()).await, @r#"
405 method-not-allowed
allow: GET,HEAD
the path does not support this method; the header `Allow` lists those that it supports
"#);
}
