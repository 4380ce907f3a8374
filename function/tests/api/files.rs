//! The files of the page and of the explorer.

use std::io::{Read, Write};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::DeflateEncoder;
use tower::ServiceExt;

use crate::support::Api;

/// A file, as it is served.
pub(crate) struct File {
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl File {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match self.header("content-encoding") {
            "gzip" => GzDecoder::new(&*self.bytes).read_to_string(&mut text).unwrap(),
            _ => (&*self.bytes).read_to_string(&mut text).unwrap(),
        };
        text
    }
}

pub(crate) async fn get(api: &Api, path: &str) -> File {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (parts, body) = api.router.clone().oneshot(request).await.unwrap().into_parts();
    assert_eq!(parts.status, 200, "{path}");
    File {
        headers: parts.headers,
        bytes: to_bytes(body, usize::MAX).await.unwrap(),
    }
}

/// How many bytes the function's zip grows by.
pub(crate) fn zipped(bytes: &[u8]) -> usize {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}
