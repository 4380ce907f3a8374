//! PURE: the append protocol, as a step machine.
//!
//! A put at revision n is right when a commit ends at exactly n−1 and nothing starts at n. The first can never
//! become false in an append-only store, so any earlier proof of it will do; only the second must be atomic,
//! and it is a condition on the very item that is written. By induction the commits of a stream then partition
//! its revisions: a second commit inside another would need a proof that a commit ends inside it, and the only
//! commit there ends at its end. "Some revision at or after n−1 was seen" would be no such proof.
//!
//! Each request to the database is a type with the answers that it can have as methods, so that an answer to
//! another question cannot be given:
//!
//! ```text
//! Append::begin ─┬─ proof given, or none needed ──────────────► Step::Put
//!                └─ otherwise ► Step::Find ─┬─ ends at n−1 ───► Step::Put ─┬─ written ► Appended
//!                                           ├─ nothing ► NotFound          └─ refused ► settle
//!                                           ├─ ends before n−1 ► Conflict
//!                                           └─ covers n ► settle
//! settle ─┬─ ours ► Replayed
//!         ├─ holds an id of ours ► EventIdReused
//!         └─ neither ► Step::Tail ► Conflict
//! ```
//!
//! What may be remembered for later appends is part of the protocol too: each answer leads to a [`Next`], the
//! step after it and the end of a commit that it told of. Nothing but that may be handed to a later
//! [`Append::begin`] as a proof, for a commit that was merely sent may never have been written.

use event_store_types::{Event, EventId, Revision, Stream, Timestamp};

use super::StreamKey;
use super::commit::{BeyondLastRevision, Commit, CommitEvents, Tail};

/// An append: events that are to stand at a revision and after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Append {
    stream: StreamKey,
    commit: Commit,
}

impl Append {
    /// An append of `events` to `stream`, the first of them at revision `first`, at the time `now`.
    ///
    /// # Errors
    /// When the last of the events would have a revision beyond the largest.
    pub fn new(
        stream: StreamKey,
        first: Revision,
        events: CommitEvents,
        now: Timestamp,
    ) -> Result<Self, BeyondLastRevision> {
        Ok(Self {
            stream,
            commit: Commit::new(first, now, events)?,
        })
    }

    /// The stream that is appended to.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// The revision at which a commit must end, or `None` when the append is to begin the stream.
    pub fn expected(&self) -> Option<Revision> {
        self.commit.first().previous()
    }

    /// The first step. `proof` is where a commit of the stream is known to end, told by the database at any
    /// earlier time; one that does not end where it must is no proof, and is not used.
    pub fn begin(self, proof: Option<Tail>) -> Step {
        match (self.expected(), proof) {
            (None, _) => Step::Put(PutCommit { append: self }),
            (Some(expected), Some(proof)) if proof.revision == expected => self.after(proof),
            (Some(_), _) => Step::Find(FindCommit { append: self }),
        }
    }

    /// Puts the commit behind the one that `proof` names. Time never goes back within a stream.
    fn after(mut self, proof: Tail) -> Step {
        self.commit = self.commit.not_before(proof.created_at);
        Step::Put(PutCommit { append: self })
    }

    /// Decides what follows from `there`, a commit that already holds the revision.
    fn settle(self, there: Commit) -> Step {
        if there.first() == self.commit.first() && there.events() == self.commit.events() {
            // As of its own commit, never the current one: a late retry must not make a caller skip what it
            // has not seen.
            return Step::Done(Outcome::Replayed {
                stream: self.stream.at(there.last(), there.created_at()),
            });
        }
        let reused = self.commit.events().ids_shared_with(there.events());
        if reused.is_empty() {
            Step::Tail(FindTail { append: self, there })
        } else {
            Step::Done(Outcome::EventIdReused { ids: reused })
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Find the newest commit that starts at or before the revision.
    Find(FindCommit),
    /// Put the commit, unless one is there.
    Put(PutCommit),
    /// Find the end of the stream.
    Tail(FindTail),
    /// Nothing: this came of it.
    Done(Outcome),
}

/// What follows from an answer of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// What is to be done next.
    pub step: Step,
    /// Where a commit of the stream ends, if the answer said so. It stays true, and is a proof for later appends.
    pub learned: Option<Tail>,
}

/// The request for the newest commit that starts at or before the append's first revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCommit {
    append: Append,
}

impl FindCommit {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// The revision at or before which the commit starts.
    pub fn revision(&self) -> Revision {
        self.append.commit.first()
    }

    /// Goes on with the commit that was found.
    pub fn found(self, newest: Option<Commit>) -> Next {
        let learned = newest.as_ref().map(Commit::tail);
        let step = self.judge(newest);
        Next { step, learned }
    }

    fn judge(self, newest: Option<Commit>) -> Step {
        let Some(newest) = newest else {
            return Step::Done(Outcome::NotFound);
        };
        if newest.last() >= self.revision() {
            return self.append.settle(newest);
        }
        if Some(newest.last()) == self.append.expected() {
            return self.append.after(newest.tail());
        }
        // Nothing starts between its end and the revision, so it is the stream's last.
        Step::Done(Outcome::Conflict {
            expected: self.append.expected(),
            current: newest.last(),
            event: None,
        })
    }
}

/// The request to write the commit on the condition that none starts at its revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PutCommit {
    append: Append,
}

impl PutCommit {
    /// The stream to write to.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// The commit to write.
    pub fn commit(&self) -> &Commit {
        &self.append.commit
    }

    /// Goes on when the commit was written.
    pub fn written(self) -> Next {
        let Append { stream, commit } = self.append;
        let stream = stream.at(commit.last(), commit.created_at());
        Next {
            step: Step::Done(Outcome::Appended { stream }),
            learned: Some(commit.tail()),
        }
    }

    /// Goes on when the commit was refused because of `there`.
    pub fn refused(self, there: Commit) -> Next {
        let learned = Some(there.tail());
        let step = self.append.settle(there);
        Next { step, learned }
    }
}

/// The request for the end of the stream, to be told with a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindTail {
    append: Append,
    there: Commit,
}

impl FindTail {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// Goes on with the end that was found.
    pub fn found(self, tail: Option<Tail>) -> Next {
        let seen = self.there.last();
        let step = Step::Done(Outcome::Conflict {
            expected: self.append.expected(),
            current: tail.map_or(seen, |tail| tail.revision.max(seen)),
            event: self
                .there
                .event_at(&self.append.stream, self.append.commit.first()),
        });
        Next { step, learned: tail }
    }
}

/// What came of an append.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The events were written.
    Appended {
        /// The stream as the append left it.
        stream: Stream,
    },
    /// The events were there already, written by an earlier attempt at the same append.
    Replayed {
        /// The stream as that attempt left it.
        stream: Stream,
    },
    /// There is no such stream.
    NotFound,
    /// The revision is taken, or the stream does not reach it.
    Conflict {
        /// The revision that the caller took the stream to be at, or `None` for no stream.
        expected: Option<Revision>,
        /// The revision that the stream is at.
        current: Revision,
        /// The event that took the revision, if it is taken.
        event: Option<Event>,
    },
    /// Event ids of the append are in the stream, with other content or at another place.
    EventIdReused {
        /// Those ids.
        ids: Vec<EventId>,
    },
}

#[cfg(test)]
mod tests;
