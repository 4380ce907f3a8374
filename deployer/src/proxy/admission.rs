//! PURE: which requests the proxy forwards.
//!
//! Every client of the proxy acts with the credentials of the user who started it. A malicious web page could try
//! this from a browser on the same machine. If it uses its own host name that resolves here (DNS rebinding), the
//! `Host` header reveals it. If it sends a cross-origin request, the `Origin` header does, or, where that is missing,
//! as for an image or a link, `Sec-Fetch-Site`.

use event_store_client::types::loopback;
use http::header::{HOST, HeaderValue, ORIGIN};
use http::{HeaderMap, Uri};

/// A request that is not forwarded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Rejection {
    #[error("the request has no `Host` header that can be read")]
    NoHost,
    #[error("the host `{0}` is not this proxy's: it is reached only as `localhost` or `127.0.0.1`")]
    Host(String),
    #[error("the page of `{0}` may not use this proxy: a browser must load its pages through the proxy, too")]
    Origin(String),
    #[error("a page of another site may not use this proxy (`Sec-Fetch-Site: {0}`)")]
    Site(String),
}

/// The header in which browsers state the relation of the requesting page:
/// <https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>.
const SITE: &str = "sec-fetch-site";

/// Admits a request to a proxy at `port` if it comes from a program, or from a page that the proxy itself served.
pub(super) fn admit(uri: &Uri, headers: &HeaderMap, port: u16) -> Result<(), Rejection> {
    // A request target in absolute form contains the host and takes precedence over the header.
    if let Some(authority) = uri.authority()
        && (!loopback::is_authority(authority.as_str(), port) || uri.scheme_str() != Some("http"))
    {
        return Err(Rejection::Host(authority.to_string()));
    }
    let host = text(headers.get(HOST)).ok_or(Rejection::NoHost)?;
    if !loopback::is_authority(host, port) || headers.get_all(HOST).iter().count() != 1 {
        return Err(Rejection::Host(host.to_owned()));
    }
    for origin in headers.get_all(ORIGIN) {
        let origin = text(Some(origin)).unwrap_or_default();
        if !loopback::is_origin(origin, port) {
            return Err(Rejection::Origin(origin.to_owned()));
        }
    }
    for site in headers.get_all(SITE) {
        let site = text(Some(site)).unwrap_or_default();
        if !["same-origin", "none"].contains(&site) {
            return Err(Rejection::Site(site.to_owned()));
        }
    }
    Ok(())
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(headers: &[(&'static str, &str)]) -> Result<(), Rejection> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        admit(&Uri::from_static("/streams"), &map, 8000)
    }

    #[test]
    fn programs_and_pages_of_the_proxy_itself_pass() {
        for headers in [
            &[("host", "localhost:8000")][..],
            &[("host", "127.0.0.1:8000")],
            &[("host", "LocalHost:8000"), ("origin", "http://localhost:8000")],
            &[("host", "[::1]:8000")],
        ] {
            assert_eq!(admitted(headers), Ok(()), "{headers:?}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_lead_here_does_not_pass() {
        for host in [
            "evil.example:8000",
            "localhost.evil.example:8000",
            "127.0.0.1.evil.example",
            "localhost",
            "localhost:8001",
            "evil@localhost:8000",
            "",
        ] {
            assert_eq!(admitted(&[("host", host)]), Err(Rejection::Host(host.to_owned())));
        }
        assert_eq!(admitted(&[]), Err(Rejection::NoHost));
        let twice = [("host", "localhost:8000"), ("host", "evil.example")];
        assert_eq!(
            admitted(&twice),
            Err(Rejection::Host("localhost:8000".to_owned()))
        );
    }

    #[test]
    fn a_page_of_another_site_does_not_pass_without_an_origin_either() {
        for site in ["cross-site", "same-site", "elsewhere", ""] {
            assert_eq!(
                admitted(&[("host", "localhost:8000"), ("sec-fetch-site", site)]),
                Err(Rejection::Site(site.to_owned()))
            );
        }
        for site in ["same-origin", "none"] {
            let headers = [("host", "localhost:8000"), ("sec-fetch-site", site)];
            assert_eq!(admitted(&headers), Ok(()));
        }
        let twice = [
            ("host", "localhost:8000"),
            ("sec-fetch-site", "none"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(admitted(&twice), Err(Rejection::Site("cross-site".to_owned())));
    }

    #[test]
    fn a_target_in_absolute_form_names_this_proxy_too() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("localhost:8000"));
        let admitted = |uri: &'static str| admit(&Uri::from_static(uri), &headers, 8000);
        assert_eq!(admitted("http://localhost:8000/streams"), Ok(()));
        for (uri, host) in [
            ("http://evil.example/streams", "evil.example"),
            ("https://localhost:8000/streams", "localhost:8000"),
            ("evil.example:443", "evil.example:443"),
            ("http://localhost:8001/", "localhost:8001"),
        ] {
            assert_eq!(admitted(uri), Err(Rejection::Host(host.to_owned())), "{uri}");
        }
    }

    #[test]
    fn a_page_from_elsewhere_does_not_pass() {
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost:3000",
            "https://localhost:8000",
            "http://localhost:8000.evil.example",
        ] {
            assert_eq!(
                admitted(&[("host", "localhost:8000"), ("origin", origin)]),
                Err(Rejection::Origin(origin.to_owned()))
            );
        }
    }
}
