//! The answers of a deployed store to bad requests.

use event_store_client::types::{Problem, ProblemType};

use crate::staging_like;

#[tokio::test]
async fn a_wrong_request_is_answered_with_a_problem_and_never_with_a_5xx() {
    let deployment = staging_like("bad-input").await;
    let base = deployment.describe().await.output("EsUrl");
    let base = base.trim_end_matches('/');
    let http = reqwest::Client::new();
    let id = "2886e475-d5cc-40f7-aec5-401071388b3c";
    let event = r#"{"event":{"eventType":"placed","payload":{}}}"#;
    let invalid = || ProblemType::InvalidRequest;
    for (method, path, body, expected) in [
        ("GET", "/streams/order/not-a-uuid/details", "", invalid()),
        (
            "GET",
            &format!("/streams/order/{id}/events?after-revision=-1"),
            "",
            invalid(),
        ),
        (
            "GET",
            &format!("/streams/order/{id}/events?limit=1001"),
            "",
            invalid(),
        ),
        ("GET", "/streams/order?updated-after=yesterday", "", invalid()),
        (
            "GET",
            "/streams/order?stream-next-page-key=nonsense",
            "",
            invalid(),
        ),
        ("PUT", &format!("/streams/order/{id}/events/0"), event, invalid()),
        ("PUT", &format!("/streams/order/{id}/events/1"), "{", invalid()),
        (
            "POST",
            "/streams/order",
            r#"{"initialEvent":{"eventID":1}}"#,
            invalid(),
        ),
        ("GET", "/nowhere", "", ProblemType::RouteNotFound),
        ("DELETE", "/streams/order", "", ProblemType::MethodNotAllowed),
    ] {
        let request = http.request(method.parse().unwrap(), format!("{base}{path}"));
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let answer = request.send().await.unwrap();
        let (status, kind) = (answer.status(), answer.headers()["content-type"].clone());
        let text = answer.text().await.unwrap();
        let problem: Problem =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error} in {text}"));
        assert_eq!(problem.problem_type, expected, "{method} {path}: {text}");
        assert_eq!(status, expected.status(), "{method} {path}: {text}");
        assert_eq!(kind, "application/problem+json", "{method} {path}");
        assert!(!problem.request_id.is_empty());
    }

    let plain = http
        .post(format!("{base}/streams/order"))
        .header("content-type", "text/plain")
        .body(event);
    let problem: Problem = serde_json::from_str(&plain.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(problem.problem_type, ProblemType::UnsupportedMediaType);
    deployment.purge().await.succeeded();
}
