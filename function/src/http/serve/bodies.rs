//! Request and response bodies that report the phase of their connection.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::progress::{Phase, Progress};

/// A request's body. A handler that drops it before its end gives it back to the lender.
pub(super) struct Lent {
    left: Option<Left>,
    lender: Lender,
    progress: Arc<Progress>,
}

/// The rest of a request's body.
pub(super) struct Left {
    pub(super) body: Incoming,
    was_asked_for: bool,
}

/// Receives the body that is given back.
#[derive(Clone, Default)]
pub(super) struct Lender(Arc<Mutex<Option<Left>>>);

impl Lender {
    /// The rest of the body, unless it was read to its end.
    pub(super) fn given_back(&self) -> Option<Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Left {
    /// Whether nobody has read from the body yet.
    pub(super) fn is_untouched(&self) -> bool {
        !self.was_asked_for
    }
}

impl Lent {
    pub(super) fn new(body: Incoming, lender: Lender, progress: Arc<Progress>) -> Self {
        Self {
            left: (!body.is_end_stream()).then_some(Left {
                body,
                was_asked_for: false,
            }),
            lender,
            progress,
        }
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(left) = &mut self.left else {
            return Poll::Ready(None);
        };
        left.was_asked_for = true;
        let frame = ready!(Pin::new(&mut left.body).poll_frame(context));
        if frame.is_none() || left.body.is_end_stream() {
            self.left = None;
            self.progress.enter(Phase::Answering);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.left.as_ref();
        left.map_or_else(|| SizeHint::with_exact(0), |left| left.body.size_hint())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(left) = self.left.take() {
            let mut slot = self.lender.0.lock().unwrap_or_else(PoisonError::into_inner);
            *slot = Some(left);
        }
    }
}

/// A response body. When it is dropped, the connection is idle.
pub(super) struct Answered {
    body: Body,
    progress: Arc<Progress>,
}

impl Answered {
    pub(super) fn new(body: Body, progress: Arc<Progress>) -> Self {
        Self { body, progress }
    }
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.progress.enter(Phase::Idle);
    }
}
