//! The feed protocol, explored: everything that relays, `reconcile`, the network and the database can do to the pages of one feed and
//! to the mark of one stream, within small bounds, on the very step machine that serves production.
//!
//! A [`World`](world::World) holds the feed's table, every mark that the catalogue ever had, and how far each relay is. The records of a
//! stream's commits come in any order, again and again; an answer is lost, late or stale; a relay dies or runs out of time anywhere.
//! `reconcile` is one more relay, whose records are ranges.
//!
//! - [`holds`]: the protocol has every property, and the bounds are wide enough to meet what they are to try.
//! - [`mistakes`]: with one rule of the protocol broken in the surroundings, the checker finds what comes of it.
//!
//! One stream is enough, since streams share nothing but the numbers of pages, for which relays race here as well.

mod bounds;
mod check;
mod holds;
mod mistake;
mod mistakes;
mod properties;
mod protocol;
mod story;
mod world;
