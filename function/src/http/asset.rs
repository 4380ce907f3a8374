//! Files that are compiled into the program, and how they are served.

use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt};
use sha2::{Digest, Sha256};

use super::caching;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");

/// A file that is compiled into the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asset {
    content_type: &'static str,
    bytes: &'static [u8],
    form: Form,
}

/// How the program embeds an asset, and thereby how long its URL stands for the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Uncompressed. The next version of the store may serve other bytes under the same name.
    Plain,
    /// Compressed with gzip, which every browser accepts, and with its version in its name.
    ///
    /// It is not decompressed for a client that refuses gzip: a server may ignore that (RFC 9110 §12.5.3),
    /// and only the page requests it.
    CompressedVersion,
}

impl Asset {
    pub(super) const fn plain(content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self {
            content_type,
            bytes,
            form: Form::Plain,
        }
    }

    pub(super) const fn compressed(content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self {
            content_type,
            bytes,
            form: Form::CompressedVersion,
        }
    }

    /// Answers a request that has the headers `asked`.
    pub(super) fn respond(&self, asked: &HeaderMap) -> Response {
        let tag = match self.form {
            Form::Plain => tag(self.bytes),
            Form::CompressedVersion => None,
        };
        let is_known = tag.as_ref().is_some_and(|tag| caching::is_known(asked, tag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.bytes.into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(tag) = tag {
            headers.typed_insert(tag);
        }
        match self.form {
            Form::Plain => headers.insert(CACHE_CONTROL, REVALIDATE),
            Form::CompressedVersion => {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                headers.insert(CACHE_CONTROL, FOREVER)
            }
        };
        response
    }
}

/// The entity tag of some bytes: the first half of their SHA-256.
fn tag(bytes: &[u8]) -> Option<ETag> {
    let digest = Sha256::digest(bytes);
    let half: u128 = digest
        .iter()
        .take(16)
        .fold(0, |half, byte| half << 8 | u128::from(*byte));
    format!("\"{half:032x}\"").parse().ok()
}
