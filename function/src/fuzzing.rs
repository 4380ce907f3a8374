//! A fuzzer's targets: what must hold for everything that comes from outside.
//!
//! Nothing panics, whatever comes. What is accepted survives being written and read again, and every reader of one
//! form reads the same out of it; what is refused is refused with a reason that names the place.
//!
//! `cargo test` mutates the seeds of `fuzz/corpus` with a generator that is seeded, too; `just fuzz TARGET` lets
//! libFuzzer search, guided by coverage. Nothing of this module is part of any program.

mod feed_cursor;
mod page_key;
#[cfg(test)]
mod tests;

pub use crate::dynamo::fuzzing::{catalogue_item, event_item};
pub use crate::http::fuzzing::{
    append_event, append_events, create_stream, function_url_event, list_streams, read_events, request,
};
pub use crate::relay::fuzzing::{invocation, record};
pub use feed_cursor::feed_cursor;
pub use page_key::page_key;

/// The outcome of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was understood.
    Accepted,
    /// It was not, and the refusal says why.
    Refused,
}

/// A target: takes an input, and panics when something does not hold.
pub type Target = fn(&[u8]) -> Verdict;

/// Every target, by its name.
pub const TARGETS: [(&str, Target); 13] = [
    ("append_event", append_event),
    ("append_events", append_events),
    ("catalogue_item", catalogue_item),
    ("create_stream", create_stream),
    ("event_item", event_item),
    ("feed_cursor", feed_cursor),
    ("function_url_event", function_url_event),
    ("invocation", invocation),
    ("list_streams", list_streams),
    ("page_key", page_key),
    ("read_events", read_events),
    ("record", record),
    ("request", request),
];
