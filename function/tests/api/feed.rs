//! The feed, read through the API.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use event_store_function::feed::cursor::{Cursor, Position};
use event_store_function::feed::port::{FeedReader as _, FeedWriter};
use event_store_function::feed::{Entry, Incarnation, Page, PageNumber, Writer};
use event_store_function::http::{Store, router};
use event_store_function::store::StreamKey;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::{Answer, Api, FEED_TABLE, a_feed, get};

/// A stream of a type with commits of so many events each, whose types are `a`, `b`, … by their revision.
async fn stream(api: &Api, stream_type: &str, commits: &[u64]) -> (StreamKey, Vec<Entry>) {
    let stream = StreamKey {
        stream_type: stream_type.parse().unwrap(),
        stream_id: Uuid::new_v4().into(),
    };
    let mut entries = Vec::new();
    let mut first = 1;
    for count in commits {
        let types: Vec<String> = (first..first + count).map(type_of).collect();
        let events: Vec<Value> = types
            .iter()
            .map(|name| json!({"eventType": name, "payload": name}))
            .collect();
        let body = json!({"expectedRevision": first - 1, "events": events});
        let path = format!("/streams/{stream_type}/{}/events", stream.stream_id);
        let appended = api.post(&path, body).await;
        assert_eq!(appended.status, 201, "{}", appended.text);
        let types = types.iter().map(|name| name.parse().unwrap()).collect();
        entries.extend(Entry::commit(stream.clone(), first.try_into().unwrap(), types));
        first += count;
    }
    (stream, entries)
}

fn type_of(revision: u64) -> String {
    let letter = u8::try_from((revision - 1) % 26).unwrap();
    char::from(b'a' + letter).to_string()
}

fn range(stream: &StreamKey, first: u64, last: u64) -> Entry {
    Entry::range(
        stream.clone(),
        first.try_into().unwrap(),
        last.try_into().unwrap(),
    )
    .unwrap()
}

/// Puts pages behind those that are there, as the relay does.
async fn put(api: &Api, pages: impl IntoIterator<Item = Vec<Entry>>) {
    let feed = api.database.feed();
    feed.begin(a_feed()).await.unwrap();
    for entries in pages {
        let number = PageNumber::after(feed.newest_page(a_feed()).await.unwrap());
        let writer = Writer::from(Uuid::new_v4());
        let page = Page { writer, entries };
        feed.put_page(a_feed(), number, &page).await.unwrap();
        for entry in &page.entries {
            feed.note_type(a_feed(), &entry.stream().stream_type)
                .await
                .unwrap();
        }
    }
}

fn events(answer: &Answer) -> Vec<(String, u64)> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = answer.json();
    let events = page["feedPage"]["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| {
            assert_eq!(event["payload"], event["eventType"]);
            let stream_type = event["streamType"].as_str().unwrap();
            (stream_type.to_owned(), event["revision"].as_u64().unwrap())
        })
        .collect()
}

fn next(answer: &Answer) -> String {
    answer.json()["feedPage"]["next"].as_str().unwrap().to_owned()
}

fn has_more(answer: &Answer) -> bool {
    answer.json()["feedPage"]["hasMore"].as_bool().unwrap()
}

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

