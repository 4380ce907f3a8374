//! Pages of the feed: whatever they end with, all is read once and in order.

use event_store_function::feed::port::FeedWriter as _;
use event_store_function::feed::{Page, PageNumber, Writer};
use serde_json::json;
use uuid::Uuid;

use super::*;

/// Reads from the beginning to the end, and holds each page to its limit.
async fn read_all(api: &Api, query: &str, limit: usize) -> Vec<(String, u64)> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let answer = api.get(&format!("/feed?limit={limit}{query}{after}")).await;
        let page = events(&answer);
        let is_whole = page.len() == limit || !has_more(&answer) || !query.is_empty();
        assert!(is_whole, "{} events of {limit}", page.len());
        all.extend(page);
        if !has_more(&answer) {
            return all;
        }
        after = format!("&after={}", next(&answer));
    }
}

#[tokio::test]
async fn whatever_the_limit_all_is_read_once_and_in_order() {
    let api = Api::start().await;
    let (order, orders) = stream(&api, "order", &[1, 3, 1, 2, 1]).await;
    let (_, invoices) = stream(&api, "invoice", &[2, 1]).await;
    // A page of commits, one that begins with a range over three of them, and one more.
    put(
        &api,
        [
            vec![orders[0].clone(), invoices[0].clone()],
            vec![range(&order, 2, 7), invoices[1].clone()],
            vec![orders[4].clone()],
        ],
    )
    .await;
    let all = [
        expected("order", 1..=1),
        expected("invoice", 1..=2),
        expected("order", 2..=7),
        expected("invoice", 3..=3),
        expected("order", 8..=8),
    ]
    .concat();
    for limit in 1..=12 {
        assert_eq!(read_all(&api, "", limit).await, all, "limit {limit}");
    }
}

#[tokio::test]
async fn who_follows_goes_on_where_they_were_and_gets_what_has_come() {
    let api = Api::start().await;
    let before = api.get("/feed").await;
    assert_eq!((events(&before), has_more(&before)), (vec![], false));
    let end = api.get("/feed?after=end").await;
    assert_eq!(
        next(&end),
        next(&before),
        "there is no feed yet, and one beginning"
    );

    let (_, entries) = stream(&api, "order", &[1, 1, 1]).await;
    put(&api, [vec![entries[0].clone()]]).await;
    let first = api.get(&format!("/feed?after={}", next(&before))).await;
    assert_eq!(events(&first), expected("order", 1..=1));
    let nothing = api.get(&format!("/feed?after={}", next(&first))).await;
    assert_eq!((events(&nothing), has_more(&nothing)), (vec![], false));
    assert_eq!(next(&nothing), next(&first));

    let now = api.get("/feed?after=end").await;
    put(&api, [vec![entries[1].clone()], vec![entries[2].clone()]]).await;
    for from in [next(&nothing), next(&now)] {
        let news = api.get(&format!("/feed?after={from}")).await;
        assert_eq!(
            (events(&news), has_more(&news)),
            (expected("order", 2..=3), false)
        );
    }
}

#[tokio::test]
async fn filters_take_what_they_name_and_a_type_that_does_not_exist_is_an_empty_page() {
    let api = Api::start().await;
    let (order, orders) = stream(&api, "order", &[1, 2, 3]).await;
    let (_, invoices) = stream(&api, "invoice", &[2]).await;
    put(
        &api,
        [
            vec![orders[0].clone(), invoices[0].clone()],
            vec![range(&order, 2, 6)],
        ],
    )
    .await;
    for (query, wanted) in [
        ("&stream-type=invoice", expected("invoice", 1..=2)),
        ("&stream-type=order", expected("order", 1..=6)),
        (
            "&event-type=b",
            [expected("invoice", 2..=2), expected("order", 2..=2)].concat(),
        ),
        (
            "&event-type=f&event-type=a&stream-type=order",
            expected("order", [1, 6]),
        ),
        ("&stream-type=nothing", vec![]),
        ("&event-type=nothing", vec![]),
    ] {
        for limit in [1, 2, 100] {
            assert_eq!(
                read_all(&api, query, limit).await,
                wanted,
                "{query}, limit {limit}"
            );
        }
    }
    let nothing = api.get("/feed?stream-type=nothing").await;
    let end = api.get("/feed?after=end").await;
    assert_eq!(
        next(&nothing),
        next(&end),
        "the cursor has moved past what is not wanted"
    );
}

#[tokio::test]
async fn what_came_into_the_feed_twice_is_read_twice_and_asked_for_once() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 2]).await;
    let again = vec![entries[1].clone(), entries[0].clone(), entries[1].clone()];
    put(&api, [entries.clone(), again]).await;
    let all = expected("order", [1, 2, 3, 2, 3, 1, 2, 3]);
    for limit in [1, 2, 3, 100] {
        assert_eq!(read_all(&api, "", limit).await, all, "limit {limit}");
    }
    api.database.witness.take();
    api.get("/feed").await;
    let sent = api.database.witness.take();
    assert_eq!(
        sent.iter().filter(|sent| *sent == "BatchGetItem").count(),
        1,
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_page_that_is_not_there_yet_ends_the_reading() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 1]).await;
    let feed = api.database.feed();
    put(&api, [vec![entries[0].clone()]]).await;
    // Page 3 is seen before page 2 is.
    let page = Page {
        writer: Writer::from(Uuid::new_v4()),
        entries: vec![entries[1].clone()],
    };
    feed.put_page(a_feed(), PageNumber::new(3).unwrap(), &page)
        .await
        .unwrap();
    let answer = api.get("/feed").await;
    assert_eq!(
        (events(&answer), has_more(&answer)),
        (expected("order", 1..=1), false)
    );
}

#[tokio::test]
async fn a_stream_of_many_commits_is_read_through_one_range() {
    let api = Api::start().await;
    let (order, _) = stream(&api, "order", &[100; 12]).await;
    put(&api, [vec![range(&order, 1, 1_200)]]).await;
    assert_eq!(read_all(&api, "", 1_000).await, expected("order", 1..=1_200));
    assert_eq!(read_all(&api, "", 77).await, expected("order", 1..=1_200));
}

#[tokio::test]
async fn the_types_of_streams_are_listed() {
    let api = Api::start().await;
    let types = async || api.get("/streams").await.json()["streamTypes"].take();
    assert_eq!(types().await, json!([]));
    let (_, orders) = stream(&api, "order", &[1]).await;
    let (_, invoices) = stream(&api, "invoice", &[1]).await;
    put(&api, [orders, invoices]).await;
    assert_eq!(types().await, json!(["invoice", "order"]));
}

#[tokio::test]
async fn a_reading_begins_at_least_so_many_events_before_the_end() {
    let api = Api::start().await;
    assert_eq!(events(&api.get("/feed?after=end-3").await), vec![]);
    let (_, entries) = stream(&api, "order", &[1, 2, 1, 1]).await;
    put(&api, entries.into_iter().map(|entry| vec![entry])).await;
    for (count, first) in [(1, 5), (2, 4), (3, 2), (4, 1), (5, 1), (1000, 1)] {
        let answer = api.get(&format!("/feed?after=end-{count}")).await;
        assert_eq!(events(&answer), expected("order", first..=5), "{count}");
        assert!(!has_more(&answer));
        assert_eq!(next(&answer), next(&api.get("/feed?after=end").await));
    }
    for count in ["0", "1001", "-1", "+1", "1.0", "", "99999999999999999999"] {
        let answer = api.get(&format!("/feed?after=end-{count}")).await;
        assert_eq!(answer.status, 400, "{count}");
    }
}
