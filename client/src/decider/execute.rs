//! Executing a command: load, decide, append; and again when another writer was faster.

use event_store_types::{ExpectedRevision, Revision, StreamId};

use super::executor::Known;
use super::{Decider, Executor};
use crate::http::{Batch, pauses_of_writers};
use crate::{Appended, Error, Folded};

impl<D: Decider> Executor<D> {
    /// Executes `command` on a stream: decides on the stream's state, and appends what was decided at the revision of that state.
    ///
    /// When another writer was faster, the events that are missing are read, and it is decided again. An append whose outcome
    /// is not known is repeated in the same words and never decided on again, so that nothing happens twice.
    ///
    /// # Errors
    /// [`ExecuteError::Rejected`] when the decider refuses the command, on a state that was current; [`ExecuteError::Overtaken`]
    /// when other writers were faster each time; [`ExecuteError::Store`] for all else, such as an event that the application
    /// does not know, or an append of which nothing can be found out ([`Error::unsettled`]).
    pub async fn execute(
        &self,
        stream_id: StreamId,
        command: &D::Command,
    ) -> Result<Executed<D::State, D::Event>, ExecuteError<D::Error>> {
        let mut basis = match self.kept(stream_id) {
            Some(kept) => Basis::perhaps_older(kept),
            None => Basis::current(self.loaded(stream_id).await?),
        };
        let mut pauses = pauses_of_writers(self.attempts);
        let mut attempts = 0;
        loop {
            let decision = self.decider.decide(&basis.known.folded.state, command);
            let events = match decision {
                Ok(events) if !events.is_empty() => events,
                // The store holds an append to the state that was decided on. Nothing holds anything else to it.
                _ if !basis.is_current => {
                    basis = Basis::current(self.brought_forward(stream_id, basis.known).await?);
                    continue;
                }
                Ok(_) => return Ok(Executed::unchanged(basis.known.folded)),
                Err(refusal) => return Err(ExecuteError::Rejected(refusal)),
            };
            attempts += 1;
            let conflict = match self
                .append(stream_id, basis.known.folded.expected(), &events)
                .await
            {
                Ok(appended) => return Ok(self.executed(stream_id, basis.known, events, appended).await),
                Err(error) if error.is_conflict() || error.is_not_found() => error,
                Err(error) => return Err(error.into()),
            };
            let Some(pause) = pauses.next() else {
                return Err(ExecuteError::Overtaken {
                    attempts,
                    source: conflict,
                });
            };
            tracing::debug!(error = %conflict, attempts, "another writer was faster: deciding again");
            tokio::time::sleep(pause).await;
            basis = Basis::current(self.after_conflict(stream_id, basis.known, &conflict).await?);
        }
    }

    async fn append(
        &self,
        stream_id: StreamId,
        expected: ExpectedRevision,
        events: &[D::Event],
    ) -> Result<Appended, Error> {
        let category = &self.category;
        let written = events.iter().map(|event| category.encode(event));
        let written = written.collect::<Result<Batch<_>, _>>();
        let (client, stream_type) = (category.client(), category.stream_type());
        let written = written.map_err(|source| client.unencodable(stream_type, stream_id, source))?;
        client.append(stream_type, stream_id, expected, written).await
    }

    /// The state to decide on again. One that is ahead of its stream is from another life of it: then nothing that is kept
    /// is of use.
    async fn after_conflict(
        &self,
        stream_id: StreamId,
        known: Known<D::State>,
        conflict: &Error,
    ) -> Result<Known<D::State>, Error> {
        let end = conflict.conflict().and_then(|conflict| conflict.current_revision);
        if end < known.folded.revision {
            self.loaded_afresh(stream_id).await
        } else {
            self.brought_forward(stream_id, known).await
        }
    }

    async fn executed(
        &self,
        stream_id: StreamId,
        Known { folded, saved }: Known<D::State>,
        events: Vec<D::Event>,
        appended: Appended,
    ) -> Executed<D::State, D::Event> {
        let evolve = |state, event| self.decider.evolve(state, event);
        let folded = Folded {
            state: events.iter().fold(folded.state, evolve),
            revision: Some(appended.stream.revision),
        };
        let known = Known {
            folded: folded.clone(),
            saved,
        };
        self.settle(stream_id, known).await;
        Executed {
            state: folded.state,
            revision: folded.revision,
            events,
            replayed: appended.replayed,
        }
    }
}

/// What is decided on.
struct Basis<State> {
    known: Known<State>,
    /// Whether it was read for this command. If not, there may be more in the stream by now.
    is_current: bool,
}

impl<State> Basis<State> {
    fn current(known: Known<State>) -> Self {
        Self {
            known,
            is_current: true,
        }
    }

    fn perhaps_older(known: Known<State>) -> Self {
        Self {
            known,
            is_current: false,
        }
    }
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Executed<State, E> {
    /// The state after it.
    pub state: State,
    /// The revision of that state; `None` when there is no stream, because nothing has happened yet.
    pub revision: Option<Revision>,
    /// What happened: none when the command changed nothing.
    pub events: Vec<E>,
    /// Whether the store had the events already: an earlier attempt was carried out, and its answer lost.
    pub replayed: bool,
}

impl<State, E> Executed<State, E> {
    fn unchanged(folded: Folded<State>) -> Self {
        Self {
            state: folded.state,
            revision: folded.revision,
            events: Vec::new(),
            replayed: false,
        }
    }
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<Refusal> {
    /// The decider refused it.
    #[error(transparent)]
    Rejected(Refusal),
    /// Other writers were faster each time.
    #[error("other writers were faster `{attempts}` times")]
    Overtaken {
        /// How often it was decided on.
        attempts: u32,
        /// The last conflict.
        source: Error,
    },
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] Error),
}
