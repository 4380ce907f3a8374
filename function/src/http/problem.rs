//! Problem responses (RFC 9457): what the API answers when it does not do what the caller asked.

use std::sync::Arc;

use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use event_store_types::{Event, EventId, Problem, ProblemDetails, ProblemType, Revision};

use super::fields::{self, FieldProblems};
use crate::store::commit::{BeyondLastRevision, InvalidCommit};
use crate::store::{StoreError, StreamKey, limits};
use crate::telemetry;

/// The delay in seconds after which a caller should retry.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// How many event ids the message names at most. The details list all of them.
const TOLD_IDS: usize = 3;

/// Why a request was refused or failed.
#[derive(Debug)]
pub(super) enum ApiError {
    /// The request is malformed.
    InvalidRequest(FieldProblems),
    /// There is no such stream.
    StreamNotFound(StreamKey),
    /// There is no route at the path.
    RouteNotFound,
    /// The path does not support the method.
    MethodNotAllowed,
    /// The revision is taken, or is beyond the end of the stream.
    RevisionConflict {
        /// The stream.
        stream: StreamKey,
        /// The revision that the caller expected, or `None` for no stream.
        expected: Option<Revision>,
        /// The current revision.
        current: Revision,
        /// The event that holds the revision, if it is taken.
        event: Option<Box<Event>>,
    },
    /// The stream ends before the revision after which the caller wanted to read.
    RevisionNotReached {
        /// The stream.
        stream: StreamKey,
        /// The revision after which the caller wanted to read.
        after: Revision,
        /// The current revision.
        current: Revision,
    },
    /// The feed was recreated since the cursor was issued.
    FeedBegunAnew,
    /// The feed ends before the cursor.
    FeedNotReached,
    /// The stream already contains these event ids, with other content or at another place.
    EventIdReused {
        /// The ids.
        ids: Vec<EventId>,
    },
    /// An append at the end lost every attempt to another writer.
    Outrun {
        /// The number of attempts.
        attempts: u32,
    },
    /// The events of an append are too large.
    AppendTooLarge {
        /// Their size, in bytes.
        size: usize,
    },
    /// The body exceeds the size limit, whatever it contains.
    BodyTooLarge {
        /// Its size in bytes, if known without reading it.
        size: Option<u64>,
    },
    /// The body is not declared as JSON.
    UnsupportedMediaType {
        /// Its declared content type.
        found: Option<String>,
    },
    /// The body has a content encoding.
    UnsupportedEncoding {
        /// The encoding.
        found: String,
    },
    /// The store could not do what the caller asked.
    Store(StoreError),
    /// The handler panicked.
    Panic {
        /// The panic's message.
        message: String,
    },
}

impl ApiError {
    /// The problem type that the caller gets.
    pub(super) fn problem_type(&self) -> ProblemType {
        match self {
            Self::InvalidRequest(_) => ProblemType::InvalidRequest,
            Self::StreamNotFound(_) => ProblemType::StreamNotFound,
            Self::RouteNotFound => ProblemType::RouteNotFound,
            Self::MethodNotAllowed => ProblemType::MethodNotAllowed,
            Self::RevisionConflict { .. } => ProblemType::RevisionConflict,
            Self::RevisionNotReached { .. } => ProblemType::RevisionNotReached,
            Self::FeedBegunAnew => ProblemType::FeedBegunAnew,
            Self::FeedNotReached => ProblemType::FeedNotReached,
            Self::EventIdReused { .. } => ProblemType::EventIdReused,
            Self::AppendTooLarge { .. } | Self::BodyTooLarge { .. } => ProblemType::EventTooLarge,
            Self::UnsupportedMediaType { .. } | Self::UnsupportedEncoding { .. } => {
                ProblemType::UnsupportedMediaType
            }
            Self::Store(StoreError::Throttled(_)) | Self::Outrun { .. } => ProblemType::Throttled,
            Self::Store(StoreError::Unavailable(_)) => ProblemType::StoreUnavailable,
            Self::Store(StoreError::Fault(_)) | Self::Panic { .. } => ProblemType::Internal,
        }
    }

    /// The cause of a failure of the store, for the log: the error and all its sources. Callers do not see
    /// it.
    pub(super) fn cause(&self) -> Option<String> {
        match self {
            Self::Store(error) => Some(telemetry::chain(error)),
            Self::Panic { message } => Some(format!("panicked: {message}")),
            _ => None,
        }
    }

