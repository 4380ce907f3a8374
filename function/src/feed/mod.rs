//! The feed: every commit of the store in one ordered, gap-free, replayable log.
//!
//! The log holds what happened to each stream; the feed says in which order all of it is read. It is made of [pages](page), which are
//! put one behind the other by the relay ([`feeding`]) and name the events without holding them; a [`reader`] fetches those from the log.

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
