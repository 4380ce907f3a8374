//! The throughput and latency of appends in one process.

use std::path::Path;

use event_store_bench::{StreamCalls, Table};

use super::Result;
use super::database::Database;
use super::load::Load;
use super::server::Server;

/// The approximate number of appends for each number of clients.
const APPENDS: u32 = 5_000;

/// Appends through 1, 8 and 64 clients, each to its own stream.
///
/// The database is part of this process and shares the machine with the API, so the results depend on the machine.
pub(crate) async fn measure(api: &Path) -> Result<Table> {
    let mut table = Table::new(
        "Appends to a database on the same machine, one process outside Lambda",
        [
            "clients",
            "a second",
            "p50 ms",
            "p99 ms",
            "µs CPU of the API each",
        ],
    );
    for clients in [1, 8, 64] {
        let database = Database::start().await?;
        let (process, client) = Server::start(api, &database).await?.with_log_passed_over();
        Load::run(&client, clients, 500, StreamCalls::append).await?;
        let before = process.processor_time()?;
        let load = Load::run(&client, clients, APPENDS as usize, StreamCalls::append).await?;
        let processor = process.processor_time()?.saturating_sub(before);
        let milliseconds = |percent| format!("{:.2}", load.percentile(percent).as_secs_f64() * 1e3);
        table.row([
            clients.to_string(),
            format!("{:.0}", load.throughput()),
            milliseconds(50),
            milliseconds(99),
            format!("{}", (processor / APPENDS).as_micros()),
        ]);
    }
    Ok(table)
}
