//! PURE: the append protocol, as a step machine.
//!
//! A put at revision n is valid if a commit ends at exactly n−1 and no commit starts at n. In an append-only
//! store the first condition, once true, stays true, so any earlier proof of it is good. Only the second must
//! be checked atomically, and it is a condition on the very item that is written. By induction, the commits
//! of a stream partition its revisions: a second commit inside another would need a proof that a commit ends
//! inside it, and the only commit there ends at its end. "Some revision at or after n−1 was seen" would not
//! be such a proof.
//!
//! Each request to the database is a type whose methods are its possible answers, so that no answer can go to
//! the wrong request:
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
//! The protocol also decides what may be cached for later appends. Each answer yields a [`Next`]: the
//! following step, and the end of a commit if the answer revealed one. Only such an end may be passed to a
//! later [`Append::begin`] as a proof. A commit that was merely sent may never have been written.

use event_store_types::{Event, EventId, Revision, Stream, Timestamp};

use super::StreamKey;
use super::commit::{BeyondLastRevision, Commit, CommitEvents, Tail};

/// An append: events that start at a given revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Append {
    stream: StreamKey,
    commit: Commit,
}

impl Append {
    /// An append of `events` to `stream`, the first of them at revision `first`, at the time `now`.
    ///
    /// # Errors
    /// When the last event would be beyond the largest revision.
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

    /// The stream that receives the events.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// The revision at which a commit must end, or `None` if the append starts the stream.
    pub fn expected(&self) -> Option<Revision> {
        self.commit.first().previous()
    }

    /// The first step. `proof` is an end of a commit of the stream that the database reported at any earlier
    /// time. If it is not the required end, it proves nothing and is ignored.
    pub fn begin(self, proof: Option<Tail>) -> Step {
        match (self.expected(), proof) {
            (None, _) => Step::Put(PutCommit { append: self }),
            (Some(expected), Some(proof)) if proof.revision == expected => self.after(proof),
            (Some(_), _) => Step::Find(FindCommit { append: self }),
        }
    }

    /// Puts the commit after the one that `proof` names. Time never goes back within a stream.
    fn after(mut self, proof: Tail) -> Step {
        self.commit = self.commit.not_before(proof.created_at);
        Step::Put(PutCommit { append: self })
    }

    /// Decides what follows from `there`, a commit that already holds the revision.
    fn settle(self, there: Commit) -> Step {
        if there.first() == self.commit.first() && there.events() == self.commit.events() {
            // The stream as of its own commit, never as it is now: a late retry must not make a caller skip
            // events that it has not seen.
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

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Find the newest commit that starts at or before the revision.
    Find(FindCommit),
    /// Put the commit, unless one is there.
    Put(PutCommit),
    /// Find the end of the stream.
    Tail(FindTail),
    /// Done, with this outcome.
    Done(Outcome),
}

/// What follows from an answer of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// The next step.
    pub step: Step,
    /// The end of a commit of the stream, if the answer revealed one. It stays true, and serves as a proof
    /// for later appends.
    pub learned: Option<Tail>,
}

/// The request for the newest commit that starts at or before the append's first revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCommit {
    append: Append,
}

impl FindCommit {
    /// The stream to search.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// The revision at or before which the commit starts.
    pub fn revision(&self) -> Revision {
        self.append.commit.first()
    }

    /// Continues with the commit that was found.
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
        // No commit starts between its end and the revision, so it is the stream's last.
        Step::Done(Outcome::Conflict {
            expected: self.append.expected(),
            current: newest.last(),
            event: None,
        })
    }
}

/// The request to write the commit, on condition that no commit starts at its revision.
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

    /// Continues after the commit was written.
    pub fn written(self) -> Next {
        let Append { stream, commit } = self.append;
        let stream = stream.at(commit.last(), commit.created_at());
        Next {
            step: Step::Done(Outcome::Appended { stream }),
            learned: Some(commit.tail()),
        }
    }

    /// Continues after the commit was refused because of `there`.
    pub fn refused(self, there: Commit) -> Next {
        let learned = Some(there.tail());
        let step = self.append.settle(there);
        Next { step, learned }
    }
}

/// The request for the end of the stream, which a conflict reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindTail {
    append: Append,
    there: Commit,
}

impl FindTail {
    /// The stream to search.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// Continues with the end that was found.
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

/// The outcome of an append.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The events were written.
    Appended {
        /// The stream as the append left it.
        stream: Stream,
    },
    /// The stream already had the events: an earlier attempt at the same append wrote them.
    Replayed {
        /// The stream as that attempt left it.
        stream: Stream,
    },
    /// There is no such stream.
    NotFound,
    /// The revision is taken, or is beyond the end of the stream.
    Conflict {
        /// The revision that the caller expected, or `None` for no stream.
        expected: Option<Revision>,
        /// The current revision.
        current: Revision,
        /// The event that holds the revision, if it is taken.
        event: Option<Event>,
    },
    /// The stream already contains event ids of the append, with other content or at another place.
    EventIdReused {
        /// The ids.
        ids: Vec<EventId>,
    },
}

#[cfg(test)]
mod tests;
