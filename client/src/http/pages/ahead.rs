//! A page that is read ahead.

use std::future::Future;

use tokio::task::JoinSet;

/// The page that is being read while the one before it is given out. Dropped, it is given up.
#[derive(Debug)]
pub(super) struct Ahead<T>(JoinSet<T>);

impl<T> Default for Ahead<T> {
    fn default() -> Self {
        Self(JoinSet::new())
    }
}

impl<T: Send + 'static> Ahead<T> {
    pub(super) fn begin(&mut self, reading: impl Future<Output = T> + Send + 'static) {
        self.0.spawn(reading);
    }

    /// What was begun, when something was; nothing of it when the runtime gave it up.
    pub(super) async fn finish(&mut self) -> Option<Option<T>> {
        match self.0.join_next().await? {
            Ok(read) => Some(Some(read)),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Some(None),
        }
    }
}
