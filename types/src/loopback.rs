//! PURE: the names of this machine, as a request names the server that it is sent to.
//!
//! A server that only this machine can reach is reached by every web page that is open on it: by a name of its own that leads here (DNS
//! rebinding), which the `Host` header gives away, or across origins, which the `Origin` header gives away.

/// The names of this machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Whether `authority`, such as `localhost:8080`, is a name of this machine with this port; without one it is HTTP's own.
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

/// Whether `origin`, such as `http://localhost:8080`, is that of pages that come from this machine and port.
pub fn is_origin(origin: &str, port: u16) -> bool {
    origin
        .strip_prefix("http://")
        .is_some_and(|authority| is_authority(authority, port))
}
