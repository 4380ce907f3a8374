//! DynamoDB, served by this process on loopback.

use std::net::SocketAddr;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use event_store_bench::StreamCalls;
use event_store_bench::call::{EVENT_TYPE, STREAM_TYPE};
use event_store_function::dynamo::{self, CatalogueTable, Client, FeedTable};
use event_store_function::feed::port::FeedWriter as _;
use event_store_function::feed::{Entry, Incarnation, Page, PageNumber, Writer};
use event_store_function::relay::catalogue::CatalogueWriter as _;
use event_store_function::store::{Consumed, Meter, StreamKey};
use event_store_types::{EventType, Stream, StreamType, Timestamp};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::Result;
use super::filled::Shape;

pub(crate) const EVENTS_TABLE: &str = "events";
pub(crate) const CATALOGUE_TABLE: &str = "catalogue";
pub(crate) const FEED_TABLE: &str = "feed";

/// The number of commits in a feed page from a busy relay.
const COMMITS_A_PAGE: usize = 100;

/// All tables, in memory.
pub(crate) struct Database {
    pub(crate) address: SocketAddr,
    tables: dynoxide::Database,
}

impl Database {
    /// Empty tables.
    pub(crate) async fn start() -> Result<Self> {
        let database = dynoxide::Database::memory()?;
        for table in tables()? {
            database.create_table(serde_json::from_value(table)?)?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        Ok(Self {
            address,
            tables: database,
        })
    }

    /// The item of every commit in the events table; the commits of a stream are consecutive.
    pub(crate) fn commits(&self) -> Result<Vec<Value>> {
        let mut commits = Vec::new();
        let mut next = Value::Null;
        loop {
            let request = json!({"TableName": EVENTS_TABLE, "ExclusiveStartKey": next});
            let mut answer = serde_json::to_value(self.tables.scan(serde_json::from_value(request)?)?)?;
            if let Value::Array(items) = answer["Items"].take() {
                commits.extend(items);
            }
            next = answer["LastEvaluatedKey"].take();
            if next.is_null() {
                return Ok(commits);
            }
        }
    }

    /// Brings a log of this shape into the feed, with a hundred commits to a page, like a busy relay.
    pub(crate) async fn feed_commits(&self, streams: &[StreamCalls], shape: Shape) -> Result<()> {
        let table = self.feed();
        let feed = Incarnation::from(Uuid::new_v4());
        table.begin(feed).await?;
        let stream_type: StreamType = STREAM_TYPE.parse()?;
        table.note_type(feed, &stream_type).await?;
        let types = vec![EVENT_TYPE.parse::<EventType>()?; shape.events];
        let mut entries = Vec::with_capacity(shape.all_commits());
        for stream in streams {
            for first in shape.firsts() {
                let stream = StreamKey {
                    stream_type: stream_type.clone(),
                    stream_id: stream.id().into(),
                };
                entries.extend(Entry::commit(stream, first.try_into()?, types.clone()));
            }
        }
        for (number, entries) in (1..).zip(entries.chunks(COMMITS_A_PAGE)) {
            let page = Page {
                writer: Writer::from(Uuid::new_v4()),
                entries: entries.to_vec(),
            };
            let number = PageNumber::new(number).ok_or("pages have numbers")?;
            table.put_page(feed, number, &page).await?;
        }
        Ok(())
    }

    pub(crate) fn catalogue(&self) -> CatalogueTable {
        CatalogueTable::new(self.client(), CATALOGUE_TABLE)
    }

    pub(crate) fn feed(&self) -> FeedTable {
        FeedTable::new(self.client(), FEED_TABLE)
    }

    /// Lists `count` streams in the catalogue, and returns the consumption of the last update.
    pub(crate) async fn list(&self, count: usize) -> Result<Consumed> {
        let catalogue = self.catalogue();
        let feed = Incarnation::from(Uuid::new_v4());
        let mut last = Consumed::default();
        for _ in 0..count {
            let meter = Meter::default();
            let mut stream = Stream::new(
                "order".parse()?,
                Uuid::new_v4().into(),
                1.try_into()?,
                Timestamp::now(),
            );
            catalogue.bring_forward(&stream, feed).await?;
            stream.revision = 2.try_into()?;
            stream.updated_at = Timestamp::now();
            catalogue
                .metered(meter.clone())
                .bring_forward(&stream, feed)
                .await?;
            last = meter.consumed();
        }
        Ok(last)
    }

    fn client(&self) -> Client {
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(format!("http://{}", self.address))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "bench",
            )))
            .build();
        Client::from_conf(dynamo::configuration(&shared).build())
    }
}

/// The template's tables, for `CreateTable`.
fn tables() -> Result<Vec<Value>> {
    let mut tables: Value = serde_json::from_str(include_str!("../../../function/src/dynamo/tables.json"))?;
    let named = [
        ("EventsTable", EVENTS_TABLE),
        ("CatalogueTable", CATALOGUE_TABLE),
        ("FeedTable", FEED_TABLE),
    ];
    let tables = named.map(|(logical_id, name)| {
        let mut table = tables[logical_id].take();
        table["TableName"] = name.into();
        table
    });
    Ok(tables.into())
}
