//! Which web pages may call the API from a browser outside Lambda. On Lambda, the function URL handles CORS
//! itself.
//!
//! Before a browser sends a request that a plain form could not, it sends a preflight (`OPTIONS`). It hides a
//! response from a page unless the response allows that page's origin:
//! <https://fetch.spec.whatwg.org/#http-cors-protocol>. The headers here are those that the template
//! configures for a function URL.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT");
const HEADERS: HeaderValue = HeaderValue::from_static("content-type, if-none-match, x-request-id");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("etag, idempotency-replayed, retry-after, x-request-id");
const SECONDS: HeaderValue = HeaderValue::from_static("600");

/// The origin of web pages, such as `https://shop.example`, or `*` for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin(HeaderValue);

impl FromStr for AllowedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_origin = || {
            let uri: Uri = text.parse().ok()?;
            let scheme = uri
                .scheme_str()
                .filter(|scheme| ["http", "https"].contains(scheme))?;
            // As a browser writes it: no path, no user, no capitals.
            let written = format!("{scheme}://{}", uri.authority()?);
            (written == text && !text.contains('@') && text == text.to_ascii_lowercase()).then_some(())
        };
        if text == "*" || is_origin().is_some() {
            HeaderValue::from_str(text).map(Self).map_err(|_| InvalidOrigin)
        } else {
            Err(InvalidOrigin)
        }
    }
}

impl fmt::Display for AllowedOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&String::from_utf8_lossy(self.0.as_bytes()))
    }
}

/// The error for a text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an origin as browsers write it, such as `https://shop.example` or `http://localhost:3000`, or `*`"
)]
pub struct InvalidOrigin;

/// The same API, which pages of these origins may call as well.
pub fn allowing(router: Router, origins: impl Into<Arc<[AllowedOrigin]>>) -> Router {
    let origins: Arc<[AllowedOrigin]> = origins.into();
    if origins.is_empty() {
        return router;
    }
    router.layer(from_fn_with_state(origins, answer))
}

async fn answer(State(origins): State<Arc<[AllowedOrigin]>>, request: Request, next: Next) -> Response {
    let allowed = request
        .headers()
        .get(ORIGIN)
        .filter(|asking| {
            origins
                .iter()
                .any(|AllowedOrigin(origin)| origin == "*" || origin == *asking)
        })
        .cloned();
    let is_preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &allowed {
        Some(_) if is_preflight => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    // The response depends on the origin, so a cache must not serve one origin's response to another.
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if is_preflight {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, SECONDS);
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn asked(method: Method, headers: &[(&str, &str)]) -> (u16, Vec<String>) {
        let origins = ["https://shop.example", "http://localhost:3000"];
        let origins: Vec<AllowedOrigin> = origins.iter().map(|origin| origin.parse().unwrap()).collect();
        let router = allowing(Router::new().route("/", get(async || "it")), origins);
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let told = response
            .headers()
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("access-control-"));
        let told = told.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        assert_eq!(response.headers()["vary"], "origin");
        (response.status().as_u16(), told.collect())
    }

    #[tokio::test]
    async fn a_page_of_an_allowed_origin_is_let_in() {
        let page = ("origin", "https://shop.example");
        let (status, told) = asked(Method::GET, &[page]).await;
        assert_eq!(
            (status, told[0].as_str()),
            (200, "access-control-allow-origin: https://shop.example")
        );
        let (status, told) = asked(Method::OPTIONS, &[page, ("access-control-request-method", "PUT")]).await;
        assert_eq!(status, 204);
        assert!(
            told.iter()
                .any(|header| header == "access-control-allow-methods: GET, HEAD, POST, PUT"),
            "{told:?}"
        );
    }

    #[tokio::test]
    async fn any_other_page_is_told_nothing() {
        for origin in [
            "https://evil.example",
            "https://shop.example.evil",
            "null",
            "http://shop.example",
        ] {
            let page = ("origin", origin);
            assert_eq!(asked(Method::GET, &[page]).await, (200, vec![]), "{origin}");
            let preflight = [page, ("access-control-request-method", "PUT")];
            assert_eq!(
                asked(Method::OPTIONS, &preflight).await,
                (405, vec![]),
                "{origin}"
            );
        }
        assert_eq!(asked(Method::GET, &[]).await, (200, vec![]));
    }

    #[test]
    fn an_origin_is_written_as_a_browser_writes_it() {
        for origin in [
            "*",
            "https://shop.example",
            "http://localhost:3000",
            "http://[::1]:8080",
        ] {
            assert!(origin.parse::<AllowedOrigin>().is_ok(), "{origin}");
        }
        for other in [
            "",
            "shop.example",
            "https://shop.example/",
            "https://Shop.example",
            "https://a@shop.example",
            "ftp://shop.example",
            "https://*.example/a",
            "null",
            "https://shop.example?a",
        ] {
            assert_eq!(other.parse::<AllowedOrigin>(), Err(InvalidOrigin), "{other}");
        }
    }
}
