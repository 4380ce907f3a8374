//! PURE: a request, written once.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use serde::Serialize;
use url::Url;

use super::Error;
use super::kind::Kind;
use super::transport::Request;

impl Request {
    pub(crate) fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn with_body(method: Method, url: Url, body: &impl Serialize) -> Result<Self, Error> {
        let mut request = Self {
            method,
            url,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
            body: Bytes::new(),
        };
        match serde_json::to_vec(body) {
            Ok(body) => request.body = body.into(),
            Err(source) => return Err(Error::of(&request, Kind::Body(source))),
        }
        Ok(request)
    }

    /// Method and path: a query may be long, and tells little.
    pub(crate) fn describe(&self) -> String {
        format!("{} {}", self.method, self.url.path())
    }
}
