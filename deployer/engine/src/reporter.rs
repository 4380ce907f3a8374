//! How the engine talks with whoever started it.

use futures::future::LocalBoxFuture;
use jiff::Timestamp;

use crate::stack::ChangeSummary;
use crate::stack::garbage::Garbage;
use crate::stack::outline::Outline;
use crate::stack::widening::Widening;

use super::{DrillSource, Event, KeptTable, LostMessages};

/// Receives events and answers questions.
pub trait Reporter {
    /// Takes note of an event.
    fn tell(&mut self, event: Event);

    /// Asks a question. The default answer to every question is no.
    fn confirm<'a>(&'a mut self, question: Question<'a>) -> LocalBoxFuture<'a, Answer>;
}

/// What has to be approved.
#[derive(Clone, Copy, Debug)]
pub enum Question<'a> {
    /// Whether to do what a change set says.
    Deploy {
        stack: &'a str,
        /// Whether the stack is made.
        creates: bool,
        /// What is done to each resource.
        changes: &'a ChangeSummary,
        /// The same, told from its causes.
        outline: &'a Outline,
        /// What somebody could do that could not be done before; nothing is said of a stack that is made.
        widenings: &'a [Widening],
    },
    /// Whether permissions may widen in a protected environment.
    Widen {
        stack: &'a str,
        /// What somebody could do that could not be done before.
        widenings: &'a [Widening],
    },
    /// Whether to delete artifacts that nothing refers to.
    DeleteArtifacts {
        /// The artifact bucket.
        bucket: &'a str,
        /// What would be deleted, and what it was held against.
        garbage: &'a Garbage,
    },
    /// Whether to restore a log into a stack of its own, to verify it, and to remove all of that again.
    Drill {
        /// The log, and whose it is.
        source: &'a DrillSource,
        /// As of when; none is as late as it can be.
        at: Option<Timestamp>,
        /// The drill's stack.
        stack: &'a str,
        /// The table that the log is restored into.
        table: &'a str,
        /// What an earlier drill has left, which is removed first.
        left: &'a [String],
    },
    /// Whether to delete a stack, or what an earlier one left.
    Destroy(Deletion<'a>),
}

/// What a deletion takes with it, and what it leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deletion<'a> {
    pub stack: &'a str,
    /// The resources that go: their names in the template and their types; none when only tables are left.
    pub goes: &'a [(String, String)],
    /// The tables that outlive the stack.
    pub stays: &'a [KeptTable],
    /// The other resources that outlive the stack: names in the template and types.
    pub stays_too: &'a [(String, String)],
    /// The tables whose data goes too. When there are any, the answer wants more than a key.
    pub purges: &'a [KeptTable],
    /// The messages that go with the stack's queues.
    pub lost: &'a [LostMessages],
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Leave everything as it is.
    No,
    /// Leave everything as it is: a name had to be typed, and another was.
    Mismatch,
    /// There is nobody to ask, and the answer was not given beforehand.
    NobodyToAsk,
}
