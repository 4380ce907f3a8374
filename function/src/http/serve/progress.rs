//! The phase of a connection, and its deadline.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bounds::Bounds;

/// The phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No byte of a request has arrived.
    Idle,
    /// The head of a request is arriving.
    Head,
    /// The body of a request is arriving.
    Body,
    /// A request is being answered. Its body has been read, or is left unread.
    Answering,
    /// A response is ready, and the rest of the request's body is read and discarded.
    Refusing,
    /// The last response is sent, and what still arrives is read and discarded.
    Lingering,
}

/// The state of one connection, shared between its task and `Connections`.
#[derive(Debug)]
pub(super) struct Progress {
    at: Mutex<At>,
    close: Notify,
}

#[derive(Clone, Copy, Debug)]
struct At {
    phase: Phase,
    since: Instant,
    /// Whether the client may be sending bytes that nobody will read.
    unread: bool,
    /// Whether the connection was asked to close.
    is_asked: bool,
}

impl Progress {
    /// A connection that has just been accepted.
    pub(super) fn begun() -> Self {
        Self {
            at: Mutex::new(At {
                phase: Phase::Idle,
                since: Instant::now(),
                unread: false,
                is_asked: false,
            }),
            close: Notify::new(),
        }
    }

    /// Enters the next phase.
    pub(super) fn enter(&self, phase: Phase) {
        let mut at = self.lock();
        at.phase = phase;
        at.since = Instant::now();
    }

    /// Notes that bytes arrived.
    pub(super) fn received(&self) {
        let mut at = self.lock();
        if at.phase == Phase::Idle {
            at.phase = Phase::Head;
            at.since = Instant::now();
        }
    }

    /// Notes that the client's side took bytes of a response.
    pub(super) fn sent(&self) {
        let mut at = self.lock();
        // The end of a response may still be in flight when the connection is already idle.
        if matches!(at.phase, Phase::Answering | Phase::Idle) {
            at.since = Instant::now();
        }
    }

    /// Notes that part of a request will not be read.
    pub(super) fn leave_unread(&self) {
        self.lock().unread = true;
    }

    /// Whether the client may be sending bytes that nobody will read.
    pub(super) fn has_unread(&self) -> bool {
        self.lock().unread
    }

    /// The phase of the connection.
    pub(super) fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// When the connection last became free of a request. `None` while it has one, or once it was asked to
    /// close.
    pub(super) fn without_request_since(&self) -> Option<Instant> {
        let at = *self.lock();
        match at.phase {
            Phase::Idle | Phase::Head | Phase::Lingering if !at.is_asked => Some(at.since),
            _ => None,
        }
    }

    /// When the phase must end. `None` in phases whose code watches the time itself.
    pub(super) fn deadline(&self, bounds: &Bounds) -> Option<Instant> {
        let at = *self.lock();
        let patience = match at.phase {
            Phase::Idle | Phase::Answering => bounds.idle,
            Phase::Head => bounds.head,
            Phase::Body => bounds.body,
            Phase::Refusing | Phase::Lingering => return None,
        };
        Some(at.since + patience)
    }

    /// Asks the connection to close: at once if it has no request, otherwise after the response.
    pub(super) fn ask_to_close(&self) {
        self.lock().is_asked = true;
        self.close.notify_one();
    }

    /// Waits until the connection is asked to close.
    pub(super) async fn asked_to_close(&self) {
        self.close.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
