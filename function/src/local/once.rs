//! Avoids sending accepted notifications again while their acceptance cannot be recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event_store_types::Revision;

use crate::relay::batch::Notice;
use crate::relay::call::CallError;
use crate::relay::publisher::{NotTaken, Publisher, Refusal};
use crate::store::StreamKey;

/// A publisher that remembers the accepted notifications until they are recorded elsewhere.
///
/// A relay is retried until all of it succeeds, including the listing and the mark, which a full disk may
/// refuse for hours. The topic's subscribers must not receive the same notification every second meanwhile. A
/// process that ends forgets this memory, and the next one announces again.
#[derive(Clone, Debug)]
pub(super) struct Once<P> {
    publisher: P,
    taken: Arc<Mutex<BTreeMap<StreamKey, BTreeSet<Revision>>>>,
}

impl<P> Once<P> {
    pub(super) fn by(publisher: P) -> Self {
        Self {
            publisher,
            taken: Arc::default(),
        }
    }

    /// Forgets the notifications of the stream up to `last`, which are now recorded elsewhere.
    pub(super) fn is_noted(&self, stream: &StreamKey, last: Revision) {
        let mut taken = self.lock();
        if let Some(revisions) = taken.get_mut(stream) {
            revisions.retain(|revision| *revision > last);
            if revisions.is_empty() {
                taken.remove(stream);
            }
        }
    }

    fn was_taken(&self, notice: &Notice) -> bool {
        let (stream, revision) = place(notice);
        self.lock()
            .get(&stream)
            .is_some_and(|revisions| revisions.contains(&revision))
    }

    fn take(&self, notice: &Notice) {
        let (stream, revision) = place(notice);
        self.lock().entry(stream).or_default().insert(revision);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<StreamKey, BTreeSet<Revision>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(notice: &Notice) -> (StreamKey, Revision) {
    let notification = &notice.notification;
    let stream = StreamKey {
        stream_type: notification.stream_type.clone(),
        stream_id: notification.stream_id,
    };
    (stream, notification.stream_revision)
}

impl<P: Publisher + Sync> Publisher for Once<P> {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        let (places, fresh): (Vec<usize>, Vec<&Notice>) = notices
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, notice)| !self.was_taken(notice))
            .unzip();
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let mut not_taken = self.publisher.publish(&fresh).await?;
        for (index, notice) in fresh.into_iter().enumerate() {
            // A notification that was refused for good is done, too.
            let comes_again = not_taken
                .iter()
                .any(|other| other.index == index && other.refusal == Refusal::Transient);
            if !comes_again {
                self.take(notice);
            }
        }
        not_taken.retain(|notice| notice.index < places.len());
        for notice in &mut not_taken {
            notice.index = places[notice.index];
        }
        Ok(not_taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::batch::Batch;
    use crate::relay::record::Appended;
    use crate::store::testing::{commit, revision, stream};

    /// A topic that takes all but the revisions it is told, and remembers what it was sent.
    #[derive(Default)]
    struct Topic {
        refused: Mutex<Vec<(u64, Refusal)>>,
        sent: Mutex<Vec<Vec<u64>>>,
    }

    impl Publisher for &Topic {
        async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
            let revisions = notices.iter().map(|notice| place(notice).1.as_u64());
            let revisions: Vec<u64> = revisions.collect();
            let refused = self.refused.lock().unwrap();
            let not_taken = refused.iter().filter_map(|(revision, refusal)| {
                Some(NotTaken {
                    index: revisions.iter().position(|sent| sent == revision)?,
                    refusal: *refusal,
                    reason: "no".to_owned(),
                })
            });
            let not_taken = not_taken.collect();
            drop(refused);
            self.sent.lock().unwrap().push(revisions);
            Ok(not_taken)
        }
    }

    /// Publishes the events at 1–4, and gives back which places were not taken.
    async fn published(once: &Once<&Topic>) -> Vec<usize> {
        let commit = commit(1, ["a", "b", "c", "d"]);
        let batch = Batch::of(vec![Appended::of(stream(), &commit)], |_| true);
        let notices: Vec<&Notice> = batch.notices.iter().collect();
        let not_taken = once.publish(&notices).await.unwrap();
        not_taken.iter().map(|notice| notice.index).collect()
    }

    #[tokio::test]
    async fn what_was_taken_is_not_sent_again_until_it_is_noted() {
        let topic = Topic::default();
        *topic.refused.lock().unwrap() = vec![(2, Refusal::Transient), (4, Refusal::Permanent)];
        let once = Once::by(&topic);
        assert_eq!(published(&once).await, [1, 3]);
        assert_eq!(published(&once).await, [1], "at its place among all");
        topic.refused.lock().unwrap().clear();
        assert_eq!(published(&once).await, [0; 0]);
        assert_eq!(published(&once).await, [0; 0]);
        once.is_noted(&stream(), revision(3));
        assert_eq!(published(&once).await, [0; 0]);
        let sent = topic.sent.lock().unwrap().clone();
        assert_eq!(sent, [vec![1, 2, 3, 4], vec![2], vec![2], vec![1, 2, 3]]);
        once.is_noted(&stream(), revision(4));
        assert!(once.lock().is_empty(), "nothing is remembered for ever");
    }
}
