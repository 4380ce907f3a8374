//! A read model in this process.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_store_types::{Revision, StreamId, StreamType};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{Advance, CheckpointKey, Checkpoints, Committed, Kept, Loaded, ReadModel};
use crate::BoxError;
use crate::notification::StreamName;

/// A read model that keeps one view of each stream in the memory of this process: for tests, and for caches that are
/// rebuilt at each start. Clones share what they keep.
///
/// A view is what the events of a stream are written into, and begins as its default.
#[derive(Clone, Debug)]
pub struct InMemory<View = ()> {
    kept: Arc<Mutex<Contents<View>>>,
}

#[derive(Debug)]
struct Contents<View> {
    /// By follower.
    views: HashMap<String, Views<View>>,
    checkpoints: HashMap<String, Kept>,
}

/// By stream.
type Views<View> = HashMap<StreamName, (Revision, View)>;

impl<View> Default for InMemory<View> {
    fn default() -> Self {
        let contents = Contents {
            views: HashMap::new(),
            checkpoints: HashMap::new(),
        };
        Self {
            kept: Arc::new(Mutex::new(contents)),
        }
    }
}

impl<View> InMemory<View> {
    fn lock(&self) -> MutexGuard<'_, Contents<View>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<View: Clone> InMemory<View> {
    /// The view of a stream that the follower called `follower` keeps, and the revision of the last event in it.
    pub fn view(
        &self,
        follower: &str,
        stream_type: &StreamType,
        stream_id: StreamId,
    ) -> Option<(Revision, View)> {
        let kept = self.lock();
        let views = kept.views.get(follower)?;
        views.get(&(stream_type.clone(), stream_id)).cloned()
    }

    /// All views that the follower called `follower` keeps, each with its stream, by the streams' types and ids.
    pub fn views(&self, follower: &str) -> Vec<(StreamId, View)> {
        let kept = self.lock();
        let views = kept.views.get(follower).into_iter().flatten();
        let mut views: Vec<_> = views.map(|(stream, (_, view))| (stream, view)).collect();
        views.sort_by_key(|(stream, _)| *stream);
        views
            .into_iter()
            .map(|(stream, view)| (stream.1, view.clone()))
            .collect()
    }
}

impl<View: Clone + Default + Send> ReadModel for InMemory<View> {
    type Changes = View;
    type Error = Infallible;

    async fn load(&self, key: &CheckpointKey<'_>) -> Result<Loaded<View>, Infallible> {
        let found = self.view(key.follower, key.stream_type, key.stream_id);
        let (checkpoint, changes) = found.unzip();
        Ok(Loaded {
            checkpoint,
            changes: changes.unwrap_or_default(),
        })
    }

    async fn commit(
        &self,
        key: &CheckpointKey<'_>,
        advance: Advance,
        view: View,
    ) -> Result<Committed, Infallible> {
        let mut kept = self.lock();
        let views = kept.views.entry(key.follower.to_owned()).or_default();
        let stream = (key.stream_type.clone(), key.stream_id);
        if views.get(&stream).map(|(revision, _)| *revision) != advance.from {
            return Ok(Committed::Outrun);
        }
        views.insert(stream, (advance.to, view));
        Ok(Committed::Written)
    }
}

impl<View: Send> Checkpoints for InMemory<View> {
    fn kept<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Kept>, BoxError>> {
        ready(Ok(self.lock().checkpoints.get(key).cloned())).boxed()
    }

    fn keep<'a>(&'a self, key: &'a str, kept: Kept) -> BoxFuture<'a, Result<Committed, BoxError>> {
        let mut contents = self.lock();
        let before = contents.checkpoints.get(key).map(|kept| kept.version);
        if !kept.follows(before) {
            return ready(Ok(Committed::Outrun)).boxed();
        }
        contents.checkpoints.insert(key.to_owned(), kept);
        ready(Ok(Committed::Written)).boxed()
    }
}
