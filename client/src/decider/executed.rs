//! What came of a command.

use event_store_types::{ExpectedRevision, Revision};

use crate::Folded;

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Executed<State, E> {
    /// The state after it.
    pub state: State,
    /// The revision of that state; `None` when there is no stream, because nothing has happened yet.
    pub revision: Option<Revision>,
    /// What happened: none when the command changed nothing, or had been executed before.
    pub events: Vec<E>,
    /// Whether the store had the events already: an earlier attempt was carried out, and its answer lost.
    pub replayed: bool,
}

impl<State, E> Executed<State, E> {
    /// What an append must expect so that nothing has happened since.
    pub fn expected(&self) -> ExpectedRevision {
        self.revision.into()
    }

    pub(super) fn replayed(folded: Folded<State>) -> Self {
        Self {
            replayed: true,
            ..Self::unchanged(folded)
        }
    }

    pub(super) fn unchanged(folded: Folded<State>) -> Self {
        Self {
            state: folded.state,
            revision: folded.revision,
            events: Vec::new(),
            replayed: false,
        }
    }
}
