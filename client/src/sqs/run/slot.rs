//! One call at a time.

use std::future::pending;

use futures::future::BoxFuture;

/// At most one call that is under way.
pub(super) struct Slot<T>(Option<BoxFuture<'static, T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    pub(super) fn is_free(&self) -> bool {
        self.0.is_none()
    }

    /// Puts a call under way. The one before must have ended.
    pub(super) fn start(&mut self, call: impl Future<Output = T> + Send + 'static) {
        self.0 = Some(Box::pin(call));
    }

    /// Waits for the call that is under way; for ever when there is none. Dropped meanwhile, it loses nothing.
    pub(super) async fn ended(&mut self) -> T {
        let Some(call) = &mut self.0 else {
            return pending().await;
        };
        let value = call.await;
        self.0 = None;
        value
    }
}
