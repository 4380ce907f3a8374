//! PURE: appending wherever a stream ends, as a step machine.
//!
//! `any` and `streamExists` mean that the caller does not choose the revision. This protocol chooses one, and the append at
//! that revision (`append.rs`) does the rest. To find the end it reads the stream's newest commits, and recognises a retry
//! among them. It does not recognise one further back: the same events would be appended again. A caller for whom that
//! matters finds the end itself and appends at that exact revision.
//!
//! ```text
//! AppendAtEnd::begin ─► Step::Recent ─┬─ our events are one of the commits ► Replayed
//!        ▲                            ├─ an id of ours is in one otherwise ► EventIdReused
//!        │                            ├─ nothing, and it must exist ► NotFound
//!        │                            └─ otherwise ► Step::Put ─┬─ written ► Appended
//!        │                                                      ├─ refused by ours ► Replayed
//!        │                                                      ├─ by one that holds an id of ours ► EventIdReused
//!        └── a bounded number of times ◄────────────────────────┴─ by another
//! ```

use event_store_types::{EventId, Revision, Stream, Timestamp};

use super::StreamKey;
use super::append::{self, Append};
use super::commit::{BeyondLastRevision, Commit, CommitEvents, Tail};
use super::limits;

/// An append of events to the end of a stream, wherever that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppendAtEnd {
    stream: StreamKey,
    events: CommitEvents,
    now: Timestamp,
    absent: Absent,
    attempt: u32,
}

/// What to do when there is no such stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// The events create it.
    Create,
    /// The events are refused.
    Refuse,
}

impl AppendAtEnd {
    /// An append of `events` to the end of `stream` at the time `now`.
    pub fn new(stream: StreamKey, events: CommitEvents, now: Timestamp, absent: Absent) -> Self {
        Self {
            stream,
            events,
            now,
            absent,
            attempt: 1,
        }
    }

    /// The stream that is appended to.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// The first step.
    pub fn begin(self) -> Step {
        Step::Recent(FindRecent { append: self })
    }

    /// Tries again from the start, after another writer took the revision that was chosen.
    fn again(mut self) -> Step {
        if self.attempt < limits::AT_END_ATTEMPTS {
            self.attempt += 1;
            self.begin()
        } else {
            Step::Done(Outcome::Outrun {
                attempts: self.attempt,
            })
        }
    }

    /// Looks for these events among `recent` commits.
    fn already_in(&self, recent: &[Commit]) -> Option<Outcome> {
        let same = recent.iter().find(|commit| *commit.events() == self.events);
        if let Some(commit) = same {
            return Some(Outcome::Replayed {
                stream: self.stream.at(commit.last(), commit.created_at()),
            });
        }
        let reused = recent
            .iter()
            .flat_map(|commit| self.events.ids_shared_with(commit.events()));
        let ids: Vec<EventId> = reused.collect();
        (!ids.is_empty()).then_some(Outcome::EventIdReused { ids })
    }

    /// Puts the events after the commit that ends the stream, or as its first.
    fn after(self, end: Option<Tail>) -> Step {
        let first = match end {
            None => Some(Revision::FIRST),
            Some(end) => end.revision.checked_add(1),
        };
        let append = first
            .ok_or(BeyondLastRevision)
            .and_then(|first| Append::new(self.stream.clone(), first, self.events.clone(), self.now));
        match append.map(|append| append.begin(end)) {
            Ok(append::Step::Put(put)) => Step::Put(PutAtEnd { append: self, put }),
            // The end that was just read is the proof that the put needs, so that no other step comes first.
            Ok(_) => self.again(),
            Err(BeyondLastRevision) => Step::Done(Outcome::Full),
        }
    }

    /// Takes over what came of the append at the chosen revision.
    fn follow(self, append::Next { step, learned }: append::Next) -> Next {
        let step = match step {
            append::Step::Done(append::Outcome::Appended { stream }) => {
                Step::Done(Outcome::Appended { stream })
            }
            append::Step::Done(append::Outcome::Replayed { stream }) => {
                Step::Done(Outcome::Replayed { stream })
            }
            append::Step::Done(append::Outcome::EventIdReused { ids }) => {
                Step::Done(Outcome::EventIdReused { ids })
            }
            // Another writer took the revision; which one does not matter here.
            _ => self.again(),
        };
        Next { step, learned }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Find the newest commits of the stream.
    Recent(FindRecent),
    /// Put the commit, unless one is there.
    Put(PutAtEnd),
    /// Nothing: this came of it.
    Done(Outcome),
}

/// What follows from an answer of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// What is to be done next.
    pub step: Step,
    /// Where a commit of the stream ends, if the answer said so: a proof for later appends.
    pub learned: Option<Tail>,
}

/// The request for the stream's newest commits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindRecent {
    append: AppendAtEnd,
}

impl FindRecent {
    /// The stream to look in.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// How many commits are of use.
    pub fn limit(&self) -> usize {
        limits::RECENT_COMMITS
    }

    /// Which attempt this begins, from 1. Before each but the first a random time must pass, so that writers that collided do
    /// not collide again.
    pub fn attempt(&self) -> u32 {
        self.append.attempt
    }

    /// Goes on with the commits that were found, newest first.
    pub fn found(self, recent: &[Commit]) -> Next {
        let end = recent.first().map(Commit::tail);
        let step = match (self.append.already_in(recent), end, self.append.absent) {
            (Some(outcome), _, _) => Step::Done(outcome),
            (None, None, Absent::Refuse) => Step::Done(Outcome::NotFound),
            (None, end, _) => self.append.after(end),
        };
        Next { step, learned: end }
    }
}

/// The request to write the commit on the condition that none starts at its revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PutAtEnd {
    append: AppendAtEnd,
    put: append::PutCommit,
}

impl PutAtEnd {
    /// The stream to write to.
    pub fn stream(&self) -> &StreamKey {
        self.put.stream()
    }

    /// The commit to write.
    pub fn commit(&self) -> &Commit {
        self.put.commit()
    }

    /// Goes on when the commit was written.
    pub fn written(self) -> Next {
        let next = self.put.written();
        self.append.follow(next)
    }

    /// Goes on when the commit was refused because of `there`.
    pub fn refused(self, there: Commit) -> Next {
        let next = self.put.refused(there);
        self.append.follow(next)
    }
}

/// What came of an append at the end.
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
    /// There is no such stream, and there had to be one.
    NotFound,
    /// Event ids of the append are in the stream, with other content or in other company.
    EventIdReused {
        /// Those ids.
        ids: Vec<EventId>,
    },
    /// Other writers took each revision that was tried. Nothing was written.
    Outrun {
        /// How many were tried.
        attempts: u32,
    },
    /// The stream has no revision left for the events.
    Full,
}

#[cfg(test)]
#[path = "append_at_end_tests.rs"]
mod tests;