fn expected(stream_type: &str, revisions: impl IntoIterator<Item = u64>) -> Vec<(String, u64)> {
    let revisions = revisions.into_iter();
    revisions
        .map(|revision| (stream_type.to_owned(), revision))
        .collect()
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

fn at(feed: Incarnation, page: u64, entry: usize, after: Option<u64>) -> String {
    let position = Position {
        page: PageNumber::new(page).unwrap(),
        entry,
        after: after.map(|after| after.try_into().unwrap()),
    };
    Cursor::At(feed, position).encode()
}

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

#[tokio::test]
async fn what_cannot_be_read_fails_and_nothing_is_passed_over() {
    let api = Api::start().await;
    let (order, entries) = stream(&api, "order", &[1, 1]).await;
    // The log has two events, and the feed says three.
    put(&api, [vec![entries[0].clone()], vec![range(&order, 2, 3)]]).await;
    let first = api.get("/feed?limit=2").await;
    assert_eq!(events(&first), expected("order", 1..=2));
    let after = next(&first);
    for _ in 0..2 {
        let failed = api.get(&format!("/feed?after={after}")).await;
        assert_eq!(
            (failed.status.as_u16(), failed.json()["type"].clone()),
            (500, "internal".into())
        );
    }
    // Neither is a page that is none.
    let lane = format!("{}/0", a_feed());
    let item = json!({"pk": {"S": lane}, "sk": {"N": "3"}, "writer": {"S": "?"}, "entries": {"S": "?"}});
    let request = json!({
        "TableName": FEED_TABLE,
        "Item": item,
        "ConditionExpression": "attribute_not_exists(pk)",
    });
    let answer = api
        .database
        .dynamodb
        .answer("PutItem", request.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let failed = api
        .get(&format!("/feed?after={}", at(a_feed(), 3, 0, None)))
        .await;
    assert_eq!(failed.status, 500);
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
async fn a_page_of_a_hundred_events_is_one_query_and_one_batch() {
    let api = Api::start().await;
    let mut entries = Vec::new();
    for _ in 0..3 {
        entries.extend(stream(&api, "order", &[1; 100]).await.1);
    }
    put(&api, entries.chunks(100).map(<[Entry]>::to_vec)).await;
    let answer = api.get("/feed?limit=1").await;
    let _ = api.database.witness.take();
    let answer = api.get(&format!("/feed?limit=100&after={}", next(&answer))).await;
    assert_eq!(events(&answer).len(), 100);
    assert_eq!(api.database.witness.take(), ["Query", "BatchGetItem"]);
    // A process that remembers nothing asks which feed it is, too.
    let fresh = api.restarted();
    assert_eq!(events(&get(&fresh, "/feed").await).len(), 100);
    assert_eq!(api.database.witness.take(), ["Query", "Query", "BatchGetItem"]);
    assert_eq!(
        answer.header("cache-control"),
        Some("private, max-age=86400, immutable")
    );
    let end = api.get("/feed?after=end").await;
    let _ = api.database.witness.take();
    let idle = api.get(&format!("/feed?after={}", next(&end))).await;
    assert_eq!(events(&idle), vec![]);
    assert_eq!(idle.header("cache-control"), Some("private, no-cache"));
    // What was seen before is not looked at again.
    let _ = api.database.witness.take();
    api.get(&format!("/feed?after={}", next(&end))).await;
    assert_eq!(api.database.witness.take(), ["Query"]);
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
async fn where_waiting_costs_nothing_the_feed_is_a_stream_of_messages() {
    let api = Api::start().await;
    let (_, entries) = stream(&api, "order", &[1, 2, 1]).await;
    put(&api, [entries[..2].to_vec()]).await;
    let database = &api.database;
    let store = Store::new(database.events(), database.catalogue(), database.feed());
    let streaming = router(store.streaming());
    let asked = |last: Option<&str>| {
        let request = Request::get("/feed?limit=2").header("accept", "text/event-stream");
        let request = last
            .into_iter()
            .fold(request, |request, id| request.header("last-event-id", id));
        request.body(Body::empty()).unwrap()
    };
    let mut body = streaming
        .clone()
        .oneshot(asked(None))
        .await
        .unwrap()
        .into_body()
        .into_data_stream();
    let mut text = String::new();
    while text.matches("data:").count() < 3 {
        text += std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap();
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
    let mut again = streaming
        .oneshot(asked(fields["id"].last().copied()))
        .await
        .unwrap()
        .into_body()
        .into_data_stream();
    for body in [&mut body, &mut again] {
        let news = body.next().await.unwrap().unwrap();
        assert!(std::str::from_utf8(&news).unwrap().contains(r#""revision":4"#));
    }
    // Elsewhere the header changes nothing.
    assert_eq!(events(&get(&api.router, "/feed?limit=2").await).len(), 2);
}
