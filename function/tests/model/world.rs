//! The state of everything: the database, the processes before it, the callers before those.

use std::cmp::Ordering;
use std::sync::Arc;

use event_store_function::store::commit::{Commit, Tail};

use crate::database::Database;
use crate::question::Question;
use crate::reply::Reply;

/// The state of everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) processes: Vec<Process>,
    pub(crate) callers: Vec<Caller>,
}

impl World {
    /// Nothing is written, nothing remembered, and none of `callers` has begun.
    pub(crate) fn new(processes: usize, callers: usize) -> Self {
        Self {
            database: Database::default(),
            processes: vec![Process::default(); processes],
            callers: vec![Caller::default(); callers],
        }
    }

    /// How many attempts and puts go on that nobody waits for.
    pub(crate) fn unattended(&self) -> usize {
        let callers = self.callers.iter();
        callers
            .map(|caller| usize::from(caller.abandoned.is_some()) + usize::from(caller.stray.is_some()))
            .sum()
    }

    /// The one of the states that differ from this only in which process has which place.
    pub(crate) fn representative(&self) -> Self {
        let mut world = self.clone();
        if self.processes_are_out_of_order() {
            let last = world.processes.len() - 1;
            world.processes.reverse();
            for attempt in world.callers.iter_mut().flat_map(Caller::attempts_mut) {
                attempt.process = last - attempt.process;
            }
        }
        world
    }

    /// Whether the first process is not the one that remembers less or, if they remember the same, serves first.
    fn processes_are_out_of_order(&self) -> bool {
        let [first, second] = self.processes[..] else {
            return false;
        };
        let mut serving = self.callers.iter().flat_map(Caller::attempts);
        let revision = |process: Process| process.end.map(|end| end.revision);
        match revision(first).cmp(&revision(second)) {
            Ordering::Less => false,
            Ordering::Equal => serving.next().is_some_and(|attempt| attempt.process > 0),
            Ordering::Greater => true,
        }
    }
}

/// What a process keeps between requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Process {
    /// Where it knows a commit to end.
    pub(crate) end: Option<Tail>,
}

impl Process {
    /// Remembers the newest end of which it was told, as [`Tails`](event_store_function::store::tails::Tails) does.
    pub(crate) fn learn(&mut self, learned: Option<Tail>) {
        if learned.is_some_and(|end| self.would_learn(end)) {
            self.end = learned;
        }
    }

    /// Whether `end` is news.
    pub(crate) fn would_learn(&self, end: Tail) -> bool {
        self.end.is_none_or(|known| known.revision < end.revision)
    }
}

/// A caller on its way through its requests, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Caller {
    /// What it was told of the requests that are behind it.
    pub(crate) replies: Vec<Reply>,
    /// How often it has sent the request at hand.
    pub(crate) sent: u8,
    /// The attempt that it waits for.
    pub(crate) attempt: Option<Attempt>,
    /// An attempt that goes on, although the caller waits for it no more.
    pub(crate) abandoned: Option<Attempt>,
    /// A put that is on its way still, although nobody waits for its answer.
    pub(crate) stray: Option<Arc<Commit>>,
}

impl Caller {
    /// Which of its requests is at hand.
    pub(crate) fn at_hand(&self) -> usize {
        self.replies.len()
    }

    /// Its attempts, whether it waits for them or not.
    fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.attempt.iter().chain(&self.abandoned)
    }

    fn attempts_mut(&mut self) -> impl Iterator<Item = &mut Attempt> {
        self.attempt.iter_mut().chain(&mut self.abandoned)
    }

    /// The commit that its attempt puts, if it is at that.
    pub(crate) fn put(&self) -> Option<&Commit> {
        self.attempt.as_ref()?.question.commit()
    }

    /// Goes on to the next request.
    pub(crate) fn hear(&mut self, reply: Reply) {
        self.replies.push(reply);
        self.sent = 0;
    }
}

/// An append in the course of a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attempt {
    pub(crate) process: usize,
    pub(crate) question: Arc<Question>,
}
