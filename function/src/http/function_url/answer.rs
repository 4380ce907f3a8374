//! A response in the form that a function URL expects.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// A response in payload format 2.0
/// (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
    is_base64_encoded: bool,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        // Every body is in memory already, so reading it cannot fail.
        let (status, bytes) = match to_bytes(body, usize::MAX).await {
            Ok(bytes) => (head.status, bytes.into()),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
        };
        let (body, is_base64_encoded) = match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(error) => (BASE64_STANDARD.encode(error.as_bytes()), true),
        };
        Self {
            status_code: status.as_u16(),
            headers: texts(&head.headers),
            body,
            is_base64_encoded,
        }
    }
}

#[cfg(any(test, fuzzing))]
impl Answer {
    /// The status, and the body as it is encoded in the payload.
    pub(crate) fn parts(&self) -> (u16, &[u8]) {
        (self.status_code, self.body.as_bytes())
    }
}

/// Headers as texts. Repeated headers are joined into one (RFC 9110 §5.3).
fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers.keys().map(|name| {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        (name.to_string(), values.join(", "))
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use axum::http::header::VARY;
    use axum::response::IntoResponse;

    use super::*;

    async fn answer(body: &'static [u8]) -> Answer {
        let mut response = body.into_response();
        response.headers_mut().append(VARY, "a".parse().unwrap());
        response.headers_mut().append(VARY, "b".parse().unwrap());
        Answer::of(response).await
    }

    #[tokio::test]
    async fn text_travels_as_it_is() {
        insta::assert_json_snapshot!(answer("ä\0".as_bytes()).await, @r#"
        {
          "statusCode": 200,
          "headers": {
            "content-type": "application/octet-stream",
            "vary": "a, b"
          },
          "body": "ä\u0000",
          "isBase64Encoded": false
        }
        "#);
    }

    #[tokio::test]
    async fn what_is_no_text_travels_in_base64() {
        let answer = answer(&[0x1f, 0x8b, 0x08]).await;
        assert_eq!((answer.body.as_str(), answer.is_base64_encoded), ("H4sI", true));
    }
}
