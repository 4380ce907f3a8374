//! A read model in this process.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use event_store_types::{Revision, StreamId, StreamType};

use super::{Advance, CheckpointKey, Committed, Loaded, ReadModel};

/// A read model that keeps one view of each stream in the memory of this process: for tests, and for caches that are
/// rebuilt at each start. Clones share what they keep.
///
/// A view is what the events of a stream are written into, and begins as its default.
#[derive(Clone, Debug)]
pub struct InMemory<View> {
    streams: Arc<Mutex<HashMap<String, (Revision, View)>>>,
}

impl<View> Default for InMemory<View> {
    fn default() -> Self {
        Self {
            streams: Arc::default(),
        }
    }
}

impl<View: Clone> InMemory<View> {
    /// The view of a stream in the projection called `projection`, and the revision of the last event in it.
    pub fn view(
        &self,
        projection: &str,
        stream_type: &StreamType,
        stream_id: StreamId,
    ) -> Option<(Revision, View)> {
        self.find(&CheckpointKey::new(projection, stream_type, stream_id))
    }

    fn find(&self, place: &CheckpointKey<'_>) -> Option<(Revision, View)> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(&place.to_string()).cloned()
    }
}

impl<View: Clone + Default + Send> ReadModel for InMemory<View> {
    type Changes = View;
    type Error = Infallible;

    async fn load(&self, place: &CheckpointKey<'_>) -> Result<Loaded<View>, Infallible> {
        Ok(match self.find(place) {
            Some((revision, view)) => Loaded {
                checkpoint: Some(revision),
                changes: view,
            },
            None => Loaded {
                checkpoint: None,
                changes: View::default(),
            },
        })
    }

    async fn commit(
        &self,
        place: &CheckpointKey<'_>,
        advance: Advance,
        view: View,
    ) -> Result<Committed, Infallible> {
        let place = place.to_string();
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if streams.get(&place).map(|(revision, _)| *revision) != advance.from {
            return Ok(Committed::Outrun);
        }
        streams.insert(place, (advance.to, view));
        Ok(Committed::Written)
    }
}
