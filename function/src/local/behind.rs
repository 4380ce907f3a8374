//! The channel from the log to the relay's code: the streams that still must be relayed.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::store::StreamKey;

/// The streams with commits that may not have been relayed yet, each at most once.
///
/// It contains streams instead of commits, because a commit can always be read again. So it holds no
/// payloads, and at most one entry per stream. Appends that outpace the relay share an entry. It is never
/// full, and no append waits for it.
#[derive(Debug, Default)]
pub(super) struct Behind {
    streams: Mutex<BTreeSet<StreamKey>>,
    woken: Notify,
}

impl Behind {
    /// Adds a stream with new commits.
    pub(super) fn add(&self, stream: StreamKey) {
        self.add_all([stream]);
    }

    /// Adds streams with new commits.
    pub(super) fn add_all(&self, streams: impl IntoIterator<Item = StreamKey>) {
        self.lock().extend(streams);
        self.woken.notify_one();
    }

    /// Takes all streams, waiting until there is one.
    pub(super) async fn next(&self) -> BTreeSet<StreamKey> {
        loop {
            let streams = self.take();
            if !streams.is_empty() {
                return streams;
            }
            // A stream added in between left a permit, so this returns at once.
            self.woken.notified().await;
        }
    }

    /// Takes the streams that are here now, if any.
    pub(super) fn take(&self) -> BTreeSet<StreamKey> {
        std::mem::take(&mut *self.lock())
    }

    /// Whether it contains a stream that sorts after this one.
    pub(super) fn reaches_beyond(&self, stream: &StreamKey) -> bool {
        self.lock().last().is_some_and(|last| last > stream)
    }

    /// How many streams there are.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<StreamKey>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn stream(name: &str) -> StreamKey {
        format!("{name}/2886e475-d5cc-40f7-aec5-401071388b3c")
            .parse()
            .unwrap()
    }

    #[tokio::test]
    async fn a_stream_with_much_news_is_handed_out_once() {
        let behind = Behind::default();
        behind.add_all(["b", "a", "b"].map(stream));
        behind.add(stream("a"));
        assert_eq!(behind.next().await, ["a", "b"].map(stream).into());
        assert_eq!(behind.len(), 0);
    }

    #[tokio::test]
    async fn a_stream_that_is_added_while_it_is_handed_out_is_handed_out_again() {
        let behind = Behind::default();
        behind.add(stream("a"));
        assert_eq!(behind.next().await, [stream("a")].into());
        behind.add(stream("a"));
        assert_eq!(behind.next().await, [stream("a")].into());
    }

    #[tokio::test]
    async fn news_wakes_whoever_waits() {
        let behind = Arc::new(Behind::default());
        let waiting = tokio::spawn({
            let behind = behind.clone();
            async move { behind.next().await }
        });
        tokio::task::yield_now().await;
        behind.add(stream("a"));
        assert_eq!(waiting.await.unwrap(), [stream("a")].into());
    }
}
