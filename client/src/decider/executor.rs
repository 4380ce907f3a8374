//! A decider, and the streams that it decides on.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use event_store_types::{EventId, Provenance, Revision, StreamId};
use quick_cache::sync::Cache;
use tokio::sync::OwnedMutexGuard;

use super::deadline::Deadline;
use super::queues::Queues;
use super::{Decider, Snapshot, SnapshotKey, Snapshots};
use crate::chain::Chain;
use crate::schema::Recorded;
use crate::{Category, Error, Folded};

/// Executes commands on the streams of a category, as a [`Decider`] decides. Cheap to clone: clones share the cache, and the queues.
///
/// Commands on one stream are executed one after the other within a process, in the order in which they came, and each is given up when its
/// [time](Self::time_limit) is over; those of other processes are found out by the store.
pub struct Executor<D: Decider> {
    pub(super) category: Category<D::Event>,
    pub(super) decider: Arc<D>,
    pub(super) attempts: u32,
    pub(super) time_limit: Duration,
    queues: Arc<Queues>,
    cache: Option<Arc<Cache<StreamId, Known<D::State>>>>,
    snapshots: Option<Snapshotting<D::State>>,
}

/// What is known of a stream.
#[derive(Clone)]
pub(super) struct Known<State> {
    pub(super) folded: Folded<State>,
    /// The revision of the last snapshot that was found or saved.
    pub(super) saved: Option<Revision>,
    /// The ids of all events of the stream up to there, where somebody asked for them.
    pub(super) ids: Option<Arc<HashSet<EventId>>>,
}

/// Where snapshots are kept, and how often one is.
struct Snapshotting<State> {
    folding: Arc<str>,
    every: u64,
    place: Arc<dyn Snapshots<State>>,
}

impl<D: Decider> Executor<D> {
    const ATTEMPTS: u32 = 8;
    /// A reading and an append of a store that hangs, by a client whose times nobody has set.
    const TIME_LIMIT: Duration = Duration::from_mins(1);

    /// Executes commands on the streams of `category` as `decider` decides. Neither caches states nor keeps snapshots.
    pub fn new(category: Category<D::Event>, decider: D) -> Self {
        Self {
            category,
            decider: Arc::new(decider),
            attempts: Self::ATTEMPTS,
            time_limit: Self::TIME_LIMIT,
            queues: Arc::default(),
            cache: None,
            snapshots: None,
        }
    }

    /// Sets how often a command is decided on before giving up, when other writers are faster each time; 0 counts as 1. Eight
    /// times when not set.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets how long a command may take from when it is given, the commands before it on its stream included; a minute when not set. After
    /// that it is given up where nothing was appended, as [`ExecuteError::TimedOut`](super::ExecuteError::TimedOut). An append that was sent is waited
    /// for, as long as the client's [times](crate::ClientBuilder::operation_timeout) say.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Keeps the states of the `streams` streams that were used last in this process.
    ///
    /// A command on one of them is decided on at once and appended at the revision of that state, without reading; if another writer was
    /// faster, the store says so, and the missing events are read. A command that is refused, or changes nothing, is decided on
    /// again after reading, if anything has happened since.
    #[must_use]
    pub fn cached(mut self, streams: usize) -> Self {
        self.cache = Some(Arc::new(Cache::new(streams)));
        self
    }

    /// Keeps a snapshot of a stream's state in `place`, and reads only what came after it. One is saved after a command that
    /// appended, when at least `every` events have come since the last; 0 counts as 1.
    ///
    /// `folding` names the decider and the version of its state: give it another name whenever events come to mean
    /// something else to the state, and snapshots that are not worth anything any more are not found.
    #[must_use]
    pub fn snapshots(
        mut self,
        place: impl Snapshots<D::State> + 'static,
        folding: impl Into<String>,
        every: u64,
    ) -> Self {
        self.snapshots = Some(Snapshotting {
            folding: folding.into().into(),
            every: every.max(1),
            place: Arc::new(place),
        });
        self
    }

    /// The same, for commands that are led to by `provenance`: the events tell it in their metadata.
    #[must_use]
    pub fn with_provenance(&self, provenance: Provenance) -> Self {
        Self {
            category: self.category.with_provenance(provenance),
            ..self.clone()
        }
    }

    /// The streams.
    pub fn category(&self) -> &Category<D::Event> {
        &self.category
    }

    /// The state of a stream as it is now; the initial one when there is no such stream.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_unknown_event_type`] when there is an event that the application does not know.
    pub async fn state(&self, stream_id: StreamId) -> Result<Folded<D::State>, Error> {
        let known = match self.kept(stream_id) {
            Some(kept) => self.brought_forward(stream_id, kept).await?,
            None => self.loaded(stream_id).await?,
        };
        Ok(known.folded)
    }

    /// The state that is kept in this process, if it is.
    pub(super) fn kept(&self, stream_id: StreamId) -> Option<Known<D::State>> {
        self.cache.as_ref()?.get(&stream_id)
    }

    /// The state as it is now, from the last snapshot on if there is one.
    pub(super) async fn loaded(&self, stream_id: StreamId) -> Result<Known<D::State>, Error> {
        match self.snapshot(stream_id).await {
            Some(snapshot) => self.brought_forward(stream_id, snapshot).await,
            None => self.loaded_afresh(stream_id).await,
        }
    }

    /// The state as it is now, from the first event on.
    pub(super) async fn loaded_afresh(&self, stream_id: StreamId) -> Result<Known<D::State>, Error> {
        self.folded_on(stream_id, self.nothing(None)).await
    }

