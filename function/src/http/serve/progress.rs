//! The phase of a connection, and how long it may last.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bounds::Bounds;

/// The phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing of a request has come.
    Idle,
    /// The head of a request has begun to come.
    Head,
    /// The body of a request is coming.
    Body,
    /// A request is being answered; its body was read, or is left unread.
    Answering,
    /// An answer is ready, and the rest of the request's body is read and thrown away.
    Refusing,
    /// The last answer is sent, and what still comes is read and thrown away.
    Lingering,
}

/// One connection, as those see it who have it and those who have all of them.
#[derive(Debug)]
pub(super) struct Progress {
    at: Mutex<At>,
    close: Notify,
}

#[derive(Clone, Copy, Debug)]
struct At {
    phase: Phase,
    since: Instant,
    /// Whether the client may be sending something that nobody will read.
    unread: bool,
    /// Whether somebody asked for the end.
    is_asked: bool,
}

impl Progress {
    /// A connection that has just come.
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

    /// The next phase begins.
    pub(super) fn enter(&self, phase: Phase) {
        let mut at = self.lock();
        at.phase = phase;
        at.since = Instant::now();
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        let mut at = self.lock();
        if at.phase == Phase::Idle {
            at.phase = Phase::Head;
            at.since = Instant::now();
        }
    }

    /// Bytes of an answer were taken by the client's side.
    pub(super) fn sent(&self) {
        let mut at = self.lock();
        // The last of an answer may be on its way when the connection is idle again.
        if matches!(at.phase, Phase::Answering | Phase::Idle) {
            at.since = Instant::now();
        }
    }

    /// Not all of a request will be read.
    pub(super) fn leave_unread(&self) {
        self.lock().unread = true;
    }

    /// Whether the client may be sending something that nobody will read.
    pub(super) fn has_unread(&self) -> bool {
        self.lock().unread
    }

    /// The phase of the connection.
    pub(super) fn phase(&self) -> Phase {
        self.lock().phase
    }

    /// Since when there has been no request, or `None` while there is one, or once the end was asked for.
    pub(super) fn without_request_since(&self) -> Option<Instant> {
        let at = *self.lock();
        match at.phase {
            Phase::Idle | Phase::Head | Phase::Lingering if !at.is_asked => Some(at.since),
            _ => None,
        }
    }

    /// When the phase is to end, or `None` where whoever works at it looks at the time.
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

    /// Asks for the connection's end: at once without a request, and behind the answer with one.
    pub(super) fn ask_to_close(&self) {
        self.lock().is_asked = true;
        self.close.notify_one();
    }

    /// Waits until somebody asks for the connection's end.
    pub(super) async fn asked_to_close(&self) {
        self.close.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
