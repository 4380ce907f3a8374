//! The resident memory of the API as a server outside Lambda.

use std::path::Path;
use std::time::Duration;

use event_store_bench::{StreamCalls, Table};

use super::Result;
use super::database::Database;
use super::load::Load;
use super::server::Server;

/// Measures one process, idle and after increasing work.
pub(crate) async fn measure(api: &Path) -> Result<Table> {
    let database = Database::start().await?;
    let (process, client) = Server::start(api, &database).await?.with_log_passed_over();
    let mut table = Table::new(
        "Resident memory outside Lambda, in MB",
        ["", "now", "most so far", "budget", "the Go system"],
    );
    let mut row = |what: &str, budget: &str, go: &str| -> Result<()> {
        table.row([
            what.to_owned(),
            format!("{:.1}", process.resident_now()?),
            format!("{:.1}", process.resident_peak()?),
            budget.to_owned(),
            go.to_owned(),
        ]);
        Ok(())
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    row("idle", "10", "12")?;
    // Each creates a stream, so that the cache of tails is full afterwards.
    Load::run(&client, 8, 10_000, |_, _| StreamCalls::of_new_stream().create()).await?;
    row("after 10,000 requests", "18", "22, most 29")?;
    Load::run(&client, 100, 5_000, StreamCalls::append).await?;
    row("after 5,000 more, 100 at once", "–", "–")?;
    Ok(table)
}
