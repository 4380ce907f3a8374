//! For the tests of an application: a store in memory; faults on demand, of the store and of what a follower keeps; deciders and projections
//! asked without a store.

mod answer;
mod faults;
mod feed;
mod log;
mod page_key;
mod projected;
mod scenario;
mod state;
mod store;
mod unreliable;

pub use faults::{Fault, Faults, Operation};
pub use projected::{Projected, recorded};
pub use scenario::{Decision, Scenario};
pub use store::InMemoryStore;
pub use unreliable::{Lost, Unreliable};
