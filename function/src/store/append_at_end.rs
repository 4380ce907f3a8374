//! PURE: appending wherever a stream ends, as a step machine.
//!
//! With `any` and `streamExists` the caller does not choose the revision. This protocol chooses one, and the
//! append at that revision (`append.rs`) does the rest. To find the end, it reads the stream's newest
//! commits, and it recognises a retry among them. It does not recognise an older one: the same events would
//! be appended again. A caller that cannot accept this finds the end itself and appends at that exact
//! revision.
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

/// What to do if the stream does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// Create it with the events.
    Create,
    /// Refuse the events.
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

    /// The stream that receives the events.
    pub fn stream(&self) -> &StreamKey {
        &self.stream
    }

    /// The first step.
    pub fn begin(self) -> Step {
        Step::Recent(FindRecent { append: self })
    }

    /// Starts again after another writer took the chosen revision.
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

    /// Puts the events after the stream's last commit, or as its first.
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
            // The end just read is the proof that the put needs, so no other step comes first.
            Ok(_) => self.again(),
            Err(BeyondLastRevision) => Step::Done(Outcome::Full),
        }
    }

    /// Translates the outcome of the append at the chosen revision.
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

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Find the newest commits of the stream.
    Recent(FindRecent),
    /// Put the commit, unless one is there.
    Put(PutAtEnd),
    /// Done, with this outcome.
    Done(Outcome),
}

/// What follows from an answer of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// The next step.
    pub step: Step,
    /// The end of a commit of the stream, if the answer revealed one: a proof for later appends.
    pub learned: Option<Tail>,
}

/// The request for the stream's newest commits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindRecent {
    append: AppendAtEnd,
}

impl FindRecent {
    /// The stream to search.
    pub fn stream(&self) -> &StreamKey {
        &self.append.stream
    }

    /// The maximum number of commits to read.
    pub fn limit(&self) -> usize {
        limits::RECENT_COMMITS
    }

    /// The number of the attempt that this begins, from 1. Wait a random time before each but the first, so
    /// that writers that collided do not collide again.
    pub fn attempt(&self) -> u32 {
        self.append.attempt
    }

    /// Continues with the commits that were found, newest first.
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

/// The request to write the commit, on condition that no commit starts at its revision.
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

    /// Continues after the commit was written.
    pub fn written(self) -> Next {
        let next = self.put.written();
        self.append.follow(next)
    }

    /// Continues after the commit was refused because of `there`.
    pub fn refused(self, there: Commit) -> Next {
        let next = self.put.refused(there);
        self.append.follow(next)
    }
}

/// The outcome of an append at the end.
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
    /// The stream does not exist, but had to.
    NotFound,
    /// The stream already contains event ids of the append, with other content or together with other events.
    EventIdReused {
        /// The ids.
        ids: Vec<EventId>,
    },
    /// Other writers took every revision that was tried. Nothing was written.
    Outrun {
        /// The number of attempts.
        attempts: u32,
    },
    /// The stream has no revisions left for the events.
    Full,
}

#[cfg(test)]
#[path = "append_at_end_tests.rs"]
mod tests;
