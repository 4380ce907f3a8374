//! Reading events and details.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::support::{Api, EVENTS_TABLE};

const ABSENT: &str = "2886e475-d5cc-40f7-aec5-401071388b3c";

#[tokio::test]
async fn events_come_in_order_and_in_pages() {
    let api = Api::start().await;
    let id = api.order_with(5).await;
    let all = api.get(&format!("/streams/order/{id}/events")).await;
    assert_eq!(all.status, 200);
    assert_eq!(all.revisions(), [1, 2, 3, 4, 5]);
    assert_eq!(all.json()["eventPage"]["hasMore"], false);

    let mut after = 0;
    let mut pages = Vec::new();
    loop {
        let page = api
            .get(&format!(
                "/streams/order/{id}/events?after-revision={after}&limit=2"
            ))
            .await;
        pages.push(page.revisions());
        after = page.json()["eventPage"]["lastEvaluatedRevision"]
            .as_u64()
            .unwrap();
        if page.json()["eventPage"]["hasMore"] == false {
            break;
        }
    }
    assert_eq!(pages, [vec![1, 2], vec![3, 4], vec![5]]);
}

#[tokio::test]
async fn a_page_after_the_end_is_empty_and_ends_where_it_was_asked_to_begin() {
    let api = Api::start().await;
    let id = api.order_with(2).await;
    let page = api
        .get(&format!("/streams/order/{id}/events?after-revision=2"))
        .await;
    assert_eq!(page.status, 200);
    let expected = json!({"eventPage": {"events": [], "hasMore": false, "lastEvaluatedRevision": 2}});
    assert_eq!(page.json(), expected);
}

#[tokio::test]
async fn a_revision_that_the_stream_does_not_reach_is_409_with_the_one_that_it_is_at() {
    let api = Api::start().await;
    let id = api.order_with(2).await;
    for after in [3, 99, 9_007_199_254_740_991_u64] {
        for consistency in ["strong", "eventual"] {
            let query = format!("after-revision={after}&consistency={consistency}");
            let answer = api.get(&format!("/streams/order/{id}/events?{query}")).await;
            let problem = answer.json();
            assert_eq!(
                (answer.status.as_u16(), &problem["type"], &problem["details"]),
                (
                    409,
                    &json!("revision-not-reached"),
                    &json!({"currentRevision": 2})
                ),
                "{query}"
            );
        }
    }
}

#[tokio::test]
async fn an_absent_stream_is_404_and_so_is_one_of_another_type() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    for stream in [format!("order/{ABSENT}"), format!("invoice/{id}")] {
        for rest in ["details", "events", "events?after-revision=1"] {
            let answer = api.get(&format!("/streams/{stream}/{rest}")).await;
            let found = (answer.status.as_u16(), answer.json()["type"].clone());
            assert_eq!(found, (404, json!("stream-not-found")), "{stream}/{rest}");
        }
    }
}

#[tokio::test]
async fn a_percent_encoded_path_is_the_path() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    let answer = api
        .get(&format!("/streams/%6Frder/{}/details", id.replace('-', "%2D")))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn head_is_answered_like_get() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    let request = axum::http::Request::head(format!("/streams/order/{id}/details"));
    let answer = crate::support::send(&api.router, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

#[tokio::test]
async fn a_position_inside_a_commit_gives_the_rest_of_it() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    put_commit(&api, &id, 2, 4).await;
    let appended = api
        .put(
            &format!("/streams/order/{id}/events/5"),
            json!({"event": {"eventType": "changed", "payload": 5}}),
        )
        .await;
    assert_eq!(appended.status, 201);
    for (after, expected) in [
        (1, vec![2, 3, 4, 5]),
        (2, vec![3, 4, 5]),
        (3, vec![4, 5]),
        (4, vec![5]),
    ] {
        let page = api
            .get(&format!("/streams/order/{id}/events?after-revision={after}"))
            .await;
        assert_eq!(page.revisions(), expected, "after {after}");
    }
}

