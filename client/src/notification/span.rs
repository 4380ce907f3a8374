//! The span that a notification is handled in.

use event_store_types::{Notification, TraceParent};
use tracing::Span;

/// The span in which the notification of a message is handled. It tells the trace of the event that is announced, to be linked to: what is
/// handled may be more than that event.
pub(crate) fn span(
    notification: &Notification,
    message_id: &str,
    trace_parent: Option<&TraceParent>,
) -> Span {
    tracing::debug_span!(
        "notification",
        message_id,
        stream_type = %notification.stream_type,
        stream_id = %notification.stream_id,
        revision = %notification.stream_revision,
        traceparent = trace_parent.map(TraceParent::as_str),
    )
}
