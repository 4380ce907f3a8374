//! `event-store-handlers`: the processor time and the allocations of each operation, in this process.
//!
//! The router, the store and the SDK are those of the API; only DynamoDB is replaced, by immediate answers. The share of the
//! SDK (serialising, signing, parsing) is reported separately. stdout is the log that the operations write, as in
//! production; the table goes to stderr. With an argument, only the operations whose names begin with it are measured, for
//! use with a profiler.

mod dynamo;
mod operation;
mod sdk;
mod usage;

use event_store_bench::Table;
use event_store_function::config::LogLevel;
use event_store_function::telemetry;

use operation::{Operation, Taken};
use usage::Usage;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    telemetry::init(LogLevel::Info);
    let mut table = Table::new(
        "In process, DynamoDB answering at once; the budget of an append is 150 µs of ours",
        [
            "operation",
            "µs CPU",
            "the SDK's",
            "ours",
            "allocations",
            "the SDK's",
            "ours",
            "KB",
        ],
    );
    let beginning = std::env::args().nth(1).unwrap_or_default();
    for operation in Operation::all() {
        let name = operation.name;
        if !name.starts_with(&beginning) {
            continue;
        }
        table.row(cells(name, &operation.measure().await));
    }
    eprint!("{table}");
}

fn cells(name: &str, Taken { whole, sdk }: &Taken) -> [String; 8] {
    let micros = |usage: &Usage| usage.cpu.as_secs_f64() * 1e6;
    [
        name.to_owned(),
        format!("{:.0}", micros(whole)),
        format!("{:.0}", micros(sdk)),
        format!("{:.0}", micros(whole) - micros(sdk)),
        format!("{:.0}", whole.allocations),
        format!("{:.0}", sdk.allocations),
        format!("{:.0}", whole.allocations - sdk.allocations),
        format!("{:.1}", whole.bytes / 1024.0),
    ]
}
