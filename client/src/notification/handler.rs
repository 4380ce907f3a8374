//! Who handles a notification.

use std::sync::Arc;

use event_store_types::Notification;

use crate::BoxError;

/// Handles notifications, one at a time of each stream.
///
/// A notification says that its stream has reached *at least* a revision. It comes at least once, and in no certain
/// order, so a handler has to know by itself how far it is with a stream; a `follow::Following` does. A notification that was not handled comes again.
///
/// Any function from a [`Notification`] to a future of a `Result<(), _>` is a handler:
///
/// ```
/// use event_store_client::BoxError;
/// use event_store_client::notification::Handler;
/// use event_store_client::types::Notification;
///
/// fn printing() -> impl Handler {
///     |notification: Notification| async move {
///         println!("{} is at {} or beyond", notification.stream_id, notification.stream_revision);
///         Ok::<_, BoxError>(())
///     }
/// }
/// # let _ = printing();
/// ```
///
/// A handler may be dropped at any of its `await`s, when whoever runs it is dropped or has no time left.
pub trait Handler: Send + Sync {
    /// Why a notification was not handled.
    type Error: Into<BoxError> + Send;

    /// Handles one notification.
    ///
    /// # Errors
    /// When it was not handled, and is to come again.
    fn handle(&self, notification: Notification) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

impl<Function, Handling, Error> Handler for Function
where
    Function: Fn(Notification) -> Handling + Send + Sync,
    Handling: Future<Output = Result<(), Error>> + Send,
    Error: Into<BoxError> + Send,
{
    type Error = Error;

    fn handle(&self, notification: Notification) -> impl Future<Output = Result<(), Error>> + Send {
        self(notification)
    }
}

impl<H: Handler> Handler for Arc<H> {
    type Error = H::Error;

    fn handle(&self, notification: Notification) -> impl Future<Output = Result<(), Self::Error>> + Send {
        H::handle(self, notification)
    }
}

/// Two handlers on one source: the one, and then the other. What one of them fails at comes again for both.
impl<One: Handler, Other: Handler> Handler for (One, Other) {
    type Error = BoxError;

    async fn handle(&self, notification: Notification) -> Result<(), BoxError> {
        let (one, other) = self;
        let first = one.handle(notification.clone()).await.map_err(Into::into);
        // One that cannot go on must not keep the other from it.
        let second = other.handle(notification).await.map_err(Into::into);
        first.and(second)
    }
}
