//! The feed as server-sent events.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use event_store_function::http::{Store, router};
use futures::StreamExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::support::get;

/// The API where waiting costs nothing.
fn streaming(api: &Api) -> Router {
    let database = &api.database;
    router(Store::new(database.events(), database.catalogue(), database.feed()).streaming())
}

/// Asks for messages, behind an id if one is given.
async fn listen(router: &Router, query: &str, last: Option<&str>) -> Response {
    let request = Request::get(format!("/feed?{query}")).header("accept", "text/event-stream");
    let request = last
        .into_iter()
        .fold(request, |request, id| request.header("last-event-id", id));
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

/// What comes next.
async fn chunk(messages: &mut axum::body::BodyDataStream) -> String {
    let bytes = messages.next().await.unwrap().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn where_waiting_costs_nothing_the_feed_is_a_stream_of_messages() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 2, 1]).await;
    put(&api, [entries[..2].to_vec()]).await;
    let streaming = streaming(&api);
    let mut body = listen(&streaming, "limit=2", None)
        .await
        .into_body()
        .into_data_stream();
    let mut text = String::new();
    while text.matches("data:").count() < 3 {
        text += &chunk(&mut body).await;
    }
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once(": ").unwrap_or_default();
        fields.entry(name).or_default().push(value);
    }
    let revisions = fields["data"].iter().map(|data| {
        let event: Value = serde_json::from_str(data).unwrap();
        event["revision"].as_u64().unwrap()
    });
    assert_eq!(revisions.collect::<Vec<_>>(), [1, 2, 3]);
    // What comes later is told on the same connection, and to who goes on from the last id.
    put(&api, [vec![entries[2].clone()]]).await;
    let mut again = listen(&streaming, "limit=2", fields["id"].last().copied())
        .await
        .into_body()
        .into_data_stream();
    for body in [&mut body, &mut again] {
        assert!(chunk(body).await.contains(r#""revision":4"#));
    }
    // Elsewhere the header changes nothing.
    assert_eq!(events(&get(&api.router, "/feed?limit=2").await).len(), 2);
}

/// Who is cut off before anything was wanted must not begin anew, or would miss what comes in between.
#[tokio::test]
async fn where_nothing_is_wanted_the_place_is_told_all_the_same() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 1]).await;
    put(&api, [vec![entries[0].clone()]]).await;
    let streaming = streaming(&api);
    let end = next(&api.get("/feed?after=end").await);
    for query in ["after=end", "stream-type=invoice"] {
        let mut body = listen(&streaming, query, None)
            .await
            .into_body()
            .into_data_stream();
        assert_eq!(chunk(&mut body).await, format!("id: {end}\n\n"), "{query}");
    }
    put(&api, [vec![entries[1].clone()]]).await;
    let mut again = listen(&streaming, "after=end", Some(&end))
        .await
        .into_body()
        .into_data_stream();
    assert!(chunk(&mut again).await.contains(r#""revision":2"#));
}

#[tokio::test]
async fn what_is_wrong_from_the_start_is_a_problem_and_no_stream() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1]).await;
    put(&api, [entries]).await;
    let streaming = streaming(&api);
    let other = Incarnation::from(Uuid::from_u128(9));
    for (query, last, status) in [
        (
            String::new(),
            Some("nonsense".to_owned()),
            StatusCode::BAD_REQUEST,
        ),
        ("limit=0".to_owned(), None, StatusCode::BAD_REQUEST),
        (format!("after={}", at(other, 1, 0, None)), None, StatusCode::GONE),
        (String::new(), Some(at(other, 1, 0, None)), StatusCode::GONE),
        (
            String::new(),
            Some(at(a_feed(), 9, 0, None)),
            StatusCode::CONFLICT,
        ),
    ] {
        let answer = listen(&streaming, &query, last.as_deref()).await;
        assert_eq!(answer.status(), status, "{query} {last:?}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn what_goes_wrong_later_is_told_and_ends_the_stream() {
    let api = Api::start().await;
    let (order, entries) = stream(&api, "order", &[1]).await;
    put(&api, [entries]).await;
    let mut body = listen(&streaming(&api), "", None)
        .await
        .into_body()
        .into_data_stream();
    assert!(chunk(&mut body).await.contains(r#""revision":1"#));
    // The log does not hold what the feed says.
    put(&api, [vec![range(&order, 2, 3)]]).await;
    assert_eq!(chunk(&mut body).await, "event: problem\ndata: internal\n\n");
    assert!(body.next().await.is_none());
}

#[tokio::test]
async fn only_who_names_the_form_gets_it() {
    let api = Api::start().await;
    let streaming = streaming(&api);
    for (accept, is_stream) in [
        ("text/event-stream", true),
        ("application/json, Text/Event-Stream; charset=utf-8", true),
        ("text/event-streams", false),
        ("*/*", false),
    ] {
        let request = Request::get("/feed").header("accept", accept);
        let request = request.body(Body::empty()).unwrap();
        let answer = streaming.clone().oneshot(request).await.unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap();
        assert_eq!(content_type == "text/event-stream", is_stream, "{accept}");
    }
}
