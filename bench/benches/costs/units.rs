//! The DynamoDB units of each operation, from the API's own log.

use std::path::Path;

use event_store_bench::{StreamCalls, Table};
use event_store_function::store::Consumed;

use super::database::Database;
use super::server::Server;
use super::{Result, prices};
use event_store_bench::Call;

/// Executes each operation once; beside it are the Go system's figures, measured on 2026-11-22.
pub(crate) async fn measure(api: &Path) -> Result<Table> {
    let database = Database::start().await?;
    let mut here = Server::start(api, &database).await?;
    // `here` does not see appends through this server, so its knowledge of the streams is missing or outdated.
    let mut elsewhere = Server::start(api, &database).await?;
    let mut units = Units::new();

    let stream = StreamCalls::of_new_stream();
    units.row("create", here.taken_by(stream.create()).await?, "1; ~5");
    units.row("append, warm", here.taken_by(stream.append(2)).await?, "2; ~6");
    units.row(
        "append of 10, warm",
        here.taken_by(stream.append_batch(3, 10)).await?,
        "20; ~60",
    );
    units.row(
        "append of 100, warm",
        here.taken_by(stream.append_batch(13, 100)).await?,
        "200; ~600",
    );
    units.row(
        "append at the end (`any`)",
        here.taken_by(stream.append_at_end()).await?,
        "–",
    );

    let theirs = StreamCalls::of_new_stream();
    elsewhere.taken_by(theirs.create()).await?;
    units.row("append, cold", here.taken_by(theirs.append(2)).await?, "2; ~6");
    elsewhere.taken_by(theirs.append(3)).await?;
    units.row(
        "conflict, put refused",
        here.taken_by(theirs.append(3)).await?,
        "–",
    );
    units.row(
        "conflict, read before",
        here.taken_by(theirs.append(2)).await?,
        "–",
    );
    units.row(
        "conflict, beyond the end",
        here.taken_by(theirs.append(9)).await?,
        "–",
    );

    let long = StreamCalls::of_new_stream();
    here.taken_by(long.create()).await?;
    for revision in 2..=1_001 {
        here.taken_by(long.append(revision)).await?;
    }
    units.row(
        "read 10 events",
        here.taken_by(long.read(10)).await?,
        "2 requests",
    );
    units.row(
        "read 1,000 events",
        here.taken_by(long.read(1_000)).await?,
        "2 requests",
    );
    units.row(
        "read the last 10 events",
        here.taken_by(long.read_backwards(10)).await?,
        "–",
    );
    units.row("stream details", here.taken_by(long.details()).await?, "–");

    let catalogued = database.list(800).await?;
    units.row(
        "list 100 of 800 streams",
        here.taken_by(Call::list(100)).await?,
        "–",
    );
    units.row("catalogue update, by the relay", catalogued, "in the append");
    Ok(units.0)
}

struct Units(Table);

impl Units {
    fn new() -> Self {
        Self(Table::new(
            "DynamoDB per operation, events of 100 bytes; $ a million at list prices of us-east-1 (2026-11-22)",
            [
                "operation",
                "requests",
                "WRU",
                "RRU",
                "$",
                "the Go system: requests; WRU",
            ],
        ))
    }

    fn row(&mut self, operation: &str, consumed: Consumed, go: &str) {
        self.0.row([
            operation.to_owned(),
            consumed.requests.to_string(),
            consumed.wru.to_string(),
            consumed.rru.to_string(),
            format!("{:.3}", prices::of_a_million(consumed)),
            go.to_owned(),
        ]);
    }
}