    /// The response to the request `request_id`, which would have stored the events `event_ids`.
    ///
    /// After a server error during an append, the outcome of the append is unknown. The ids let every caller
    /// retry without storing the events twice, even one who named no ids.
    pub(super) fn respond(&self, request_id: &str, event_ids: Vec<EventId>) -> Response {
        let problem_type = self.problem_type();
        let status = StatusCode::from_u16(problem_type.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let detail = self.detail(!event_ids.is_empty());
        let mut details = self.details();
        if status.is_server_error() {
            details.event_ids = event_ids;
        }
        let problem = Problem::new(problem_type, detail, request_id).with_details(details);
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if let Self::UnsupportedEncoding { .. } = self {
            // RFC 9110 §15.5.16
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        response
    }

    fn detail(&self, is_append: bool) -> String {
        match self {
            Self::InvalidRequest(problems) => problems.to_string(),
            Self::StreamNotFound(stream) => format!("there is no stream `{stream}`"),
            Self::RouteNotFound => "there is nothing at this path; streams are at `/streams/{streamType}`".into(),
            Self::MethodNotAllowed => "the path does not support this method; the header `Allow` lists those that it supports".into(),
            Self::RevisionConflict { stream, expected, current, event } => {
                let wanted = expected.map_or(1, |expected| expected.as_u64() + 1);
                if event.is_some() {
                    format!("revision `{wanted}` of stream `{stream}` is taken; the stream is at revision `{current}`")
                } else {
                    format!("stream `{stream}` is at revision `{current}`, so nothing can be stored at revision `{wanted}` yet")
                }
            }
            Self::RevisionNotReached { stream, after, current } => {
                format!("stream `{stream}` is at revision `{current}` and does not reach revision `{after}`")
            }
            Self::FeedBegunAnew => {
                "the cursor belongs to another feed: this one was recreated, or is another store's; read it from the beginning".into()
            }
            Self::FeedNotReached => {
                "the cursor is beyond the end of the feed: the feed's table was restored to an earlier moment, and must be recreated".into()
            }
            Self::EventIdReused { ids } => {
                let told: Vec<_> = ids.iter().take(TOLD_IDS).map(|id| format!("`{id}`")).collect();
                let more = if ids.len() > TOLD_IDS { ", and more" } else { "" };
                format!("already in the stream, with other content or at another place: {}{more}", told.join(", "))
            }
            Self::Outrun { attempts } => {
                format!("other writers took each of the `{attempts}` revisions that were tried; nothing was stored, try again")
            }
            Self::AppendTooLarge { size } => {
                let limit = limits::APPEND_BYTES;
                format!("payload, metadata and type of the events have `{size}` bytes, more than `{limit}`")
            }
            Self::BodyTooLarge { .. } => format!("the body has more than `{}` bytes", limits::BODY_BYTES),
            Self::UnsupportedMediaType { found: Some(found) } => {
                let found = fields::cut(found, limits::PROBLEM_FIELD_CHARACTERS);
                format!("the content type must be `application/json`, not `{found}`")
            }
            Self::UnsupportedEncoding { found } => {
                let found = fields::cut(found, limits::PROBLEM_FIELD_CHARACTERS);
                format!("the body must be sent as it is, without the content encoding `{found}`")
            }
            Self::UnsupportedMediaType { found: None } => "the content type must be `application/json`".into(),
            Self::Store(StoreError::Fault(_)) | Self::Panic { .. } if is_append => {
                "the store failed, and whether the events were stored is unknown; try again with the same event ids".into()
            }
            Self::Store(StoreError::Fault(_)) | Self::Panic { .. } => "the store failed; its log says why".into(),
            Self::Store(_) if is_append => {
                "the database did not answer, and whether the events were stored is unknown; try again with the same event ids".into()
            }
            Self::Store(_) => "the database did not answer; try again".into(),
        }
    }

    fn details(&self) -> ProblemDetails {
        let mut details = ProblemDetails::default();
        match self {
            Self::InvalidRequest(problems) => details.messages = problems.clone().into_messages(),
            Self::RevisionConflict {
                expected,
                current,
                event,
                ..
            } => {
                details.expected_revision = Some(expected.map_or(0, Revision::as_u64));
                details.current_revision = Some(*current);
                details.event = event.as_deref().cloned();
            }
            Self::RevisionNotReached { current, .. } => details.current_revision = Some(*current),
            Self::EventIdReused { ids } => details.event_ids.clone_from(ids),
            Self::AppendTooLarge { size } => {
                details.limit = Some(limits::APPEND_BYTES as u64);
                details.size = Some(*size as u64);
            }
            Self::BodyTooLarge { size } => {
                details.limit = Some(limits::BODY_BYTES as u64);
                details.size = *size;
            }
            _ => {}
        }
        details
    }
}

/// Carries the error to [`super::observe`], which knows the request's id and writes the response.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<FieldProblems> for ApiError {
    fn from(problems: FieldProblems) -> Self {
        Self::InvalidRequest(problems)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidCommit> for ApiError {
    fn from(invalid: InvalidCommit) -> Self {
        match invalid {
            InvalidCommit::TooLarge { size } => Self::AppendTooLarge { size },
            InvalidCommit::RepeatedId { place, .. } => {
                FieldProblems::of(format!("events[{place}].eventId"), invalid).into()
            }
            other => FieldProblems::of("events", other).into(),
        }
    }
}

impl From<BeyondLastRevision> for ApiError {
    fn from(beyond: BeyondLastRevision) -> Self {
        // A path cannot name a revision beyond the largest. Only the addition in an append of several events
        // exceeds it.
        FieldProblems::of("expectedRevision", beyond).into()
    }
}
