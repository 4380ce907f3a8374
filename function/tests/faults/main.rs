//! The API against a database that fails: the same router, store and SDK as in production, with faults between the SDK
//! and DynamoDB.
//!
//! Each run follows from a seed: what clients do, what goes wrong, and, on a clock that stands still while anything is at
//! work, when. A run that goes wrong says its seed; `FAULTS_SEED=7` runs that one alone and prints what happens in it,
//! `FAULTS_RUNS=100000` runs more than usual.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod client;
mod conduct;
mod defect;
mod fault;
mod feed;
mod history;
mod kill;
mod ledger;
mod linearizability;
mod log;
mod network;
mod oracle;
mod proposal;
mod readings;
mod reception;
mod replica;
mod request;
mod run;
mod runs;
mod seeds;
mod specification;
mod tally;
mod verdict;
mod weather;
mod workload;
mod world;

#[allow(
    dead_code,
    unused_imports,
    reason = "each program of tests uses its part of it"
)]
#[path = "../support/mod.rs"]
mod support;
