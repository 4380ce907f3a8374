//! The DynamoDB units of the relay per commit, by batch size.

use std::path::Path;
use std::time::{Duration, Instant};

use event_store_bench::Table;
use event_store_function::dynamo::{CatalogueTable, FeedTable};
use event_store_function::relay::Relay;
use event_store_function::relay::batch::Notice;
use event_store_function::relay::call::CallError;
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay::parking::{FailureQueue, ParkedRecord};
use event_store_function::relay::patience::Patience;
use event_store_function::relay::publisher::{NotTaken, Publisher};
use event_store_function::store::Meter;
use serde_json::value::RawValue;

use super::records;
use crate::Result;
use crate::database::Database;
use crate::filled::Shape;
use crate::prices::list;

/// The number of batches, whose mean is reported. One more comes first, which finds the feed and its end.
const BATCHES: usize = 20;

/// The most records of a batch, as in the template.
const LARGEST_BATCH: usize = 100;

/// The results.
pub(crate) struct Measured {
    pub(crate) table: Table,
    /// The cost of a commit that comes alone.
    pub(crate) idle: PerCommit,
    /// The cost of a commit in a full batch, with ten commits per stream.
    pub(crate) busy: PerCommit,
}

/// The relay's units for a commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerCommit {
    requests: f64,
    /// Write units for pages of the feed.
    pages: f64,
    /// Read units for looking up the marks of streams.
    marks: f64,
    /// Write units for the catalogue.
    catalogue: f64,
}

impl PerCommit {
    /// The cost of the feed for a million commits, in $.
    pub(crate) fn feed(self) -> f64 {
        self.pages * list::WRITE_UNIT + self.marks * list::READ_UNIT
    }

    /// The cost of the catalogue for a million commits, in $.
    pub(crate) fn catalogue(self) -> f64 {
        self.catalogue * list::WRITE_UNIT
    }
}

/// Relays batches of every size in this process, which consumes the same units as a deployed relay.
pub(crate) async fn measure(api: &Path) -> Result<Measured> {
    let mut table = Table::new(
        "DynamoDB for a commit of one event, by the relay; $ a million commits",
        [
            "commits together",
            "requests",
            "pages, WRU",
            "marks, RRU",
            "catalogue, WRU",
            "feed, $",
            "all, $",
        ],
    );
    let mut row = async |name: &str, commits, streams| -> Result<PerCommit> {
        let taken = of_batches(commits, streams, api).await?;
        table.row([
            name.to_owned(),
            format!("{:.2}", taken.requests),
            format!("{:.3}", taken.pages),
            format!("{:.3}", taken.marks),
            format!("{:.3}", taken.catalogue),
            format!("{:.3}", taken.feed()),
            format!("{:.3}", taken.feed() + taken.catalogue()),
        ]);
        Ok(taken)
    };
    let idle = row("1", 1, 1).await?;
    row("10, each of a stream of its own", 10, 10).await?;
    row("10, of one stream", 10, 1).await?;
    row("100, each of a stream of its own", 100, 100).await?;
    let busy = row("100, of ten streams", 100, 10).await?;
    Ok(Measured { table, idle, busy })
}

/// Relays batches of this many commits and streams, and returns the mean per commit. Another relay has listed the streams and brought them
/// into the feed, so this one must look up their marks.
async fn of_batches(commits: usize, streams: usize, api: &Path) -> Result<PerCommit> {
    let database = Database::start().await?;
    let shape = Shape {
        streams: streams * (BATCHES + 1),
        commits: 1 + commits / streams,
        events: 1,
    };
    let records = records::of_new_log(shape, api, &database).await?;
    let of_streams = records.chunks(shape.commits);
    let (earlier, records): (Vec<_>, Vec<_>) = of_streams.filter_map(<[_]>::split_first).unzip();
    let earlier: Vec<_> = earlier.into_iter().cloned().collect();
    let elsewhere = Relay {
        feeder: Feeder::new(database.feed()),
        catalogue: database.catalogue(),
        publisher: Anywhere,
        failure_queue: Anywhere,
    };
    for batch in earlier.chunks(LARGEST_BATCH) {
        relay_whole(&elsewhere, batch).await?;
    }
    let records = records.concat();
    let (feed, catalogue) = (Meter::default(), Meter::default());
    let relay = Relay {
        feeder: Feeder::new(database.feed().metered(feed.clone())),
        catalogue: database.catalogue().metered(catalogue.clone()),
        publisher: Anywhere,
        failure_queue: Anywhere,
    };
    let (first, others) = records.split_at(commits);
    relay_whole(&relay, first).await?;
    let before = (feed.consumed(), catalogue.consumed());
    for batch in others.chunks(commits) {
        relay_whole(&relay, batch).await?;
    }
    let (feed, catalogue) = (feed.consumed(), catalogue.consumed());
    #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
    let count = others.len() as f64;
    let requests = (feed.requests - before.0.requests) + (catalogue.requests - before.1.requests);
    Ok(PerCommit {
        requests: f64::from(requests) / count,
        pages: (feed.wru - before.0.wru) / count,
        marks: (catalogue.rru - before.1.rru) / count,
        catalogue: (catalogue.wru - before.1.wru) / count,
    })
}

async fn relay_whole(
    relay: &Relay<FeedTable, CatalogueTable, Anywhere, Anywhere>,
    batch: &[Box<RawValue>],
) -> Result<()> {
    let patience = Patience::until((Instant::now() + Duration::from_mins(1)).into());
    let relayed = relay.relay(batch, patience).await;
    match relayed.shortfalls.first() {
        None => Ok(()),
        Some(shortfall) => Err(format!("not relayed: {}", shortfall.cause).into()),
    }
}

/// A topic that accepts everything, and a failure queue that stays empty.
#[derive(Clone)]
struct Anywhere;

impl Publisher for Anywhere {
    async fn publish(&self, _: &[&Notice]) -> std::result::Result<Vec<NotTaken>, CallError> {
        Ok(Vec::new())
    }
}

impl FailureQueue for Anywhere {
    async fn park(&self, record: &ParkedRecord<'_>) -> std::result::Result<(), CallError> {
        Err(CallError::Permanent(format!("{record:?} is readable").into()))
    }
}
