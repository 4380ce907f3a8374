//! PURE: how much of the server a client may take up, and for how long.

use std::time::Duration;

/// The limits that hold before a request is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The most connections at a time. A new one takes the place of the one that has been without a request for longest.
    pub(super) connections: usize,
    /// How long the head of a request may take, from its first byte to its last.
    pub(super) head: Duration,
    /// How long the body of a request may take, from the end of the head.
    pub(super) body: Duration,
    /// How long a connection may be without a request, and how long a client may take nothing of an answer.
    pub(super) idle: Duration,
    /// How many bytes of a body that nobody wants are read before the answer. Clients that send a whole body before they look for an
    /// answer find it then.
    pub(super) unwanted: usize,
    /// How long is read, after the last answer, what a client had not sent by then. To close while it sends resets the connection,
    /// and a reset takes from the client the answer that it has not read yet (RFC 9112 §9.6).
    pub(super) lingering: Duration,
    /// The longest silence during that.
    pub(super) silence: Duration,
    /// How long the server takes no connection after the system had nothing to make one of.
    pub(super) recovery: Duration,
}

impl Bounds {
    /// The limits outside of tests.
    pub(super) const USUAL: Self = Self {
        connections: 1_024,
        head: Duration::from_secs(10),
        body: Duration::from_secs(30),
        idle: Duration::from_secs(75),
        unwanted: 16_000_000,
        lingering: Duration::from_secs(30),
        silence: Duration::from_secs(5),
        recovery: Duration::from_millis(100),
    };
}
