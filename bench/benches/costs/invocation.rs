//! The API behind Lambda's runtime API: the time to its first poll for work, and the processor time of a call.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use event_store_bench::{Call, StreamCalls, Table};

use super::Result;
use super::database::Database;
use super::process::Process;
use super::runtime_api::RuntimeApi;

/// The number of starts, whose median is reported.
const STARTS: usize = 31;

/// The number of rounds, whose median is reported.
const ROUNDS: usize = 7;

/// Starts the API repeatedly, each time until it polls for work.
pub(crate) async fn of_starts(api: &Path) -> Result<Table> {
    let database = Database::start().await?;
    let (mut passed, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let mut runtime = RuntimeApi::start().await?;
        let began = Instant::now();
        let process = Process::on_lambda(api, &database, runtime.address, Stdio::null())?;
        passed.push(runtime.polled().await? - began);
        // It waits for work now; Linux reports all of its time only when it sleeps.
        tokio::time::sleep(Duration::from_millis(20)).await;
        processor.push(process.processor_time()?);
    }
    let mut table = Table::new(
        "From the start of the process to its first poll for work, warm-up on loopback included, in ms",
        ["", "median", "least", "the Go system"],
    );
    for (name, mut times, go) in [("time", passed, "12"), ("CPU", processor, "–")] {
        times.sort();
        table.row([
            name.to_owned(),
            milliseconds(times[STARTS / 2]),
            milliseconds(times[0]),
            go.to_owned(),
        ]);
    }
    Ok(table)
}

/// Lets the API handle calls, one at a time.
pub(crate) async fn of_calls(api: &Path) -> Result<Table> {
    let database = Database::start().await?;
    database.list(200).await?;
    let mut runtime = RuntimeApi::start().await?;
    let process = Process::on_lambda(api, &database, runtime.address, Stdio::null())?;
    runtime.polled().await?;
    let mut calls = Calls {
        process,
        runtime,
        table: Table::new(
            "CPU per call, whole process behind Lambda's runtime API, in ms",
            ["operation", "median", "least", "the Go system"],
        ),
    };

    let mut revisions = 1..;
    let mut firsts = (1..).step_by(10);
    let (single, batched) = (StreamCalls::of_new_stream(), StreamCalls::of_new_stream());
    calls.row("liveness", "0.7", 200, 500, Call::liveness).await?;
    calls
        .row("create", "–", 201, 500, || {
            StreamCalls::of_new_stream().create()
        })
        .await?;
    calls
        .row("append, warm", "2.5", 201, 500, || {
            single.append(revisions.next().unwrap_or(1))
        })
        .await?;
    calls
        .row("append of 10, warm", "–", 201, 200, || {
            batched.append_batch(firsts.next().unwrap_or(1), 10)
        })
        .await?;
    calls
        .row("read 10 events", "–", 200, 200, || single.read(10))
        .await?;
    calls
        .row("read 1,000 events", "–", 200, 20, || single.read(1_000))
        .await?;
    calls
        .row("list 100 streams", "–", 200, 50, || Call::list(100))
        .await?;
    Ok(calls.table)
}

struct Calls {
    // End the process before the runtime API that it polls.
    process: Process,
    runtime: RuntimeApi,
    table: Table,
}

impl Calls {
    /// Measures rounds of `times` calls that are answered with `status`.
    async fn row(
        &mut self,
        name: &str,
        go: &str,
        status: u16,
        times: u32,
        mut next: impl FnMut() -> Call,
    ) -> Result<()> {
        let mut rounds = Vec::new();
        for _ in 0..=ROUNDS {
            let before = self.process.processor_time()?;
            for _ in 0..times {
                self.runtime.invoke(&next(), status).await?;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            let used = self.process.processor_time()?.saturating_sub(before);
            rounds.push(used / times);
        }
        // The first round fills caches and buffers.
        rounds.remove(0);
        rounds.sort();
        self.table.row([
            name.to_owned(),
            milliseconds(rounds[ROUNDS / 2]),
            milliseconds(rounds[0]),
            go.to_owned(),
        ]);
        Ok(())
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}
