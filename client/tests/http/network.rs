//! What stands between a client and its store: bodies without end, redirects, proxies.

use std::error::Error as _;
use std::process::Command;

use aws_credential_types::Credentials;
use event_store_client::{Client, RetryPolicy};
use http::StatusCode;
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use crate::store::{answering, brief, client, event, order, placed, requests, stream_id, written};

/// The most that a function URL answers.
const LONGEST: usize = 6 * 1024 * 1024;

/// A page of one event, so many bytes long altogether.
fn page_of(bytes: usize) -> ResponseTemplate {
    let page = |payload: &str| {
        let mut event = event(1);
        event["payload"] = payload.into();
        json!({"eventPage": {"events": [event], "hasMore": false, "lastEvaluatedRevision": 1}}).to_string()
    };
    let body = page(&"a".repeat(bytes - page("").len()));
    assert_eq!(body.len(), bytes);
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

#[tokio::test]
async fn an_answer_is_read_up_to_the_most_that_a_store_answers() {
    let server = answering([page_of(LONGEST)]).await;
    let page = client(&server.uri()).events(&order(), stream_id()).page().await;
    assert_eq!(page.unwrap().events.len(), 1);
}

#[tokio::test]
async fn an_answer_beyond_that_is_given_up() {
    let server = answering([page_of(LONGEST + 1)]).await;
    let client = Client::builder(server.uri())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.events(&order(), stream_id()).page().await.unwrap_err();
    let no_answer = error.source().unwrap();
    let reason = no_answer.source().unwrap_or(no_answer);
    assert_eq!(
        reason.to_string(),
        "the answer is longer than 6291456 bytes, the most that a store answers"
    );
}

/// Elsewhere the signature is good for nothing but theft.
#[tokio::test]
async fn a_redirect_is_an_error_and_nothing_is_sent_where_it_leads() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = answering([written(1)]).await;
        let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        let server = answering([redirect]).await;
        let client = Client::builder(server.uri())
            .aws_iam(
                Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"),
                "eu-central-1",
            )
            .retry(brief())
            .build()
            .unwrap();
        let error = client.create_stream(&order(), placed()).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
        assert!(requests(&elsewhere).await.is_empty(), "{status}");
    }
}

/// The environment of a process is the same for all its tests, so that this runs itself again in one of its own.
#[tokio::test]
async fn a_proxy_that_the_environment_names_is_used() {
    const WITHIN: &str = "EVENT_STORE_TEST_BEHIND_A_PROXY";
    if std::env::var_os(WITHIN).is_some() {
        let created = client("http://store.invalid/below")
            .create_stream(&order(), placed())
            .await;
        assert_eq!(created.unwrap().stream.revision.as_u64(), 1);
        return;
    }
    let proxy: MockServer = answering([written(1)]).await;
    let address = proxy.uri();
    let behind = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "network::a_proxy_that_the_environment_names_is_used"])
            .env(WITHIN, "yes")
            .env("HTTP_PROXY", &address)
            .env("http_proxy", &address)
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .env_remove("REQUEST_METHOD")
            .output()
            .unwrap()
    });
    let behind = behind.await.unwrap();
    assert!(
        behind.status.success(),
        "{}",
        String::from_utf8_lossy(&behind.stdout)
    );
    let sent = &requests(&proxy).await[0];
    assert_eq!(sent.headers["host"], "store.invalid");
    assert!(sent.url.path().starts_with("/below/streams/order/"));
}
