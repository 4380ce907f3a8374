//! Protects a store that only this machine can reach from requests that a web page directed here.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use event_store_types::{ProblemType, loopback};

use super::condition::refused;
use crate::http::cors::AllowedOrigin;

/// Which requests are admitted.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    /// The port of the store.
    pub(super) port: u16,
    /// Whether only this machine can reach the store. Other machines may use names that are unknown here.
    pub(super) is_loopback: bool,
    /// Further hosts, each with a port or for any.
    pub(super) hosts: Vec<String>,
    /// Further origins.
    pub(super) origins: Vec<AllowedOrigin>,
}

/// Why a request is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Rejection {
    #[error("the request must have one `Host` header, and has {0}")]
    Hosts(usize),
    #[error("the request's target names the host `{target}`, and its `Host` header `{host}`")]
    TwoHosts { target: String, host: String },
    #[error("the host `{0}` is not this store's: call it as `localhost`, or start it with `--allow-host`")]
    Host(String),
    #[error("pages of `{0}` may not use this store: start it with `--allow-origin` to let them")]
    Origin(String),
}

/// The same API, which answers admitted requests only.
pub(super) fn admitting(router: Router, admission: Admission) -> Router {
    router.layer(from_fn_with_state(Arc::new(admission), check))
}

async fn check(State(admission): State<Arc<Admission>>, request: Request, next: Next) -> Response {
    match admission.admit(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(rejection) => refused(ProblemType::InvalidRequest, &rejection.to_string()),
    }
}

impl Admission {
    fn admit(&self, target: &Uri, headers: &HeaderMap) -> Result<(), Rejection> {
        let hosts: Vec<&HeaderValue> = headers.get_all(HOST).iter().collect();
        let [host] = hosts.as_slice() else {
            return Err(Rejection::Hosts(hosts.len()));
        };
        let host = text(host);
        // A target that contains a host must agree with the header (RFC 9112 §3.2).
        if let Some(authority) = target.authority()
            && !authority.as_str().eq_ignore_ascii_case(&host)
        {
            return Err(Rejection::TwoHosts {
                target: authority.to_string(),
                host,
            });
        }
        if !self.is_loopback {
            return Ok(());
        }
        if !self.is_allowed(&host) {
            return Err(Rejection::Host(host));
        }
        for origin in headers.get_all(ORIGIN).iter().map(text) {
            let own = loopback::is_origin(&origin, self.port)
                || origin
                    .strip_prefix("http://")
                    .is_some_and(|authority| self.is_among_hosts(authority));
            let allowed = || {
                self.origins
                    .iter()
                    .map(ToString::to_string)
                    .any(|allowed| allowed == "*" || allowed == origin)
            };
            if !own && !allowed() {
                return Err(Rejection::Origin(origin));
            }
        }
        Ok(())
    }

    fn is_allowed(&self, host: &str) -> bool {
        loopback::is_authority(host, self.port) || self.is_among_hosts(host)
    }

    fn is_among_hosts(&self, host: &str) -> bool {
        let without_port = host.rsplit_once(':').map_or(host, |(name, _)| name);
        self.hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(without_port))
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(is_loopback: bool, headers: &[(&'static str, &str)]) -> Result<(), Rejection> {
        admitted_to("/", is_loopback, headers)
    }

    fn admitted_to(
        target: &str,
        is_loopback: bool,
        headers: &[(&'static str, &str)],
    ) -> Result<(), Rejection> {
        let admission = Admission {
            port: 8000,
            is_loopback,
            hosts: vec!["store.test".to_owned(), "other.test:9".to_owned()],
            origins: vec!["http://localhost:3000".parse().unwrap()],
        };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        admission.admit(&target.parse().unwrap(), &map)
    }

    #[test]
    fn programs_pages_of_the_store_and_who_is_allowed_pass() {
        for headers in [
            &[("host", "localhost:8000")][..],
            &[("host", "LOCALHOST:8000"), ("origin", "http://127.0.0.1:8000")],
            &[("host", "[::1]:8000"), ("origin", "http://localhost:3000")],
            &[("host", "store.test:8000"), ("origin", "http://store.test:8000")],
            &[("host", "other.test:9")],
        ] {
            assert_eq!(admitted(true, headers), Ok(()), "{headers:?}");
        }
    }

    #[test]
    fn a_name_that_was_made_to_lead_here_does_not_pass() {
        for host in [
            "evil.example",
            "evil.example:8000",
            "localhost",
            "localhost:8001",
            "other.test:8",
            "",
        ] {
            let rejected = Err(Rejection::Host(host.to_owned()));
            assert_eq!(admitted(true, &[("host", host)]), rejected);
            assert_eq!(
                admitted(false, &[("host", host)]),
                Ok(()),
                "others reach it by any name"
            );
        }
    }

    #[test]
    fn a_page_from_elsewhere_does_not_pass() {
        for origin in [
            "https://evil.example",
            "null",
            "https://localhost:8000",
            "http://localhost:3001",
        ] {
            let headers = [("host", "localhost:8000"), ("origin", origin)];
            assert_eq!(
                admitted(true, &headers),
                Err(Rejection::Origin(origin.to_owned()))
            );
        }
    }

    #[test]
    fn one_host_is_named_wherever_the_store_is_served() {
        for is_loopback in [true, false] {
            assert_eq!(admitted(is_loopback, &[]), Err(Rejection::Hosts(0)));
            let twice = [("host", "localhost:8000"), ("host", "localhost:8000")];
            assert_eq!(admitted(is_loopback, &twice), Err(Rejection::Hosts(2)));
        }
    }

    #[test]
    fn a_target_that_names_another_host_than_the_header_does_not_pass() {
        let headers = [("host", "localhost:8000")];
        for is_loopback in [true, false] {
            let own = admitted_to("http://LOCALHOST:8000/liveness-check", is_loopback, &headers);
            assert_eq!(own, Ok(()));
            for other in [
                "http://evil.example/",
                "http://localhost/",
                "http://me@localhost:8000/",
            ] {
                let refused = admitted_to(other, is_loopback, &headers);
                assert!(matches!(refused, Err(Rejection::TwoHosts { .. })), "{refused:?}");
            }
        }
    }
}
