//! What the feed costs: requests as they are sent, units as `ConsumedCapacity` reports them.

use std::time::{Duration, Instant};

use event_store_function::dynamo::{CatalogueTable, FeedTable};
use event_store_function::feed::filter::Filter;
use event_store_function::feed::port::FeedWriter as _;
use event_store_function::feed::reader::{self, From, Outcome, ReadFeed, ReaderMemory};
use event_store_function::feed::{Entry, Page, PageNumber, Writer};
use event_store_function::relay::Relay;
use event_store_function::relay::batch::Notice;
use event_store_function::relay::call::CallError;
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay::parking::{FailureQueue, ParkedRecord};
use event_store_function::relay::patience::Patience;
use event_store_function::relay::publisher::{NotTaken, Publisher};
use event_store_function::store::tails::Tails;
use event_store_function::store::{Consumed, Meter, StreamKey};
use event_store_types::FeedPage;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::{events, next, put, stream};
use crate::support::{Api, Database, a_feed, get};

/// A topic that takes everything.
#[derive(Clone)]
struct Anywhere;

impl Publisher for Anywhere {
    async fn publish(&self, _: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        Ok(Vec::new())
    }
}

impl FailureQueue for Anywhere {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        panic!("{record:?} is readable")
    }
}

/// A relay, and what its feed and its look at the marks take.
struct Measured {
    relay: Relay<FeedTable, CatalogueTable, Anywhere, Anywhere>,
    feed: Meter,
    catalogue: Meter,
}

impl Measured {
    fn on(database: &Database) -> Self {
        let (feed, catalogue) = (Meter::default(), Meter::default());
        Self {
            relay: Relay {
                feeder: Feeder::new(database.feed().metered(feed.clone())),
                catalogue: database.catalogue().metered(catalogue.clone()),
                publisher: Anywhere,
                failure_queue: Anywhere,
            },
            feed,
            catalogue,
        }
    }

    /// Relays the first commits of so many new streams, and gives what the feed took, and what was read of the catalogue.
    async fn relay(&self, streams: usize) -> (Consumed, f64) {
        let records: Vec<_> = (0..streams).map(record).collect();
        let before = (self.feed.consumed(), self.catalogue.consumed());
        let patience = Patience::until((Instant::now() + Duration::from_mins(1)).into());
        let relayed = self.relay.relay(&records, patience).await;
        assert!(relayed.shortfalls.is_empty(), "{:?}", relayed.shortfalls);
        let after = self.feed.consumed();
        let feed = Consumed {
            requests: after.requests - before.0.requests,
            wru: after.wru - before.0.wru,
            rru: after.rru - before.0.rru,
        };
        (feed, self.catalogue.consumed().rru - before.1.rru)
    }
}

fn record(number: usize) -> Box<RawValue> {
    let stream = format!("order/{}", Uuid::new_v4());
    let record = json!({
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": (number + 1).to_string(),
            "NewImage": {
                "pk": {"S": stream},
                "sk": {"N": "1"},
                "last": {"N": "1"},
                "createdAt": {"S": "2025-01-25T10:11:12.000000Z"},
                "events": {"L": [{"M": {"type": {"S": "OrderPlaced"}}}]},
            },
        },
    });
    to_raw_value(&record).unwrap()
}

#[tokio::test]
async fn an_idle_commit_adds_one_write_unit_and_half_a_read_unit() {
    let database = Database::start().await;
    let measured = Measured::on(&database);
    let (cold, _) = measured.relay(1).await;
    let (feed, marks) = measured.relay(1).await;
    println!(
        "the feed of an idle commit: {feed:?}, marks {marks} RRU; in a process that remembers nothing {cold:?}"
    );
    assert_eq!((feed.requests, feed.wru <= 1.0), (1, true), "{feed:?}");
    assert!(feed.rru + marks <= 0.5, "{feed:?}, {marks}");
}

#[tokio::test]
async fn a_batch_of_a_hundred_small_commits_adds_at_most_ten_write_units() {
    let database = Database::start().await;
    let measured = Measured::on(&database);
    measured.relay(1).await;
    let (feed, marks) = measured.relay(100).await;
    println!("the feed of a batch of 100: {feed:?}, marks {marks} RRU");
    assert_eq!((feed.requests, feed.wru <= 10.0), (1, true), "{feed:?}");
    assert!(marks <= 50.0, "{marks}");
}

