//! The relay: its DynamoDB units, and how many commits a second it relays.

mod records;
mod throughput;
mod units;

pub(crate) use throughput::measure as throughput;
pub(crate) use units::{PerCommit, measure as units};