#[tokio::test]
async fn a_stream_is_read_backwards_in_pages() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    put_commit(&api, &id, 2, 4).await;
    let mut query = "direction=backwards&limit=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = api.get(&format!("/streams/order/{id}/events?{query}")).await;
        pages.push(page.revisions());
        let page = page.json()["eventPage"].clone();
        if page["hasMore"] == false {
            break;
        }
        query = format!(
            "direction=backwards&limit=2&before-revision={}",
            page["lastEvaluatedRevision"]
        );
    }
    assert_eq!(pages, [vec![4, 3], vec![2, 1]]);

    let before_all = api
        .get(&format!(
            "/streams/order/{id}/events?direction=backwards&before-revision=1"
        ))
        .await;
    let empty = json!({"eventPage": {"events": [], "hasMore": false, "lastEvaluatedRevision": 1}});
    assert_eq!((before_all.status.as_u16(), before_all.json()), (200, empty));
    for position in ["", "&before-revision=1", "&before-revision=9"] {
        let absent = api
            .get(&format!(
                "/streams/order/{ABSENT}/events?direction=backwards{position}"
            ))
            .await;
        assert_eq!(absent.status, 404, "{position}");
    }
}

#[tokio::test]
async fn an_eventual_reading_shows_the_same_events_and_404_is_still_certain() {
    let api = Api::start().await;
    let id = api.order_with(3).await;
    for direction in ["forwards", "backwards"] {
        let query = format!("consistency=eventual&direction={direction}");
        let mut revisions = api
            .get(&format!("/streams/order/{id}/events?{query}"))
            .await
            .revisions();
        revisions.sort_unstable();
        assert_eq!(revisions, [1, 2, 3]);
        api.database.witness.take();
        let absent = api.get(&format!("/streams/order/{ABSENT}/events?{query}")).await;
        assert_eq!(absent.status, 404);
        assert_eq!(
            api.database.witness.take(),
            ["Query", "Query"],
            "the second one is strong"
        );
    }
}

#[tokio::test]
async fn a_position_of_the_other_direction_is_refused_with_the_right_one() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    for (query, field, message) in [
        (
            "before-revision=1",
            "before-revision",
            "goes with `direction=backwards`; forwards, it is `after-revision`",
        ),
        (
            "direction=backwards&after-revision=0",
            "after-revision",
            "goes with `direction=forwards`; backwards, it is `before-revision`",
        ),
        ("direction=up", "direction", "must be `forwards` or `backwards`"),
        (
            "consistency=weak",
            "consistency",
            "must be `strong` or `eventual`",
        ),
        (
            "direction=backwards&before-revision=0",
            "before-revision",
            "must be a whole number between 1 and 9007199254740991",
        ),
    ] {
        let answer = api.get(&format!("/streams/order/{id}/events?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["details"]["messages"]),
            (400, &json!({field: [message]}))
        );
    }
}

#[tokio::test]
async fn a_gap_is_a_failure_and_never_a_page() {
    let api = Api::start().await;
    let id = api.order_with(1).await;
    put_commit(&api, &id, 3, 3).await;
    let answer = api.get(&format!("/streams/order/{id}/events")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["type"].clone()),
        (500, json!("internal"))
    );
}

/// Writes a commit of several events, as a batch is stored.
async fn put_commit(api: &Api, id: &str, first: u64, last: u64) {
    let events = (first..=last).map(|revision| {
        AttributeValue::M(
            [
                (
                    "id".into(),
                    AttributeValue::S(format!("00000000-0000-7000-8000-{revision:012}")),
                ),
                ("type".into(), AttributeValue::S("changed".into())),
                ("payload".into(), AttributeValue::S(revision.to_string())),
            ]
            .into(),
        )
    });
    api.database
        .client
        .put_item()
        .table_name(EVENTS_TABLE)
        .item("pk", AttributeValue::S(format!("order/{id}")))
        .item("sk", AttributeValue::N(first.to_string()))
        .item("last", AttributeValue::N(last.to_string()))
        .item(
            "createdAt",
            AttributeValue::S("2025-01-25T10:11:12.000000Z".into()),
        )
        .item("events", AttributeValue::L(events.collect()))
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await
        .unwrap();
}
