//! How many commits a second one relay brings into the feed, the catalogue and the topic.

use std::path::Path;
use std::time::{Duration, Instant};

use event_store_bench::Table;
use serde_json::json;
use serde_json::value::RawValue;

use super::records;
use crate::database::Database;
use crate::filled::Shape;
use crate::process::Process;
use crate::runtime_api::RuntimeApi;
use crate::{Result, topic};

/// The number of consecutive commits of a stream.
const COMMITS_A_STREAM: usize = 10;

/// The answer to a batch that was relayed completely.
const ALL_RELAYED: &str = r#"{"batchItemFailures":[]}"#;

/// Lets the relay handle batches of 1, 10 and 100 commits, one batch at a time, as Lambda does for a shard.
///
/// The database and the topic are part of this process and share the machine with the relay, so the results depend on the
/// machine.
pub(crate) async fn measure(api: &Path, relay: &Path) -> Result<Table> {
    let mut table = Table::new(
        "The relay, behind Lambda's runtime API: feed, catalogue and topic on the same machine",
        [
            "commits together",
            "commits",
            "commits a second",
            "ms a batch, p50",
            "µs CPU of the relay each",
        ],
    );
    for (together, commits) in [(1, 2_000), (10, 10_000), (100, 50_000)] {
        let database = Database::start().await?;
        let shape = Shape {
            streams: commits / COMMITS_A_STREAM,
            commits: COMMITS_A_STREAM,
            events: 1,
        };
        let records = records::of_new_log(shape, api, &database).await?;
        let mut runtime = RuntimeApi::start().await?;
        let process = Process::relay_on_lambda(relay, &database, runtime.address, topic::start().await?)?;
        let (mut took, mut latencies) = (Duration::ZERO, Vec::new());
        let before = process.processor_time()?;
        for batch in records.chunks(together) {
            let event = event(batch);
            let began = Instant::now();
            let answer = runtime.handle(event).await?;
            latencies.push(began.elapsed());
            took += began.elapsed();
            if answer != ALL_RELAYED {
                return Err(format!("not relayed: {answer}").into());
            }
        }
        let processor = process.processor_time()?.saturating_sub(before);
        latencies.sort();
        #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
        let count = records.len() as f64;
        table.row([
            together.to_string(),
            records.len().to_string(),
            format!("{:.0}", count / took.as_secs_f64()),
            format!("{:.1}", latencies[latencies.len() / 2].as_secs_f64() * 1e3),
            format!("{:.0}", processor.as_secs_f64() * 1e6 / count),
        ]);
    }
    Ok(table)
}

fn event(batch: &[Box<RawValue>]) -> String {
    json!({"Records": batch}).to_string()
}
