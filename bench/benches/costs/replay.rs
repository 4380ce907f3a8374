//! The time to read the whole feed, page by page.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use event_store_bench::{Call, Table};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Result;
use super::database::Database;
use super::filled::Shape;
use super::one_process::OneProcess;
use super::process::Process;
use super::runtime_api::RuntimeApi;
use super::server::Server;

/// The most events of a page, which is the API's own limit.
const LIMIT: usize = 1_000;

/// A million events, with ten to a commit.
const BATCHED: Shape = Shape {
    streams: 10_000,
    commits: 10,
    events: 10,
};

/// One event to a commit, where each event costs a key in a request for bodies.
const SINGLE: Shape = Shape {
    streams: 10_000,
    commits: 10,
    events: 1,
};

/// Reads feeds from their beginning to their end: through the API behind Lambda's runtime API, and from the store in one process.
///
/// Only the time between a call and its answer counts, not the parsing in this process. The API's database is part of this process, and all
/// share the machine.
pub(crate) async fn measure(api: &Path, store: &Path) -> Result<Table> {
    let mut table = Table::new(
        "The whole feed from its beginning, in pages of 1,000 events of 100 bytes",
        [
            "read from",
            "commits",
            "events",
            "answers",
            "events a second",
            "µs CPU each",
        ],
    );
    for shape in [BATCHED, SINGLE] {
        let database = Database::start().await?;
        let (_api, client) = Server::start(api, &database).await?.with_log_passed_over();
        let streams = shape.append(&client).await?;
        database.feed_commits(&streams, shape).await?;
        let mut runtime = RuntimeApi::start().await?;
        let process = Process::on_lambda(api, &database, runtime.address, Stdio::null())?;
        let replay = Replay::of(&process, shape, async |call| runtime.invoke(&call, 200).await).await?;
        table.row(replay.cells("the API behind Lambda's interface", shape));
    }
    for shape in [BATCHED, SINGLE] {
        let store = OneProcess::start(store).await?;
        shape.append(&store.client).await?;
        store.relayed_all().await?;
        let replay = Replay::of(&store.process, shape, async |call| {
            store.client.answer(&call).await
        })
        .await?;
        table.row(replay.cells("`event-store serve`, in memory", shape));
    }
    Ok(table)
}

/// The cost of reading a whole feed.
struct Replay {
    answers: usize,
    took: Duration,
    processor: Duration,
}

impl Replay {
    /// Reads the feed of a log of this shape; `answer` sends a call to `process`.
    async fn of(
        process: &Process,
        shape: Shape,
        mut answer: impl AsyncFnMut(Call) -> Result<String>,
    ) -> Result<Self> {
        let (mut answers, mut events, mut took) = (0, 0, Duration::ZERO);
        let mut after = None;
        let before = process.processor_time()?;
        loop {
            let call = Call::feed(LIMIT, after.as_deref());
            let began = Instant::now();
            let text = answer(call).await?;
            took += began.elapsed();
            let FeedPage {
                events: of_page,
                has_more,
                next,
            } = serde_json::from_str::<Body>(&text)?.feed_page;
            answers += 1;
            events += of_page.len();
            if !has_more {
                break;
            }
            after = Some(next);
        }
        if events != shape.all_events() {
            return Err(format!("the feed has {events} events, and not {}", shape.all_events()).into());
        }
        Ok(Self {
            answers,
            took,
            processor: process.processor_time()?.saturating_sub(before),
        })
    }

    fn cells(&self, from: &str, shape: Shape) -> [String; 6] {
        #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
        let events = shape.all_events() as f64;
        [
            from.to_owned(),
            shape.all_commits().to_string(),
            shape.all_events().to_string(),
            self.answers.to_string(),
            format!("{:.0}", events / self.took.as_secs_f64()),
            format!("{:.1}", self.processor.as_secs_f64() * 1e6 / events),
        ]
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    feed_page: FeedPage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeedPage {
    events: Vec<IgnoredAny>,
    has_more: bool,
    next: String,
}
