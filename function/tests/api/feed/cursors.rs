//! Cursors that lead nowhere.

use event_store_function::feed::port::FeedWriter as _;
use uuid::Uuid;

use super::*;
use crate::support::get;

#[tokio::test]
async fn cursors_that_lead_nowhere_are_told_apart() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 2]).await;
    put(&api, [entries]).await;
    let other = Incarnation::from(Uuid::from_u128(9));
    for (cursor, status, problem) in [
        ("nonsense".to_owned(), 400, "invalid-request"),
        (String::new(), 400, "invalid-request"),
        (at(other, 1, 0, None), 410, "feed-begun-anew"),
        (at(a_feed(), 3, 0, None), 409, "feed-not-reached"),
        (at(a_feed(), 2, 1, None), 409, "feed-not-reached"),
        (at(a_feed(), 1, 2, None), 400, "invalid-request"),
        (at(a_feed(), 1, 0, Some(1)), 400, "invalid-request"),
        (at(a_feed(), 1, 1, Some(3)), 400, "invalid-request"),
    ] {
        let answer = api.get(&format!("/feed?after={cursor}")).await;
        let found = (answer.status.as_u16(), answer.json()["type"].clone());
        assert_eq!(found, (status, problem.into()), "{cursor}: {}", answer.text);
    }
    for query in [
        "limit=0",
        "limit=1001",
        "stream-type=a%20b",
        "cursor=x",
        "after=end&after=end",
    ] {
        let answer = api.get(&format!("/feed?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
    assert_eq!(api.get("/streams?type=x").await.status, 400);
}

#[tokio::test]
async fn a_cursor_of_a_feed_that_is_no_more_is_gone_although_the_process_remembers_it() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1]).await;
    put(&api, [entries]).await;
    let old = next(&api.get("/feed").await);
    api.database.dynamodb.make_feed_anew();
    let fresh = api.restarted();
    assert_eq!(get(&fresh, &format!("/feed?after={old}")).await.status, 410);
    let anew = Incarnation::from(Uuid::from_u128(9));
    api.database.feed().begin(anew).await.unwrap();
    assert_eq!(get(&fresh, &format!("/feed?after={old}")).await.status, 410);
    // A process that remembers the old one is told of the new by a cursor that it does not know.
    let answer = api.get(&format!("/feed?after={}", at(anew, 1, 0, None))).await;
    assert_eq!(events(&answer), vec![]);
    assert_eq!(api.get(&format!("/feed?after={old}")).await.status, 410);
}
