//! One command at a time on each stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use event_store_types::StreamId;

/// A queue for each stream on which a command is executed.
#[derive(Debug, Default)]
pub(super) struct Queues {
    queues: Mutex<HashMap<StreamId, Weak<tokio::sync::Mutex<()>>>>,
}

impl Queues {
    /// From how many queues on those that nobody stands in are looked for and forgotten.
    const MANY: usize = 1_024;

    /// The queue of a stream. Whoever has locked it is served, the others stand in it in the order in which they came.
    pub(super) fn of(&self, stream_id: StreamId) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(&stream_id).and_then(Weak::upgrade) {
            return queue;
        }
        if queues.len() >= Self::MANY {
            queues.retain(|_, queue| queue.strong_count() > 0);
        }
        let queue = Arc::default();
        queues.insert(stream_id, Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_there_as_long_as_somebody_stands_in_it() {
        let queues = Queues::default();
        let id = |number: u128| StreamId::from(uuid::Uuid::from_u128(number));
        let first = queues.of(id(0));
        assert!(Arc::ptr_eq(&first, &queues.of(id(0))));
        for number in 1..5_000 {
            assert!(!Arc::ptr_eq(&first, &queues.of(id(number))));
        }
        assert!(Arc::ptr_eq(&first, &queues.of(id(0))), "it is not forgotten");
        let count = queues.queues.lock().unwrap().len();
        assert!(count <= Queues::MANY, "{count}");
    }
}
