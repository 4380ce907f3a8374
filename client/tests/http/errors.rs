//! What a caller learns from a failure.

use std::error::Error as _;

use event_store_client::Error;
use event_store_client::types::Revision;
use http::StatusCode;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::store::{answering, client, event, order, placed, problem, stream_id};

async fn append_answered(response: ResponseTemplate) -> Error {
    let server = answering([response]).await;
    client(&server.uri())
        .append(&order(), stream_id(), Revision::FIRST, placed())
        .await
        .unwrap_err()
}

async fn append_refused(status: u16, problem_type: &str, details: Value) -> Error {
    append_answered(problem(status, problem_type, &details)).await
}

/// Which predicates hold.
fn nature(error: &Error) -> Vec<&'static str> {
    [
        ("conflict", error.is_conflict()),
        ("not found", error.is_not_found()),
        ("event id reused", error.is_event_id_reused()),
        ("invalid", error.is_invalid()),
        ("too large", error.is_too_large()),
        ("forbidden", error.is_forbidden()),
        ("retryable", error.is_retryable()),
    ]
    .into_iter()
    .filter_map(|(name, holds)| holds.then_some(name))
    .collect()
}

#[tokio::test]
async fn a_conflict_tells_where_the_stream_stands_and_who_won() {
    let details = json!({"expectedRevision": 1, "currentRevision": 3, "event": event(2)});
    let error = append_refused(409, "revision-conflict", details).await;
    assert_eq!(nature(&error), ["conflict"]);
    let conflict = error.conflict().unwrap();
    assert_eq!(conflict.expected_revision, Some(1));
    assert_eq!(conflict.current_revision, Some(3.try_into().unwrap()));
    assert_eq!(conflict.event.unwrap().revision.as_u64(), 2);
    assert_eq!(error.status(), Some(StatusCode::CONFLICT));
    assert_eq!(error.request_id(), Some("request-1"));
}

#[tokio::test]
async fn a_malformed_request_tells_what_is_wrong_by_field() {
    let error = append_refused(
        400,
        "invalid-request",
        json!({"messages": {"event.eventType": ["required"]}}),
    )
    .await;
    assert_eq!(nature(&error), ["invalid"]);
    assert_eq!(error.messages().unwrap()["event.eventType"], ["required"]);
}

#[tokio::test]
async fn each_problem_has_one_nature() {
    for (status, problem_type, expected) in [
        (404, "stream-not-found", &["not found"][..]),
        // A wrong base URL is not an absent stream.
        (404, "route-not-found", &[]),
        (405, "method-not-allowed", &[]),
        (409, "event-id-reused", &["event id reused"]),
        (413, "event-too-large", &["too large"]),
        (415, "unsupported-media-type", &[]),
        (418, "unheard-of", &[]),
    ] {
        let error = append_refused(status, problem_type, json!({})).await;
        assert_eq!(nature(&error), expected, "{problem_type}");
        assert!(error.conflict().is_none() && error.messages().is_none() && error.unsettled().is_none());
    }
}

#[tokio::test]
async fn a_refusal_by_aws_is_told_although_its_body_is_not_the_stores() {
    let body = r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: …"}"#;
    let response = ResponseTemplate::new(403)
        .set_body_raw(body, "application/json")
        .insert_header("x-amzn-requestid", "aws-1");
    let error = append_answered(response).await;
    assert_eq!(nature(&error), ["forbidden"]);
    assert_eq!(error.request_id(), Some("aws-1"));
    assert!(error.problem().is_none());
}

#[tokio::test]
async fn a_long_foreign_body_is_cut_to_one_line() {
    let error = append_answered(ResponseTemplate::new(404).set_body_string("<html>\n".repeat(100))).await;
    let text = error.to_string();
    assert!(
        !text.contains('\n') && text.ends_with("…`") && text.len() < 350,
        "{text}"
    );
}

#[tokio::test]
async fn a_good_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    let response = ResponseTemplate::new(201)
        .set_body_string("<html>")
        .insert_header("x-request-id", "request-2");
    let error = append_answered(response).await;
    assert!(nature(&error).is_empty());
    assert!(error.unsettled().is_some());
    assert!(error.source().is_some());
    assert_eq!(error.request_id(), Some("request-2"));
}

#[tokio::test]
async fn an_error_reads_as_a_fact() {
    let conflict = append_refused(409, "revision-conflict", json!({})).await;
    let foreign =
        append_answered(ResponseTemplate::new(403).set_body_string(r#"{"Message": "Forbidden"}"#)).await;
    let unreadable = append_answered(ResponseTemplate::new(201).set_body_string("<html>")).await;
    insta::assert_snapshot!(format!("{conflict}\n{foreign}\n{unreadable}"), @r#"
    `POST /streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events`: the store answered 409 `revision-conflict`: a detail
    `POST /streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events`: the answer was 403 with a body that is not the store's: `{"Message": "Forbidden"}`
    `POST /streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events`: the answer 201 cannot be read
    "#);
}
