//! Fuzzes requests: paths, queries and bodies, each alone and all together.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Uri};
use axum::response::Response;
use axum::routing::get;
use event_store_types::wire::{AppendEvent, AppendEvents, CreateStream};
use event_store_types::{NewEvent, Problem, ProblemType};
use lambda_runtime::{Context, LambdaEvent, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};

use super::body::JsonBody;
use super::fields::FieldProblems;
use super::function_url::{FunctionUrl, event};
use super::path::PathTexts;
use super::query::QueryTexts;
use super::{Store, list_streams as list, read_events as read, router};
use crate::dynamo::fuzzing::unreachable_tables;
use crate::fuzzing::Verdict;
use crate::store::list::ListStreams;
use crate::store::read::{Read, Start};

/// Feeds the body of a create.
pub fn create_stream(input: &[u8]) -> Verdict {
    body(input, JsonBody::create_stream, |create: &CreateStream| {
        std::slice::from_ref(&create.initial_event)
    })
}

/// Feeds the body of an append of one event.
pub fn append_event(input: &[u8]) -> Verdict {
    body(input, JsonBody::append_event, |append: &AppendEvent| {
        std::slice::from_ref(&append.event)
    })
}

/// Feeds the body of an append of several events.
pub fn append_events(input: &[u8]) -> Verdict {
    body(input, JsonBody::append_events, |append: &AppendEvents| {
        &append.events
    })
}

type BodyReader<T> = fn(&JsonBody, &mut FieldProblems) -> Option<T>;

fn body<T>(input: &[u8], reader: BodyReader<T>, events: fn(&T) -> &[NewEvent]) -> Verdict
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let Ok(text) = std::str::from_utf8(input) else {
        return Verdict::Refused;
    };
    let value = match understand(text, reader) {
        Ok(value) => value,
        Err(problems) => return refused(problems),
    };
    for event in events(&value) {
        let metadata = event.metadata.as_ref().map_or("", |metadata| metadata.as_str());
        assert!(
            text.contains(event.payload.as_str()) && text.contains(metadata),
            "carried as sent"
        );
    }
    // The types that clients use parse the body to the same value.
    assert_eq!(serde_json::from_str::<T>(text).ok().as_ref(), Some(&value));
    let written = serde_json::to_string(&value).unwrap_or_default();
    assert_eq!(understand(&written, reader).ok(), Some(value));
    Verdict::Accepted
}

fn understand<T>(text: &str, reader: BodyReader<T>) -> Result<T, FieldProblems> {
    let mut problems = FieldProblems::default();
    let value = reader(&JsonBody(text.to_owned()), &mut problems);
    problems.finish(value)
}

fn refused(problems: FieldProblems) -> Verdict {
    let messages = problems.into_messages();
    assert!(!messages.is_empty(), "a refusal names a field");
    for (field, messages) in messages {
        let are_told = !messages.is_empty() && messages.iter().all(|message| !message.is_empty());
        assert!(are_told, "the field `{field}` is refused without a word");
    }
    Verdict::Refused
}

/// Feeds the path and query of a listing.
pub fn list_streams(input: &[u8]) -> Verdict {
    target(
        input,
        "/streams/{streamType}",
        list::request,
        |request: &ListStreams| {
            let mut text = format!("/streams/{}?limit={}", request.stream_type, request.limit);
            if let Some(moment) = request.updated_after {
                write!(text, "&updated-after={moment}")?;
            }
            if let Some(key) = &request.page_key {
                write!(text, "&stream-next-page-key={}", key.encode())?;
            }
            Ok(text)
        },
    )
}

/// Feeds the path and query of a read.
pub fn read_events(input: &[u8]) -> Verdict {
    target(
        input,
        "/streams/{streamType}/{streamId}/events",
        read::request,
        |read: &Read| {
            let consistency = format!("{:?}", read.consistency).to_lowercase();
            let (stream, limit) = (&read.stream, read.limit);
            let mut text = format!("/streams/{stream}/events?limit={limit}&consistency={consistency}");
            match read.start {
                Start::After(after) => {
                    let after = after.map_or(0, event_store_types::Revision::as_u64);
                    write!(text, "&after-revision={after}")?;
                }
                Start::Before(before) => {
                    text.push_str("&direction=backwards");
                    if let Some(before) = before {
                        write!(text, "&before-revision={before}")?;
                    }
                }
            }
            Ok(text)
        },
    )
}

type TargetReader<T> = fn(&PathTexts, QueryTexts) -> Result<T, FieldProblems>;

