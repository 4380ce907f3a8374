//! PURE: turns the event of a function URL into a request.
//!
//! Characters that a request target must not contain are percent-encoded, so that the handlers see what the
//! client sent. An event that cannot become a request is refused, naming the member at fault.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::http::fields::FieldProblems;
use crate::http::json::{Object, text};

/// Builds a request from an event in payload format 2.0
/// (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload>).
///
/// # Errors
/// The members that do not fit a request.
pub(in crate::http) fn request(event: &str) -> Result<Request, FieldProblems> {
    let mut problems = FieldProblems::default();
    let mut event = Object::whole("event", event)?;
    let method = method(&mut event, &mut problems);
    let target = target(&mut event, &mut problems);
    let headers = headers(&mut event, &mut problems);
    let body = body(&mut event, &mut problems);
    let (method, uri, body) = problems.finish(method.zip(target).zip(body).map(|((m, t), b)| (m, t, b)))?;

    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

fn method(event: &mut Object<'_>, problems: &mut FieldProblems) -> Option<Method> {
    let mut context = event.required_object("requestContext", problems)?;
    let mut http = context.required_object("http", problems)?;
    let name: String = http.required("method", problems, text)?;
    problems.keep("requestContext.http.method", name.parse::<Method>())
}

fn target(event: &mut Object<'_>, problems: &mut FieldProblems) -> Option<Uri> {
    let path: String = event.required("rawPath", problems, text)?;
    let query: Option<String> = event.optional("rawQueryString", problems, text);
    if !path.starts_with('/') {
        problems.add("rawPath", "must begin with `/`");
        return None;
    }
    let mut target = escaped(&path, b"/");
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        target.push('?');
        target.push_str(&escaped(&query, b"/?"));
    }
    let length = target.len();
    PathAndQuery::try_from(target)
        .map_err(|_| {
            problems.add(
                "rawPath",
                format_args!("with its query, {length} bytes, is too long"),
            );
        })
        .map(Uri::from)
        .ok()
}

/// Percent-encodes `text`, except the characters that a path may contain (RFC 3986 §3.3), existing
/// percent-encodings, and `more`.
fn escaped(text: &str, more: &[u8]) -> String {
    let may_stand = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte) || more.contains(&byte)
    };
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if may_stand(byte) {
            escaped.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            let digit = |half: u8| char::from(DIGITS[usize::from(half & 0xf)]);
            escaped.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    escaped
}

fn headers(event: &mut Object<'_>, problems: &mut FieldProblems) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(given) = event.optional_object("headers", problems) else {
        return headers;
    };
    given.each(problems, |name, value| {
        let value: String = text(value)?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is not a header name")?;
        let value = HeaderValue::try_from(value).map_err(|_| "holds control characters")?;
        headers
            .try_append(name, value)
            .map_err(|_| "is one header too many")?;
        Ok::<_, Cow<'static, str>>(())
    });
    headers
}

fn body(event: &mut Object<'_>, problems: &mut FieldProblems) -> Option<Vec<u8>> {
    let is_base64 = event.optional("isBase64Encoded", problems, |value| match value.get() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be `true` or `false`"),
    });
    let body: String = event.optional("body", problems, text).unwrap_or_default();
    if is_base64 == Some(true) {
        problems.keep(
            "body",
            BASE64_STANDARD.decode(body).map_err(|_| "is not valid base64"),
        )
    } else {
        Some(body.into_bytes())
    }
}
