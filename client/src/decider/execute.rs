//! Executing a command: load, decide, append; and again when another writer was faster.

use std::borrow::Borrow;
use std::sync::Arc;

use event_store_types::{EventId, ExpectedRevision, Revision, StreamId};
use uuid::Uuid;

use super::deadline::Deadline;
use super::executor::Known;
use super::{Decider, ExecuteError, Executed, Executor};
use crate::http::{Batch, pauses_of_writers};
use crate::{Appended, Error, Folded};

/// On what condition a command is executed.
#[derive(Clone, Copy, Debug)]
enum Terms {
    /// On none.
    Always,
    /// Not again: the events get their ids from this one.
    Once(Uuid),
    /// Only while the stream is there.
    At(ExpectedRevision),
}

/// What came of a command on `D`.
type Outcome<D> =
    Result<Executed<<D as Decider>::State, <D as Decider>::Event>, ExecuteError<<D as Decider>::Error>>;

impl<D: Decider> Executor<D> {
    /// Executes `command` on a stream: decides on the stream's state, and appends what was decided at the revision of that state.
    ///
    /// When another writer was faster, the events that are missing are read, and it is decided again. An append whose outcome
    /// is not known is repeated in the same words and never decided on again, so that nothing happens twice.
    ///
    /// The command may be a reference. Of one that is given away, the future can be spawned: `tokio::spawn(executor.execute(id, command))`.
    ///
    /// # Errors
    /// [`ExecuteError::Rejected`] when the decider refuses the command, on a state that was current; [`ExecuteError::Overtaken`]
    /// when other writers were faster each time; [`ExecuteError::TimedOut`] when its time is over, before anything was appended;
    /// [`ExecuteError::Store`] for all else, such as an event that the application does not know, or an append of which nothing can be
    /// found out ([`Error::unsettled`]).
    pub fn execute<Command>(
        &self,
        stream_id: StreamId,
        command: Command,
    ) -> impl Future<Output = Outcome<D>> + Send + use<D, Command>
    where
        Command: Borrow<D::Command> + Send,
    {
        self.on_terms(stream_id, Terms::Always, command)
    }

    /// Executes `command` as [`Self::execute`] does, unless one with this id has appended to the stream: then nothing happens again, and
    /// what is answered is the state as it is, as [`Executed::replayed`](field@Executed::replayed) and without events.
    ///
    /// The events get ids that are derived of `command_id`, by which it is recognised however much later it comes again. For that, each such
    /// command reads the stream from its first event on, whether there is a snapshot or not; where states are [kept](Executor::cached), only the
    /// first of a stream that is kept does. A command that was refused, or changed nothing, has left no trace: it is decided on again.
    ///
    /// # Errors
    /// See [`Self::execute`].
    pub fn execute_once<Command>(
        &self,
        command_id: Uuid,
        stream_id: StreamId,
        command: Command,
    ) -> impl Future<Output = Outcome<D>> + Send + use<D, Command>
    where
        Command: Borrow<D::Command> + Send,
    {
        self.on_terms(stream_id, Terms::Once(command_id), command)
    }

    /// Executes `command` as [`Self::execute`] does, and only while the stream is at `expected`: for a command that was given in view of a
    /// state that the caller has seen. It is not decided on again.
    ///
    /// # Errors
    /// [`ExecuteError::Moved`] when the stream is elsewhere. Otherwise see [`Self::execute`].
    pub fn execute_at<Expected, Command>(
        &self,
        expected: Expected,
        stream_id: StreamId,
        command: Command,
    ) -> impl Future<Output = Outcome<D>> + Send + use<D, Expected, Command>
    where
        Expected: Into<ExpectedRevision>,
        Command: Borrow<D::Command> + Send,
    {
        self.on_terms(stream_id, Terms::At(expected.into()), command)
    }

    fn on_terms<Command>(
        &self,
        stream_id: StreamId,
        terms: Terms,
        command: Command,
    ) -> impl Future<Output = Outcome<D>> + Send + use<D, Command>
    where
        Command: Borrow<D::Command> + Send,
    {
        let executor = self.clone();
        async move {
            let deadline = Deadline::after(executor.time_limit);
            let _turn = deadline.hold(executor.turn(stream_id)).await?;
            let command: &D::Command = command.borrow();
            executor
                .decide_and_append(stream_id, terms, command, deadline)
                .await
        }
    }

