//! PURE: how much of the server a client may occupy, and for how long.

use std::time::Duration;

/// The limits that apply before a request reaches the router.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The maximum number of open connections. A new one replaces the one that has been without a request for
    /// longest.
    pub(super) connections: usize,
    /// The time allowed for the head of a request, from its first byte to its last.
    pub(super) head: Duration,
    /// The time allowed for the body of a request, from the end of the head.
    pub(super) body: Duration,
    /// How long a connection may stay without a request, and how long a client may take no byte of a
    /// response.
    pub(super) idle: Duration,
    /// The maximum number of unwanted body bytes that are read before the response is sent. A client that
    /// sends its whole body before it looks for a response finds it afterwards.
    pub(super) unwanted: usize,
    /// How long to keep reading what a client still sends after the last response. Closing the socket while
    /// the client sends resets the connection, and a reset discards the response that the client has not read
    /// yet (RFC 9112 §9.6).
    pub(super) lingering: Duration,
    /// The longest silence while lingering.
    pub(super) silence: Duration,
    /// How long the server accepts no connection after the system ran out of resources for one.
    pub(super) recovery: Duration,
}

impl Bounds {
    /// The limits in production.
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
