//! What a stream does when one thing happens after another: the contract, as a program.

use stateright::semantics::SequentialSpec;

use super::proposal::Place;

/// How many commits back an append to the end looks for its own events.
pub(crate) const RECENT_COMMITS: usize = 10;

/// A stream: its commits, each with its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Stream(Vec<Vec<Token>>);

/// An event: its id, and which event of the run it is. Only an event that reuses an id has two different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Token {
    pub(crate) id: u32,
    pub(crate) number: u32,
}

/// What is asked of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Append { place: Place, events: Vec<Token> },
    ReadAfter { revision: u64, limit: usize },
    ReadBefore { revision: Option<u64>, limit: usize },
    Details,
}

/// What a stream answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// The events are there, and the last of them has this revision.
    Acknowledged {
        revision: u64,
        is_replay: bool,
    },
    /// The stream is at another revision; if the one wanted is taken, by this event.
    Conflict {
        current: u64,
        taken_by: Option<u32>,
    },
    /// An id is in use.
    Reused,
    NotFound,
    /// The stream is at this revision, and does not reach the one after which it was to be read.
    NotReached {
        current: u64,
    },
    /// The numbers of the events, in the order asked for.
    Page {
        events: Vec<u32>,
        has_more: bool,
    },
    /// The revision at which the stream is.
    At(u64),
}

impl Operation {
    pub(crate) fn has_effect(&self) -> bool {
        matches!(self, Self::Append { .. })
    }
}

impl SequentialSpec for Stream {
    type Op = Operation;
    type Ret = Answer;

    fn invoke(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Append {
                place: Place::At(first),
                events,
            } => self.append(*first, events),
            Operation::Append { place, events } => self.append_at_end(*place, events),
            _ if self.0.is_empty() => Answer::NotFound,
            Operation::Details => Answer::At(self.tail()),
            Operation::ReadAfter { revision, .. } if *revision > self.tail() => {
                Answer::NotReached { current: self.tail() }
            }
            Operation::ReadAfter { limit, .. } | Operation::ReadBefore { limit, .. } => {
                let mut events = self.asked_for(operation);
                let has_more = events.len() > *limit;
                events.truncate(*limit);
                Answer::Page { events, has_more }
            }
        }
    }

    /// Besides what [`Self::invoke`] answers, one thing is right.
    fn is_valid_step(&mut self, operation: &Operation, told: &Answer) -> bool {
        match (self.invoke(operation), told) {
            // The answer to the SDK's first attempt may have been lost: the second then finds the events there.
            (
                Answer::Acknowledged {
                    revision,
                    is_replay: false,
                },
                Answer::Acknowledged {
                    revision: told,
                    is_replay: true,
                },
            ) => revision == *told,
            (answer, told) => answer == *told,
        }
    }
}

impl Stream {
    /// The revision of the last event, or 0.
    fn tail(&self) -> u64 {
        self.0.iter().map(|commit| commit.len() as u64).sum()
    }

    /// The commit that holds `revision`, and where it begins.
    fn covering(&self, revision: u64) -> Option<(u64, &Vec<Token>)> {
        let mut first = 1;
        for commit in &self.0 {
            let next = first + commit.len() as u64;
            if revision < next {
                return Some((first, commit));
            }
            first = next;
        }
        None
    }

    fn append(&mut self, first: u64, events: &[Token]) -> Answer {
        let tail = self.tail();
        match self.covering(first) {
            Some((start, commit)) if start == first && commit == events => Answer::Acknowledged {
                revision: first + commit.len() as u64 - 1,
                is_replay: true,
            },
            Some((_, commit)) if share_an_id(commit, events) => Answer::Reused,
            Some((start, commit)) => Answer::Conflict {
                current: tail,
                taken_by: usize::try_from(first - start)
                    .ok()
                    .map(|place| commit[place].number),
            },
            None if first == tail + 1 => self.push(events),
            None if tail == 0 => Answer::NotFound,
            None => Answer::Conflict {
                current: tail,
                taken_by: None,
            },
        }
    }

    fn append_at_end(&mut self, place: Place, events: &[Token]) -> Answer {
        let recent = self.0.iter().rev().take(RECENT_COMMITS);
        let mut end = self.tail();
        let mut is_reused = false;
        for commit in recent {
            if commit == events {
                return Answer::Acknowledged {
                    revision: end,
                    is_replay: true,
                };
            }
            is_reused |= share_an_id(commit, events);
            end -= commit.len() as u64;
        }
        if is_reused {
            Answer::Reused
        } else if place == Place::EndOfExisting && self.0.is_empty() {
            Answer::NotFound
        } else {
            self.push(events)
        }
    }

    fn push(&mut self, events: &[Token]) -> Answer {
        self.0.push(events.into());
        Answer::Acknowledged {
            revision: self.tail(),
            is_replay: false,
        }
    }

    /// The numbers of all events that a page could hold if it had no limit.
    fn asked_for(&self, operation: &Operation) -> Vec<u32> {
        let numbers = self.0.iter().flatten().map(|event| event.number);
        let numbers: Vec<u32> = numbers.collect();
        let place = |revision: u64| usize::try_from(revision).unwrap_or(usize::MAX).min(numbers.len());
        match operation {
            Operation::ReadAfter { revision, .. } => numbers[place(*revision)..].into(),
            Operation::ReadBefore { revision, .. } => {
                let end = revision.map_or(numbers.len(), |revision| place(revision - 1));
                numbers[..end].iter().rev().copied().collect()
            }
            Operation::Append { .. } | Operation::Details => Vec::new(),
        }
    }
}

fn share_an_id(one: &[Token], other: &[Token]) -> bool {
    one.iter().any(|event| other.iter().any(|its| its.id == event.id))
}