    /// The state as it is now, with the ids of all events: from what is kept, if that has them, or else from the first event on.
    pub(super) async fn loaded_with_ids(&self, stream_id: StreamId) -> Result<Known<D::State>, Error> {
        match self.kept(stream_id).filter(|kept| kept.ids.is_some()) {
            Some(kept) => self.brought_forward(stream_id, kept).await,
            None => self.loaded_afresh_with_ids(stream_id).await,
        }
    }

    pub(super) async fn loaded_afresh_with_ids(&self, stream_id: StreamId) -> Result<Known<D::State>, Error> {
        self.folded_on(stream_id, self.nothing(Some(Arc::default())))
            .await
    }

    fn nothing(&self, ids: Option<Arc<HashSet<EventId>>>) -> Known<D::State> {
        Known {
            folded: Folded::initial(self.decider.initial()),
            saved: None,
            ids,
        }
    }

    /// Waits until no other command of this process is executed on the stream.
    pub(super) async fn turn(&self, stream_id: StreamId) -> OwnedMutexGuard<()> {
        self.queues.of(stream_id).lock_owned().await
    }

    /// The state as it is now, from an earlier one on. If the stream is gone, that was from another life of it, such as before
    /// the log was restored.
    pub(super) async fn brought_forward(
        &self,
        stream_id: StreamId,
        earlier: Known<D::State>,
    ) -> Result<Known<D::State>, Error> {
        let ids = earlier.ids.as_ref().map(|_| Arc::default());
        match self.folded_on(stream_id, earlier).await {
            Err(error) if error.is_not_found() => self.folded_on(stream_id, self.nothing(ids)).await,
            known => known,
        }
    }

    async fn folded_on(
        &self,
        stream_id: StreamId,
        Known {
            folded,
            saved,
            mut ids,
        }: Known<D::State>,
    ) -> Result<Known<D::State>, Error> {
        let evolve = |state, recorded: Recorded<D::Event>| {
            if let Some(ids) = &mut ids {
                Arc::make_mut(ids).insert(recorded.event.event_id);
            }
            self.decider.evolve(state, &recorded.data)
        };
        let folded = self.category.fold_on(stream_id, folded, evolve).await?;
        let known = Known { folded, saved, ids };
        self.keep(stream_id, &known);
        Ok(known)
    }

    /// Keeps a state in this process, if states are kept. An older one that comes late is brought forward when it is used.
    fn keep(&self, stream_id: StreamId, known: &Known<D::State>) {
        if let Some(cache) = &self.cache {
            cache.insert(stream_id, known.clone());
        }
    }

    /// Takes over what a command has led to: keeps it, and saves a snapshot if it is time to.
    pub(super) async fn settle(&self, stream_id: StreamId, mut known: Known<D::State>, deadline: Deadline) {
        match deadline.hold(self.save_snapshot(stream_id, &known)).await {
            Ok(Some(saved)) => known.saved = Some(saved),
            Ok(None) => {}
            Err(_) => tracing::warn!(%stream_id, "a snapshot could not be saved in time"),
        }
        self.keep(stream_id, &known);
    }

    async fn snapshot(&self, stream_id: StreamId) -> Option<Known<D::State>> {
        let snapshots = self.snapshots.as_ref()?;
        let key = self.snapshot_key(snapshots, stream_id);
        match snapshots.place.load(&key).await {
            Ok(snapshot) => snapshot.map(|Snapshot { state, revision }| Known {
                folded: Folded {
                    state,
                    revision: Some(revision),
                },
                saved: Some(revision),
                ids: None,
            }),
            Err(error) => {
                tracing::warn!(error = %Chain(&*error), %stream_id, "a snapshot could not be loaded; the events are read from the first");
                None
            }
        }
    }

    async fn save_snapshot(&self, stream_id: StreamId, known: &Known<D::State>) -> Option<Revision> {
        let snapshots = self.snapshots.as_ref()?;
        let revision = known.folded.revision?;
        let since = revision
            .as_u64()
            .saturating_sub(known.saved.map_or(0, Revision::as_u64));
        if since < snapshots.every {
            return None;
        }
        let key = self.snapshot_key(snapshots, stream_id);
        let snapshot = Snapshot::new(known.folded.state.clone(), revision);
        match snapshots.place.save(&key, snapshot).await {
            Ok(()) => Some(revision),
            Err(error) => {
                tracing::warn!(error = %Chain(&*error), %stream_id, "a snapshot could not be saved");
                None
            }
        }
    }

    fn snapshot_key(&self, snapshots: &Snapshotting<D::State>, stream_id: StreamId) -> SnapshotKey {
        let stream_type = self.category.stream_type().clone();
        SnapshotKey::new(&*snapshots.folding, stream_type, stream_id)
    }
}

impl<D: Decider> Clone for Executor<D> {
    fn clone(&self) -> Self {
        Self {
            category: self.category.clone(),
            decider: self.decider.clone(),
            attempts: self.attempts,
            time_limit: self.time_limit,
            queues: Arc::clone(&self.queues),
            cache: self.cache.clone(),
            snapshots: self.snapshots.clone(),
        }
    }
}

impl<State> Clone for Snapshotting<State> {
    fn clone(&self) -> Self {
        Self {
            folding: self.folding.clone(),
            every: self.every,
            place: self.place.clone(),
        }
    }
}

impl<D: Decider> fmt::Debug for Executor<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Executor")
            .field("category", &self.category)
            .field("attempts", &self.attempts)
            .field("is_cached", &self.cache.is_some())
            .field("has_snapshots", &self.snapshots.is_some())
            .finish_non_exhaustive()
    }
}