    async fn decide_and_append(
        &self,
        stream_id: StreamId,
        terms: Terms,
        command: &D::Command,
        deadline: Deadline,
    ) -> Outcome<D> {
        let needs_ids = matches!(terms, Terms::Once(_));
        let kept = self.kept(stream_id);
        let mut basis = match kept.filter(|kept| kept.ids.is_some() || !needs_ids) {
            Some(kept) => Basis::perhaps_older(kept),
            None if needs_ids => Basis::current(deadline.hold(self.loaded_with_ids(stream_id)).await??),
            None => Basis::current(deadline.hold(self.loaded(stream_id)).await??),
        };
        let mut pauses = pauses_of_writers(self.attempts);
        let mut attempts = 0;
        loop {
            if terms.are_done(&basis.known) {
                return Ok(Executed::replayed(basis.known.folded));
            }
            if let Terms::At(expected) = terms
                && !is_at(basis.known.folded.revision, expected)
            {
                if basis.is_current {
                    return Err(ExecuteError::Moved {
                        expected,
                        current: basis.known.folded.revision,
                    });
                }
                basis = Basis::current(
                    deadline
                        .hold(self.brought_forward(stream_id, basis.known))
                        .await??,
                );
                continue;
            }
            let decision = self.decider.decide(&basis.known.folded.state, command);
            let events = match decision {
                Ok(events) if !events.is_empty() => events,
                // The store holds an append to the state that was decided on. Nothing holds anything else to it.
                _ if !basis.is_current => {
                    basis = Basis::current(
                        deadline
                            .hold(self.brought_forward(stream_id, basis.known))
                            .await??,
                    );
                    continue;
                }
                Ok(_) => return Ok(Executed::unchanged(basis.known.folded)),
                Err(refusal) => return Err(ExecuteError::Rejected(refusal)),
            };
            attempts += 1;
            let ids = terms.ids(events.len());
            let conflict = match self
                .append(stream_id, basis.known.folded.expected(), &events, &ids)
                .await
            {
                Ok(appended) => {
                    return Ok(self
                        .executed(stream_id, basis.known, events, &ids, appended, deadline)
                        .await);
                }
                Err(error) if error.is_conflict() || error.is_not_found() => error,
                // Another process has executed the same command meanwhile, and decided otherwise.
                Err(error) if error.is_event_id_reused() && matches!(terms, Terms::Once(_)) => error,
                Err(error) => return Err(error.into()),
            };
            let Some(pause) = pauses.next() else {
                return Err(ExecuteError::Overtaken {
                    attempts,
                    source: conflict,
                });
            };
            tracing::debug!(error = %conflict, attempts, "another writer was faster: deciding again");
            let again = async {
                tokio::time::sleep(pause).await;
                self.after_conflict(stream_id, basis.known, &conflict).await
            };
            basis = Basis::current(deadline.hold(again).await??);
        }
    }

    async fn append(
        &self,
        stream_id: StreamId,
        expected: ExpectedRevision,
        events: &[D::Event],
        ids: &[EventId],
    ) -> Result<Appended, Error> {
        let category = &self.category;
        let written = events
            .iter()
            .zip(ids)
            .map(|(event, id)| category.encode(event).map(|event| event.with_id(*id)));
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
        if end < known.folded.revision && !conflict.is_event_id_reused() {
            match known.ids {
                Some(_) => self.loaded_afresh_with_ids(stream_id).await,
                None => self.loaded_afresh(stream_id).await,
            }
        } else {
            self.brought_forward(stream_id, known).await
        }
    }

    async fn executed(
        &self,
        stream_id: StreamId,
        Known {
            folded,
            saved,
            ids: known_ids,
        }: Known<D::State>,
        events: Vec<D::Event>,
        ids: &[EventId],
        appended: Appended,
        deadline: Deadline,
    ) -> Executed<D::State, D::Event> {
        let evolve = |state, event| self.decider.evolve(state, event);
        let folded = Folded {
            state: events.iter().fold(folded.state, evolve),
            revision: Some(appended.stream.revision),
        };
        let known = Known {
            folded: folded.clone(),
            saved,
            ids: known_ids.map(|mut known_ids| {
                Arc::make_mut(&mut known_ids).extend(ids);
                known_ids
            }),
        };
        self.settle(stream_id, known, deadline).await;
        Executed {
            state: folded.state,
            revision: folded.revision,
            events,
            replayed: appended.replayed,
        }
    }
}

impl Terms {
    /// Whether the command was executed already.
    fn are_done<State>(self, known: &Known<State>) -> bool {
        let Self::Once(command_id) = self else {
            return false;
        };
        let first = id_of(command_id, 0);
        known.ids.as_ref().is_some_and(|ids| ids.contains(&first))
    }

    /// The ids of the events that are decided.
    fn ids(self, count: usize) -> Vec<EventId> {
        let id = |index| match self {
            Self::Once(command_id) => id_of(command_id, index),
            Self::Always | Self::At(_) => EventId::random(),
        };
        (0..count).map(id).collect()
    }
}

/// The id of the event number `index` of those that a command leads to.
fn id_of(command_id: Uuid, index: usize) -> EventId {
    Uuid::new_v5(&command_id, index.to_string().as_bytes()).into()
}

fn is_at(revision: Option<Revision>, expected: ExpectedRevision) -> bool {
    match expected {
        ExpectedRevision::NoStream => revision.is_none(),
        ExpectedRevision::Exact(exact) => revision == Some(exact),
        ExpectedRevision::StreamExists => revision.is_some(),
        ExpectedRevision::Any => true,
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