/// Puts so many pages of 100 commits of streams that nobody else looks at.
async fn fill(database: &Database, pages: u64) {
    let feed = database.feed();
    feed.begin(a_feed()).await.unwrap();
    for number in 1..=pages {
        let entries = (0..100).map(|_| {
            let stream = StreamKey {
                stream_type: "order".parse().unwrap(),
                stream_id: Uuid::new_v4().into(),
            };
            Entry::commit(
                stream,
                1.try_into().unwrap(),
                vec!["OrderPlaced".parse().unwrap()],
            )
            .unwrap()
        });
        let page = Page {
            writer: Writer::from(Uuid::new_v4()),
            entries: entries.collect(),
        };
        let number = PageNumber::new(number).unwrap();
        feed.put_page(a_feed(), number, &page).await.unwrap();
    }
}

async fn read(database: &Database, meter: &Meter, from: From, filter: &Filter) -> FeedPage {
    let (feed, events) = (
        database.feed().metered(meter.clone()),
        database.events().metered(meter.clone()),
    );
    let request = ReadFeed {
        from,
        limit: 100,
        filter: filter.clone(),
    };
    let (tails, memory) = (Tails::new(), ReaderMemory::default());
    match reader::read(&feed, &events, &tails, &memory, request)
        .await
        .unwrap()
    {
        Outcome::Page(page) => page,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn walking_entries_of_other_types_reads_no_body_and_two_units_a_hundred() {
    const PAGES: u64 = 1_000;
    /// Less than 1 MB of pages, and the 1 MB that the last Query gives at most; half a unit for each 4 KB.
    const UNITS_AN_ANSWER: f64 = 250.0;
    let database = Database::start().await;
    fill(&database, PAGES).await;
    let filter = Filter {
        stream_types: ["invoice".parse().unwrap()].into(),
        ..Filter::default()
    };
    let meter = Meter::default();
    let mut from = From::Beginning;
    let _ = database.witness.take();
    let mut answers = 0;
    loop {
        let before = meter.consumed().rru;
        let page = read(&database, &meter, from, &filter).await;
        let units = meter.consumed().rru - before;
        assert_eq!(page.events, []);
        assert!(
            units <= UNITS_AN_ANSWER,
            "what one answer holds is bounded: {units}"
        );
        answers += 1;
        if !page.has_more {
            break;
        }
        from = From::Cursor(event_store_function::feed::cursor::Cursor::decode(&page.next).unwrap());
    }
    let consumed = meter.consumed();
    println!(
        "{} entries of other types: {consumed:?} in {answers} answers",
        PAGES * 100
    );
    let entries = f64::from(u32::try_from(PAGES * 100).unwrap());
    assert!(consumed.rru <= entries / 50.0, "{consumed:?}");
    let sent = database.witness.take();
    assert!(sent.iter().all(|operation| operation == "Query"), "{sent:?}");
    assert!(
        answers > 1,
        "a drought ends after 1 MB of pages, and the cursor has moved"
    );
}

#[tokio::test]
async fn an_event_of_the_feed_costs_at_most_six_tenths_of_a_read_unit() {
    let api = Api::start().await;
    let mut entries = Vec::new();
    for _ in 0..300 {
        let body = json!({"initialEvent": {"eventType": "OrderPlaced", "payload": "x".repeat(200)}});
        let created = api.post("/streams/order", body).await;
        let id = created.json()["stream"]["streamId"].as_str().unwrap().to_owned();
        let stream = format!("order/{id}").parse().unwrap();
        entries.extend(Entry::commit(
            stream,
            1.try_into().unwrap(),
            vec!["OrderPlaced".parse().unwrap()],
        ));
    }
    let feed = api.database.feed();
    feed.begin(a_feed()).await.unwrap();
    for (number, entries) in (1..).zip(entries.chunks(100)) {
        let page = Page {
            writer: Writer::from(Uuid::new_v4()),
            entries: entries.to_vec(),
        };
        feed.put_page(a_feed(), PageNumber::new(number).unwrap(), &page)
            .await
            .unwrap();
    }
    let meter = Meter::default();
    let page = read(&api.database, &meter, From::Beginning, &Filter::default()).await;
    let consumed = meter.consumed();
    println!("a page of 100 events of the feed, from a process that remembers nothing: {consumed:?}");
    assert_eq!(page.events.len(), 100);
    assert!(consumed.rru <= 60.0, "{consumed:?}");
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
