//! The port to where states are kept, so that a long stream need not be read from its beginning.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Mutex, PoisonError};

use event_store_types::{Revision, StreamId, StreamType};
use futures::future::BoxFuture;

/// Where states are kept.
///
/// A snapshot is a convenience: whatever goes wrong here is told to `tracing` as a warning, and the events are read instead.
pub trait Snapshots<State>: Send + Sync {
    /// The snapshot that was saved last under `key`, if there is one.
    fn load<'a>(
        &'a self,
        key: &'a SnapshotKey,
    ) -> BoxFuture<'a, Result<Option<Snapshot<State>>, SnapshotError>>;

    /// Keeps a snapshot in the place of an earlier one.
    fn save<'a>(
        &'a self,
        key: &'a SnapshotKey,
        snapshot: Snapshot<State>,
    ) -> BoxFuture<'a, Result<(), SnapshotError>>;
}

/// Why a snapshot could not be loaded or saved.
pub type SnapshotError = Box<dyn Error + Send + Sync>;

/// What a snapshot is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SnapshotKey {
    /// The name of the folding that led to the state.
    pub folding: String,
    /// The stream's type.
    pub stream_type: StreamType,
    /// The stream.
    pub stream_id: StreamId,
}

impl SnapshotKey {
    /// The key of the state of a stream by the folding `folding`.
    pub fn new(folding: impl Into<String>, stream_type: StreamType, stream_id: StreamId) -> Self {
        Self {
            folding: folding.into(),
            stream_type,
            stream_id,
        }
    }
}

/// A state, and how far into its stream it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot<State> {
    /// The state.
    pub state: State,
    /// The revision of the last event in it.
    pub revision: Revision,
}

impl<State> Snapshot<State> {
    /// The state of a stream at `revision`.
    pub fn new(state: State, revision: Revision) -> Self {
        Self { state, revision }
    }
}

/// Snapshots in this process, as many as there are streams: for tests, and as a model of what a store of snapshots does.
#[derive(Debug)]
pub struct InMemorySnapshots<State> {
    snapshots: Mutex<HashMap<SnapshotKey, Snapshot<State>>>,
}

impl<State> InMemorySnapshots<State> {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<State> Default for InMemorySnapshots<State> {
    fn default() -> Self {
        Self {
            snapshots: Mutex::default(),
        }
    }
}

impl<State: Clone + Send + Sync> Snapshots<State> for InMemorySnapshots<State> {
    fn load<'a>(
        &'a self,
        key: &'a SnapshotKey,
    ) -> BoxFuture<'a, Result<Option<Snapshot<State>>, SnapshotError>> {
        let snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        let found = snapshots.get(key).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn save<'a>(
        &'a self,
        key: &'a SnapshotKey,
        snapshot: Snapshot<State>,
    ) -> BoxFuture<'a, Result<(), SnapshotError>> {
        let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        snapshots.insert(key.clone(), snapshot);
        Box::pin(std::future::ready(Ok(())))
    }
}