fn target<T>(
    input: &[u8],
    route: &str,
    reader: TargetReader<T>,
    write: fn(&T) -> Result<String, std::fmt::Error>,
) -> Verdict
where
    T: PartialEq + Debug + Send + 'static,
{
    let value = match std::str::from_utf8(input).map(|text| ask(text, route, reader)) {
        Ok(Some(Ok(value))) => value,
        Ok(Some(Err(problems))) => return refused(problems),
        Ok(None) | Err(_) => return Verdict::Refused,
    };
    let again = write(&value)
        .ok()
        .and_then(|text| ask(&text, route, reader)?.ok());
    assert_eq!(again, Some(value));
    Verdict::Accepted
}

/// Lets a router with a single route split the text, as the API's router does.
fn ask<T: Send + 'static>(
    text: &str,
    route: &str,
    reader: TargetReader<T>,
) -> Option<Result<T, FieldProblems>> {
    let uri: Uri = text.parse().ok()?;
    let understood = Arc::new(Mutex::new(None));
    let keep = understood.clone();
    let handler = get(async move |path: PathTexts, query: QueryTexts| {
        *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader(&path, query));
    });
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    call(&mut Router::new().route(route, handler), request);
    let mut understood = understood.lock().unwrap_or_else(PoisonError::into_inner);
    understood.take()
}

/// Feeds a whole request: method, target, and content type in one line, then the body. The API must answer it
/// without an internal error. A valid request is answered 503, because there is no database.
pub fn request(input: &[u8]) -> Verdict {
    let Some(request) = parse(input) else {
        return Verdict::Refused;
    };
    // The response to a HEAD has no body.
    let has_body = request.method() != Method::HEAD;
    let (events, catalogue, feed) = unreachable_tables();
    let response = call(&mut router(Store::new(events, catalogue, feed)), request);
    let status = response.status().as_u16();
    judge(status, has_body, &bytes(response))
}

/// Feeds the event of a function URL: any JSON. Whatever it is, the invocation must return a response and
/// never an error.
pub fn function_url_event(input: &[u8]) -> Verdict {
    let Ok(event) = serde_json::from_slice::<Box<RawValue>>(input) else {
        return Verdict::Refused;
    };
    let (events, catalogue, feed) = unreachable_tables();
    let function_url = FunctionUrl::new(router(Store::new(events, catalogue, feed)));
    let is_head = event::request(event.get()).is_ok_and(|request| request.method() == Method::HEAD);
    let invocation = LambdaEvent::new(event, Context::default());
    let Ok(answer) = runtime().block_on(function_url.handle(invocation));
    let (status, body) = answer.parts();
    judge(status, !is_head, body)
}

/// Checks the response to a request.
fn judge(status: u16, has_body: bool, body: &[u8]) -> Verdict {
    match status {
        ..400 => return Verdict::Accepted,
        500 if !has_body => panic!("a fault"),
        503 if !has_body => return Verdict::Accepted,
        _ if !has_body => return Verdict::Refused,
        _ => {}
    }
    let problem: Problem = serde_json::from_slice(body).unwrap_or_else(|error| {
        panic!("a status of {status} comes with a problem: {error}");
    });
    assert_eq!((problem.status, problem.problem_type.status()), (status, status));
    assert!(!problem.detail.is_empty());
    assert!(body.len() <= 8_192, "{} bytes", body.len());
    match problem.problem_type {
        ProblemType::Internal => panic!("a fault: {problem:?}"),
        ProblemType::StoreUnavailable => return Verdict::Accepted,
        ProblemType::InvalidRequest => assert!(!problem.details.messages.is_empty(), "{problem:?}"),
        _ => {}
    }
    Verdict::Refused
}

fn parse(input: &[u8]) -> Option<Request<Body>> {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let mut line = std::str::from_utf8(parts.next()?).ok()?.splitn(3, ' ');
    let mut request = Request::builder().method(line.next()?).uri(line.next()?);
    if let Some(content_type) = line.next() {
        request = request.header("content-type", content_type);
    }
    request
        .body(Body::from(parts.next().unwrap_or_default().to_vec()))
        .ok()
}

fn call(router: &mut Router, request: Request<Body>) -> Response {
    let Ok(response) = runtime().block_on(router.call(request));
    response
}

fn bytes(response: Response) -> Vec<u8> {
    let body = runtime().block_on(to_bytes(response.into_body(), usize::MAX));
    body.map(Vec::from).unwrap_or_default()
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}"))
}
