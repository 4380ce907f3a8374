//! The feed: every commit of the store in one ordered, gap-free, replayable log.
//!
//! The log contains the history of each stream; the feed defines the order in which to read all of them. It
//! consists of [pages](page). The relay puts them one after the other ([`feeding`]). They name the events
//! without containing them, and a [`reader`] fetches those from the log.

pub mod cursor;
pub mod entry;
pub mod feeding;
pub mod filter;
pub mod incarnation;
pub mod mark;
pub mod memory;
pub mod page;
pub mod port;
pub mod reader;
#[cfg(test)]
pub(crate) mod testing;
pub mod walk;

pub use entry::Entry;
pub use incarnation::Incarnation;
pub use mark::Mark;
pub use page::{Page, PageNumber, Writer};
