//! A store without a feed gets one, goes back to the version without, and forward again; then `down` and `up`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use event_store_client::Client;
use event_store_client::types::{FeedEvent, StreamId, StreamType};
use event_store_e2e::{Deployment, Environment};
use tokio::task::JoinHandle;

use crate::{deployment, event, listed, revision};

/// The last revision of each stream.
type Streams = BTreeMap<StreamId, u64>;

#[tokio::test]
async fn a_store_gets_its_feed_by_up_without_a_pause_and_nothing_is_missing_after_a_way_back_either() {
    let deployment = deployment(Environment::staging_like("upgraded")).await;
    let elsewhere = deployment.environment().stack() + "-elsewhere";
    make_table(&deployment, &elsewhere).await;
    let before = deployment.template(without_feed);
    deployment.up(&["--template", &before]).await.succeeded();
    let client = deployment.client().await;
    let mut expected = append(&client, 3).await;
    relayed(&client, &expected).await;

    // From the previous version to this one, while events are appended.
    let writer = Writer::start(&client);
    let up = deployment.up(&[]).await.succeeded();
    println!("{up}");
    assert!(up.stderr.contains("the listing and the feed of"), "{up}");
    let written = writer.stop().await;
    assert!(written.values().sum::<u64>() > 10, "{written:?}");
    expected.extend(written);
    let feed = whole(&client, None, &expected).await;
    let cursor = feed.cursor;

    // Back: no event that is appended now enters the feed.
    let refused = deployment.run("rollback", &["--yes"]).await;
    let refused = refused.ended_with(4);
    for told in ["remove:FeedTable", "nobody can follow any more"] {
        assert!(refused.stderr.contains(told), "`{told}` is missing: {refused}");
    }
    let back = deployment
        .run("rollback", &["--yes", "--accept", "remove:FeedTable"])
        .await;
    println!("{}", back.succeeded());
    let meanwhile = append(&client, 3).await;
    relayed(&client, &meanwhile).await;

    // And forward again: followers continue at their cursors, and miss nothing.
    let up = deployment.up(&[]).await.succeeded();
    println!("{up}");
    let table = deployment.environment().stack() + "-feed";
    for told in ["importing table", &table, "the listing and the feed of"] {
        assert!(up.stderr.contains(told), "`{told}` is missing: {up}");
    }
    let since = whole(&client, Some(&cursor), &meanwhile).await;
    expected.extend(meanwhile);
    whole(&client, None, &expected).await;

    // The feed outlives the stack, like the events table.
    let down = deployment.down(&["--yes"]).await.succeeded();
    assert!(down.stderr.contains(&table), "{down}");
    let up = deployment.up(&[]).await.succeeded();
    assert!(up.stderr.contains(&table), "{up}");
    let client = deployment.client().await;
    let later = append(&client, 1).await;
    expected.extend(later);
    // The catalogue is a new table without marks: all events enter the feed again after the cursor, in order.
    whole(&client, Some(&since.cursor), &expected).await;
    whole(&client, None, &expected).await;

    deployment.purge().await.succeeded();
    let database = deployment.cloud().dynamodb();
    database
        .delete_table()
        .table_name(&elsewhere)
        .send()
        .await
        .unwrap();
}

/// The template of a store without a feed: its relay handles each record, but writes its feed to a table that is not part of the
/// stack.
fn without_feed(template: &str) -> String {
    let between = |text: &str, from: &str, to: &str| {
        let begin = text.find(from).unwrap_or_else(|| panic!("`{from}`"));
        let end = begin + text[begin..].find(to).unwrap_or_else(|| panic!("`{to}`"));
        format!("{}{}", &text[..begin], &text[end..])
    };
    let text = between(template, "  FeedTable:\n", "  # ----");
    let text = between(&text, "  EsFeedTable:\n", "  EsEventsStream:\n");
    text.replace("          FEED_STREAM_ARN: !GetAtt FeedTable.StreamArn\n", "")
        .replace("!Ref FeedTable", "!Sub '${AWS::StackName}-elsewhere'")
        .replace(
            "!GetAtt FeedTable.Arn",
            "!Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-elsewhere'",
        )
}

async fn make_table(deployment: &Deployment, name: &str) {
    let mut request = deployment
        .cloud()
        .dynamodb()
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for (attribute, attribute_type, key) in [
        ("pk", ScalarAttributeType::S, KeyType::Hash),
        ("sk", ScalarAttributeType::N, KeyType::Range),
    ] {
        let definition = AttributeDefinition::builder()
            .attribute_name(attribute)
            .attribute_type(attribute_type);
        let element = KeySchemaElement::builder()
            .attribute_name(attribute)
            .key_type(key);
        request = request
            .attribute_definitions(definition.build().unwrap())
            .key_schema(element.build().unwrap());
    }
    request.send().await.unwrap();
}

fn order() -> StreamType {
    "order".parse().unwrap()
}

/// Streams of one to three events.
async fn append(client: &Client, count: u64) -> Streams {
    let mut streams = Streams::new();
    for number in 0..count {
        let created = client
            .create_stream(&order(), event("placed", "{}"))
            .await
            .unwrap();
        let id = created.stream.stream_id;
        for last in 1..=number % 3 {
            client
                .append(&order(), id, revision(last), event("changed", "{}"))
                .await
                .unwrap();
        }
        streams.insert(id, number % 3 + 1);
    }
    streams
}

/// Waits until the relay has handled all events.
async fn relayed(client: &Client, streams: &Streams) {
    for (id, last) in streams {
        listed(client, &order(), *id, revision(*last)).await;
    }
}

/// A writer that appends without a pause.
struct Writer {
    is_over: Arc<AtomicBool>,
    task: JoinHandle<Streams>,
}

impl Writer {
    fn start(client: &Client) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let (client, over) = (client.clone(), is_over.clone());
        let task = tokio::spawn(async move {
            let mut streams = Streams::new();
            while !over.load(Ordering::Relaxed) {
                streams.extend(append(&client, 3).await);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            streams
        });
        Self { is_over, task }
    }

    async fn stop(self) -> Streams {
        self.is_over.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

/// The events that were read from the feed.
struct Read {
    streams: Streams,
    cursor: String,
}

/// Waits until the feed holds exactly these events after a cursor, with the first occurrences of each stream's events in order.
async fn whole(client: &Client, after: Option<&str>, expected: &Streams) -> Read {
    let began = Instant::now();
    loop {
        let read = read(client, after).await;
        if read.streams == *expected {
            return read;
        }
        let waited = began.elapsed();
        assert!(
            waited < Duration::from_mins(1),
            "after {waited:?} the feed holds {:?} and not {expected:?}",
            read.streams
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn read(client: &Client, after: Option<&str>) -> Read {
    let mut feed = client.feed();
    if let Some(after) = after {
        feed = feed.after(after);
    }
    let mut pages = feed.pages();
    let mut streams = Streams::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        for event in page.events {
            take(&mut streams, &event);
        }
    }
    Read {
        streams,
        cursor: pages.cursor().unwrap().to_owned(),
    }
}

fn take(streams: &mut Streams, event: &FeedEvent) {
    let end = streams.entry(event.stream_id).or_default();
    let number = event.revision.as_u64();
    assert!(
        number <= *end + 1,
        "revision {number} of {} after {end}",
        event.stream_id
    );
    *end = number.max(*end);
}
