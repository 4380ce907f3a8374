//! Creating streams and appending to them.

use axum::http::Method;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Api, json_request, send};

const EVENT_ID: &str = "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10";
const STREAM_ID: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";

fn event(payload: &Value) -> Value {
    json!({"event": {"eventType": "changed", "payload": payload}})
}

#[tokio::test]
async fn a_stream_is_created_and_appended_to() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    let appended = api
        .put(&format!("/streams/order/{id}/events/2"), event(&json!("b")))
        .await;
    assert_eq!(appended.status, 201);
    let stream = &appended.json()["stream"];
    assert_eq!(stream["streamId"], *id);
    assert_eq!(stream["streamType"], "order");
    assert_eq!(stream["revision"], 2);
    let details = api.get(&format!("/streams/order/{id}/details")).await;
    assert_eq!(details.text, appended.text);
}

#[tokio::test]
async fn the_creator_may_name_the_stream_in_any_spelling() {
    let api = Api::start().await;
    let body =
        json!({"streamId": STREAM_ID.to_uppercase(), "initialEvent": {"eventType": "placed", "payload": 1}});
    let created = api.post("/streams/order", &body).await;
    assert_eq!(
        (created.status.as_u16(), &created.json()["stream"]["streamId"]),
        (201, &json!(STREAM_ID))
    );
    let again = api.post("/streams/order", body).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.json()["details"]["expectedRevision"], 0);
}

#[tokio::test]
async fn a_create_that_names_its_event_is_idempotent() {
    let api = Api::start().await;
    let body = json!({"initialEvent": {"eventId": EVENT_ID, "eventType": "placed", "payload": {"a": 1}}});
    let created = api.post("/streams/order", &body).await;
    let again = api.post("/streams/order", &body).await;
    assert_eq!((created.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(created.text, again.text);
    assert_eq!(
        (
            created.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        (None, Some("true"))
    );
}

#[tokio::test]
async fn the_first_revision_may_be_put() {
    let api = Api::start().await;
    let put = api
        .put(
            &format!("/streams/order/{STREAM_ID}/events/1"),
            event(&json!("a")),
        )
        .await;
    assert_eq!(
        (put.status.as_u16(), &put.json()["stream"]["revision"]),
        (201, &json!(1))
    );
}

#[tokio::test]
async fn a_lost_race_answers_409_with_the_winning_event() {
    let api = Api::start().await;
    let id = api.order_with(3).await;
    let lost = api
        .put(&format!("/streams/order/{id}/events/2"), event(&json!("late")))
        .await;
    assert_eq!(lost.status, 409);
    let problem = lost.json();
    assert_eq!(problem["type"], "revision-conflict");
    assert_eq!(problem["details"]["expectedRevision"], 1);
    assert_eq!(problem["details"]["currentRevision"], 3);
    assert_eq!(problem["details"]["event"]["revision"], 2);
    assert_eq!(problem["details"]["event"]["payload"], 2);
}

#[tokio::test]
async fn a_revision_that_the_stream_does_not_reach_answers_409_without_an_event() {
    let api = Api::start().await;
    let id = api.order_with(2).await;
    let early = api
        .put(&format!("/streams/order/{id}/events/5"), event(&json!("early")))
        .await;
    assert_eq!(early.status, 409);
    let details = early.json()["details"].clone();
    assert_eq!(details, json!({"expectedRevision": 4, "currentRevision": 2}));
}

#[tokio::test]
async fn an_append_to_no_stream_or_under_the_wrong_type_is_404() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    for path in [
        format!("/streams/order/{STREAM_ID}/events/2"),
        format!("/streams/invoice/{id}/events/2"),
    ] {
        let answer = api.put(&path, event(&json!(1))).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["type"]),
            (404, &json!("stream-not-found")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_retry_is_answered_as_the_first_time_however_far_the_stream_has_gone_on() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    let path = format!("/streams/order/{id}/events/2");
    let body = json!({"event": {"eventId": EVENT_ID, "eventType": "changed", "payload": 2, "metadata": {"by": "me"}}});
    let first = api.put(&path, &body).await;
    for revision in 3..=5 {
        assert_eq!(
            api.put(
                &format!("/streams/order/{id}/events/{revision}"),
                event(&json!(0))
            )
            .await
            .status,
            201
        );
    }
    let here = api.put(&path, &body).await;
    let elsewhere = send(&api.restarted(), json_request(Method::PUT, &path, &body)).await;
    for retry in [here, elsewhere] {
        assert_eq!(
            (retry.status.as_u16(), retry.header("idempotency-replayed")),
            (201, Some("true"))
        );
        assert_eq!(retry.text, first.text);
    }
}

#[tokio::test]
async fn an_event_id_with_other_content_or_at_the_wrong_place_is_reused() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    let path = format!("/streams/order/{id}/events/2");
    let body = |payload| json!({"event": {"eventId": EVENT_ID, "eventType": "changed", "payload": payload}});
    assert_eq!(api.put(&path, body("a")).await.status, 201);
    let reused = api.put(&path, body("b")).await;
    assert_eq!(
        (reused.status.as_u16(), &reused.json()["type"]),
        (409, &json!("event-id-reused"))
    );
    assert_eq!(reused.json()["details"], json!({"eventIds": [EVENT_ID]}));
}

#[tokio::test]
async fn of_32_writers_at_once_exactly_one_wins_each_of_50_revisions() {
    const WRITERS: usize = 32;
    const LAST: u64 = 50;
    let api = Api::start().await;
    let id = api.order_with(1).await;
    for revision in 2..=LAST {
        let path = format!("/streams/order/{id}/events/{revision}");
        let answers = join_all((0..WRITERS).map(|writer| api.put(&path, event(&json!(writer))))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!((won.len(), lost.len()), (1, WRITERS - 1), "revision {revision}");
        let page = api
            .get(&format!(
                "/streams/order/{id}/events?after-revision={}",
                revision - 1
            ))
            .await;
        let winner = &page.json()["eventPage"]["events"][0];
        for answer in lost {
            assert_eq!(answer.status, 409, "{}", answer.text);
            assert_eq!(answer.json()["details"]["event"], *winner);
        }
    }
    let page = api.get(&format!("/streams/order/{id}/events")).await;
    assert_eq!(page.revisions(), (1..=LAST).collect::<Vec<_>>());
}
