//! For the tests of an application: a store in memory, faults on demand, and deciders asked without a store.

mod answer;
mod faults;
mod feed;
mod log;
mod scenario;
mod store;

pub use faults::{Fault, Faults};
pub use scenario::{Decision, Scenario};
pub use store::InMemoryStore;
