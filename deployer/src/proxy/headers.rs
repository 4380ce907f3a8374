//! PURE: which headers the proxy forwards and which it removes.

use http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, HeaderName};

/// The hop-by-hop headers, besides those that `Connection` names:
/// <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The headers of a signature, which also identifies the caller; a client must not set them.
const OF_THE_SIGNATURE: [&str; 4] = [
    "authorization",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
];

/// The headers of a forwarded request. `Host` and `Content-Length` are set anew.
pub(super) fn request(headers: &HeaderMap) -> HeaderMap {
    let mut onward = end_to_end(headers);
    for name in OF_THE_SIGNATURE {
        onward.remove(name);
    }
    // A browser sends the cookies of every program on this machine, whatever its port.
    onward.remove(COOKIE);
    onward.remove(HOST);
    onward.remove(CONTENT_LENGTH);
    // The proxy has already read the whole body.
    onward.remove("expect");
    onward
}

/// The headers of a returned response. The store must not set cookies for other programs on this machine.
pub(super) fn answer(headers: &HeaderMap) -> HeaderMap {
    let mut back = end_to_end(headers);
    back.remove(SET_COOKIE);
    back
}

/// The end-to-end headers.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut onward = headers.clone();
    let named = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    for name in named.flat_map(|names| names.split(',')) {
        if let Ok(name) = name.trim().parse::<HeaderName>() {
            onward.remove(name);
        }
    }
    for name in HOP_BY_HOP {
        onward.remove(name);
    }
    onward
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_neighbours_ends_here_and_the_rest_goes_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "localhost:8000"),
            ("connection", "close, X-Private"),
            ("x-private", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("content-length", "3"),
            ("cookie", "session=of-another-program"),
            ("authorization", "Bearer x"),
            ("x-amz-security-token", "x"),
            ("content-type", "application/json"),
            ("if-none-match", "\"a\""),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let onward = request(&headers);
        let mut names: Vec<_> = onward.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "if-none-match"]);
        // A response keeps its length, because it is streamed unchanged.
        assert!(answer(&headers).contains_key("content-length"));
        headers.insert("set-cookie", "a=b".parse().unwrap());
        assert!(!answer(&headers).contains_key("set-cookie"));
    }
}
