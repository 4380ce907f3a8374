//! PURE: checks that a body is declared as plain JSON without a content encoding.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::problem::ApiError;

/// Checks what `headers` declare about their body.
///
/// A type that merely builds on JSON (`application/merge-patch+json`) has a meaning of its own, which this
/// API does not support.
///
/// # Errors
/// When the body is declared as something other than JSON, or as encoded.
pub(super) fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    if let Some(found) = encoding(headers) {
        return Err(ApiError::UnsupportedEncoding { found });
    }
    let found = said(headers, &CONTENT_TYPE);
    match &found {
        Some(content_type) if essence(content_type) == "application/json" && is_utf8(content_type) => Ok(()),
        _ => Err(ApiError::UnsupportedMediaType { found }),
    }
}

/// The encoding of a body, unless it is `identity`.
fn encoding(headers: &HeaderMap) -> Option<String> {
    said(headers, &CONTENT_ENCODING).filter(|encodings| {
        encodings
            .split(',')
            .map(str::trim)
            .any(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"))
    })
}

/// The value of the header `name`. Repeated headers are joined (RFC 9110 §5.3).
fn said(headers: &HeaderMap, name: &axum::http::HeaderName) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// A media type without its parameters.
fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a media type names UTF-8 or no character set: JSON has no other (RFC 8259 §8.1).
fn is_utf8(content_type: &str) -> bool {
    let parameters = content_type.split(';').skip(1);
    parameters
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .all(|(_, value)| {
            let value = value.trim();
            let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = unquoted.unwrap_or(value);
            ["utf-8", "utf8"]
                .iter()
                .any(|name| value.eq_ignore_ascii_case(name))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(headers: &[(&'static str, &'static str)]) -> Result<(), ApiError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        check(&map)
    }

    #[test]
    fn json_is_taken_with_any_parameters_but_another_charset() {
        for name in [
            "application/json",
            "Application/JSON; charset=utf-8",
            " application/json ;a=b",
            "application/json; Charset=\"UTF-8\"",
            "application/json;charset=utf8; a",
        ] {
            assert!(checked(&[("content-type", name)]).is_ok(), "{name}");
        }
    }

    #[test]
    fn any_other_type_is_refused() {
        for name in [
            "",
            "text/json",
            "text/plain",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "json",
            "application/cloudevents+json",
            "application/merge-patch+json",
            "application/problem+json",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; charset=\"iso-8859-1\"",
            "application/json; a=b; CHARSET=us-ascii",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset=",
        ] {
            let refused = checked(&[("content-type", name)]);
            assert!(
                matches!(&refused, Err(ApiError::UnsupportedMediaType { found: Some(found) }) if found == name),
                "{name}: {refused:?}"
            );
        }
        assert!(matches!(
            checked(&[]),
            Err(ApiError::UnsupportedMediaType { found: None })
        ));
        let twice = [
            ("content-type", "application/json"),
            ("content-type", "text/plain"),
        ];
        assert!(matches!(
            checked(&twice),
            Err(ApiError::UnsupportedMediaType { found: Some(_) })
        ));
    }

    #[test]
    fn a_body_is_read_as_it_is() {
        let json = ("content-type", "application/json");
        for none in ["identity", "Identity", "", "identity, identity"] {
            assert!(checked(&[json, ("content-encoding", none)]).is_ok(), "{none}");
        }
        for encoding in ["gzip", "br", "identity, gzip", "utf-8"] {
            assert!(
                matches!(
                    checked(&[json, ("content-encoding", encoding)]),
                    Err(ApiError::UnsupportedEncoding { found }) if found == encoding
                ),
                "{encoding}"
            );
        }
    }
}
