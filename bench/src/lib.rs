//! What the measurements have in common: the calls that are made, and the tables that are printed.

pub mod call;
pub mod table;

pub use call::{Call, StreamCalls};
pub use table::Table;
