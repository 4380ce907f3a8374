//! PURE: the names by which a request addresses this machine.
//!
//! Every web page that is open on a machine can reach a server that listens on loopback: under the page's own host name, if that resolves
//! to this machine (DNS rebinding), or across origins. The `Host` header reveals the first, the `Origin` header the second.

/// The names of this machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether `authority`, such as `localhost:8080`, names this machine and this port; without a port it means 80.
pub fn is_authority(authority: &str, port: u16) -> bool {
    let lower = authority.to_ascii_lowercase();
    NAMES.iter().any(|name| {
        lower
            .strip_prefix(name)
            .is_some_and(|rest| match rest.strip_prefix(':') {
                Some(digits) => digits.parse() == Ok(port),
                None => rest.is_empty() && port == 80,
            })
    })
}

/// Whether `origin`, such as `http://localhost:8080`, is that of pages served by this machine on this port.
pub fn is_origin(origin: &str, port: u16) -> bool {
    origin
        .strip_prefix("http://")
        .is_some_and(|authority| is_authority(authority, port))
}
