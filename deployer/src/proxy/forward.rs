//! One request: admits, signs and forwards it, and streams the response back.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use reqwest::{Certificate, Client, Url};
use rustls::crypto::CryptoProvider;
use serde_json::json;
use tokio::sync::mpsc::Sender;

use super::admission::admit;
use super::headers;
use crate::aws::{Certificates, Signer, is_loopback};

/// Lambda's limit, in bytes: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>. The body must
/// be complete, because the signature covers it.
const LARGEST_BODY: usize = 6 * 1024 * 1024;

/// The store answers within ten seconds; a page of a large stream may take longer to arrive.
const LONGEST_SILENCE: Duration = Duration::from_secs(30);

/// The methods of the store. Any other method has no path to forward, or addresses the proxy itself.
const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::POST, Method::PUT];

/// The outcome of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    /// The request's method.
    pub method: Method,
    /// The request's path and query.
    pub path: String,
    /// The response's status.
    pub status: StatusCode,
    /// The time until the response began.
    pub took: Duration,
}

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("requests cannot be forwarded")]
pub struct NoClient(#[source] reqwest::Error);

/// Forwards requests to a target.
#[derive(Debug)]
pub(super) struct Forwarder {
    client: Client,
    target: Url,
    signer: Signer,
    told: Sender<Forwarded>,
    port: u16,
}

impl Forwarder {
    pub(super) fn new(
        target: Url,
        signer: Signer,
        told: Sender<Forwarded>,
        port: u16,
        certificates: Option<&Certificates>,
    ) -> Result<Self, NoClient> {
        if CryptoProvider::get_default().is_none() {
            // If another part of the process has chosen a provider already, that one will do.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let trusted = certificates.map_or(&[][..], Certificates::pem);
        let trusted = Certificate::from_pem_bundle(trusted).map_err(NoClient)?;
        let mut client = Client::builder().tls_certs_merge(trusted);
        if is_loopback(target.as_str()) {
            client = client.no_proxy();
        }
        let client = client
            // A redirect belongs to the client; following it here would send the signature elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .read_timeout(LONGEST_SILENCE)
            .build()
            .map_err(NoClient)?;
        Ok(Self {
            client,
            target,
            signer,
            told,
            port,
        })
    }

    async fn send(&self, request: Request) -> Result<Response, Refused> {
        if !METHODS.contains(request.method()) {
            return Err(Refused::method(request.method()));
        }
        admit(request.uri(), request.headers(), self.port)
            .map_err(|stranger| Refused::new(StatusCode::FORBIDDEN, &stranger))?;
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = self.url(path)?;
        let body = to_bytes(body, LARGEST_BODY)
            .await
            .map_err(|_| Refused::too_large())?;
        let mut onward = headers::request(&parts.headers);
        let signature = self
            .signer
            .sign(SystemTime::now(), &parts.method, url.as_str(), &onward, &body)
            .await
            .map_err(|error| Refused::new(StatusCode::BAD_GATEWAY, &error))?;
        onward.extend(signature);
        let answer = self
            .client
            .request(parts.method, url)
            .headers(onward)
            .body(body)
            .send()
            .await
            .map_err(|error| Refused::new(StatusCode::BAD_GATEWAY, &error))?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = answer.status();
        *response.headers_mut() = headers::answer(answer.headers());
        *response.body_mut() = streamed(answer);
        Ok(response)
    }

    /// The URL of a path at the target, whose own URL may contain a path.
    fn url(&self, path: &str) -> Result<Url, Refused> {
        let base = self.target.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}"))
            .ok()
            // Dot segments could lead out of the target.
            .filter(|url| url.origin() == self.target.origin() && url.path().starts_with(self.target.path()));
        url.ok_or_else(|| Refused {
            status: StatusCode::BAD_REQUEST,
            detail: format!("the path `{path}` leads out of the store"),
        })
    }
}

/// Forwards a request and reports it.
pub(super) async fn forward(State(forwarder): State<Arc<Forwarder>>, request: Request) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().to_string();
    let response = match forwarder.send(request).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    };
    let told = Forwarded {
        method,
        path,
        status: response.status(),
        took: began.elapsed(),
    };
    // The send fails only when the receiver is gone, shortly before the proxy ends.
    let _ = forwarder.told.send(told).await;
    response
}

/// The body of a response, streamed and never buffered as a whole.
fn streamed(answer: reqwest::Response) -> Body {
    Body::from_stream(stream::try_unfold(answer, |mut answer| async move {
        let chunk = answer.chunk().await?;
        Ok::<_, reqwest::Error>(chunk.map(|chunk| (chunk, answer)))
    }))
}

/// A request that the proxy itself refuses.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    detail: String,
}

impl Refused {
    fn new(status: StatusCode, error: &dyn Error) -> Self {
        let mut detail = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        Self { status, detail }
    }

    fn method(method: &Method) -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            detail: format!("`{method}` is not sent on: the store knows `GET`, `HEAD`, `POST` and `PUT`"),
        }
    }

    fn too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            detail: format!("a body has at most {LARGEST_BODY} bytes, which is all that Lambda takes"),
        }
    }
}

impl IntoResponse for Refused {
    /// In the form of the store's problem details; the type tells the two apart.
    fn into_response(self) -> Response {
        let problem = json!({
            "type": "about:blank",
            "title": "Refused by the deployer's proxy",
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let kind = [(CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, kind, problem.to_string()).into_response();
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            let allowed = HeaderValue::from_static("GET, HEAD, POST, PUT");
            response.headers_mut().insert(ALLOW, allowed);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_has_no_method_for_is_refused_with_those_that_it_has() {
        for method in [
            Method::CONNECT,
            Method::DELETE,
            Method::OPTIONS,
            Method::PATCH,
            Method::TRACE,
        ] {
            assert!(!METHODS.contains(&method));
            let answer = Refused::method(&method).into_response();
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(answer.headers()[ALLOW], "GET, HEAD, POST, PUT");
        }
    }
}
