//! Shared by the measurements: the calls, and the tables that are printed.

pub mod call;
pub mod table;

pub use call::{Call, StreamCalls};
pub use table::Table;
