//! The append protocol, explored: everything that callers, processes, the network and the database can do to one
//! stream, within small bounds, on the very step machines that serve production.
//!
//! A [`World`](world::World) holds the stream's commits, what each process remembers, and how far each caller is.
//! A caller's attempt is one of the store's own machines, waiting for an answer ([`Question`](question::Question));
//! an [`Action`](action::Action) hands it one, or loses, delays or repeats it. [`Surroundings`](surroundings::Surroundings)
//! are what production has around the machines: the conditional put, what is offered as a proof, what is remembered.
//! The checker visits every state within the [`bounds`] and looks at each of the [`properties`].
//!
//! - [`holds`]: the protocol has every property, and the bounds are wide enough to meet what they are to try.
//! - [`mistakes`]: with one rule of the protocol broken in the surroundings, the checker finds what comes of it.
//!
//! What a state does not tell apart: which process is which, and a put that can write no more from one that is gone.
//! An answer is heard when the database makes it. A slow one would add nothing: the next question of its attempt waits
//! as long as it likes, and a process that has not heard of a commit yet is one that has forgotten it, or read an older
//! end since. Streams share nothing, so that one is enough.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod action;
mod bounds;
mod check;
mod database;
mod feed;
mod holds;
mod mistakes;
mod outcome;
mod properties;
mod protocol;
mod question;
mod reading;
mod reply;
mod request;
mod story;
mod surroundings;
mod transition;
mod witnesses;
mod world;
