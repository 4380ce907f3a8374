//! `just bench`: prints the costs of the event store as tables on stdout.
//!
//! It measures other processes: the release builds of the functions, of `event-store-handlers` and of `event-store`, built like the
//! deployer's artifacts, against a DynamoDB that this process serves on loopback. No time has a limit: only the reader of the tables
//! knows what else the machine did.

mod bill;
mod database;
mod filled;
mod handlers;
mod invocation;
mod load;
mod memory;
mod one_process;
mod prices;
mod process;
mod programs;
mod relay;
mod replay;
mod runtime_api;
mod server;
mod throughput;
mod topic;
mod units;

use std::error::Error;

use programs::Programs;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    println!("{}", machine()?);
    let programs = Programs::build().await?;
    println!("{}", units::measure(&programs.api).await?);
    let relayed = relay::units(&programs.api).await?;
    println!("{}", relayed.table);
    let bill = bill::measure(&programs.api, relayed.idle, relayed.busy).await?;
    println!("{}\n{}", bill.appends, bill.months);
    println!("{}", handlers::measure(&programs.handlers).await?);
    println!("{}", invocation::of_starts(&programs.api).await?);
    println!("{}", invocation::of_calls(&programs.api).await?);
    println!("{}", memory::measure(&programs.api).await?);
    println!("{}", throughput::measure(&programs.api).await?);
    println!("{}", relay::throughput(&programs.api, &programs.relay).await?);
    println!("{}", replay::measure(&programs.api, &programs.store).await?);
    Ok(())
}

/// The machine of the measurements, and its load.
fn machine() -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    let architecture = std::env::consts::ARCH;
    Ok(format!(
        "{architecture}, {processors} processors, load {load} to begin with"
    ))
}
