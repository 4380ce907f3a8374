//! What may be kept, and for how long.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Answer, Api, send};

async fn get(api: &Api, path: &str, known: Option<&str>) -> Answer {
    let request = Request::get(path);
    let request = match known {
        Some(tag) => request.header("if-none-match", tag),
        None => request,
    };
    send(&api.router, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_of_past_events_is_immutable_and_stays_the_same_when_the_stream_grows() {
    let api = Api::start().await;
    let id = api.order_with(5).await;
    let path = format!("/streams/order/{id}/events?after-revision=1&limit=3");
    let page = get(&api, &path, None).await;
    assert_eq!(page.revisions(), [2, 3, 4]);
    assert_eq!(
        page.header("cache-control"),
        Some("private, max-age=86400, immutable")
    );

    let event = serde_json::json!({"event": {"eventType": "changed", "payload": 6}});
    assert_eq!(
        api.put(&format!("/streams/order/{id}/events/6"), event)
            .await
            .status,
        201
    );
    let later = get(&api, &path, None).await;
    assert_eq!(
        (later.text, later.headers.get("etag")),
        (page.text, page.headers.get("etag"))
    );
}

#[tokio::test]
async fn a_poller_is_answered_304_until_something_comes() {
    let api = Api::start().await;
    let id = api.order_with(2).await;
    for query in ["", "?direction=backwards&limit=1"] {
        let path = format!("/streams/order/{id}/events{query}");
        let page = get(&api, &path, None).await;
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        let tag = page.header("etag").unwrap();
        let unchanged = get(&api, &path, Some(tag)).await;
        assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
        assert_eq!(unchanged.header("etag"), Some(tag));

        let revision =
            api.get(&format!("/streams/order/{id}/details")).await.json()["stream"]["revision"].clone();
        let next = revision.as_u64().unwrap() + 1;
        let event = serde_json::json!({"event": {"eventType": "changed", "payload": 0}});
        assert_eq!(
            api.put(&format!("/streams/order/{id}/events/{next}"), event)
                .await
                .status,
            201
        );
        let changed = get(&api, &path, Some(tag)).await;
        assert_eq!(changed.status, 200);
        assert!(changed.revisions().contains(&next));
    }
}

#[tokio::test]
async fn what_moves_is_asked_for_again_and_a_problem_is_not_kept() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    for (path, lifetime) in [
        (format!("/streams/order/{id}/details"), "private, no-cache"),
        ("/streams/order".to_owned(), "private, no-cache"),
        ("/liveness-check".to_owned(), "private, no-cache"),
        ("/readiness-check".to_owned(), "private, no-cache"),
        (format!("/streams/invoice/{id}/events"), "no-store"),
        ("/nothing".to_owned(), "no-store"),
    ] {
        assert_eq!(
            api.get(&path).await.header("cache-control"),
            Some(lifetime),
            "{path}"
        );
    }
}
