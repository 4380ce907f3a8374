//! Problem bodies, with which the store answers a request that fails.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Event, EventId, Revision};

/// A problem body (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Problem {
    /// Which problem it is.
    #[serde(rename = "type")]
    pub problem_type: ProblemType,
    /// The problem in a few words, the same at every occurrence.
    pub title: String,
    /// The response's HTTP status.
    pub status: u16,
    /// What happened this time, and the remedy.
    pub detail: String,
    /// The request's id, as in the `x-request-id` header.
    pub request_id: String,
    /// The same as `detail`, under the name that the Go system gave it.
    pub message: String,
    /// Facts for a program to act on.
    #[serde(default)]
    pub details: ProblemDetails,
}

impl Problem {
    /// A problem with the title and status of its type, and without details.
    pub fn new(problem_type: ProblemType, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            title: problem_type.title().into(),
            status: problem_type.status(),
            problem_type,
            message: detail.clone(),
            detail,
            request_id: request_id.into(),
            details: ProblemDetails::default(),
        }
    }

    /// The same problem with these details, which replace those it has.
    #[must_use]
    pub fn with_details(self, details: ProblemDetails) -> Self {
        Self { details, ..self }
    }
}

/// Which problem it is: a stable name, and the status that goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemType {
    /// The request is malformed; every bad field is named.
    InvalidRequest,
    /// There is no such stream of that type.
    StreamNotFound,
    /// The path does not exist.
    RouteNotFound,
    /// The path does not support that method.
    MethodNotAllowed,
    /// The stream is not at the expected revision: the next revision is taken, or the stream does not reach it yet.
    RevisionConflict,
    /// The stream does not reach the revision after which the client wants to read: the client knows of events that
    /// this store does not have.
    RevisionNotReached,
    /// The feed was rebuilt since the store issued the cursor: followers must start again.
    FeedBegunAnew,
    /// The feed does not reach the cursor: the client knows of pages that this store does not have.
    FeedNotReached,
    /// An event id of the request exists with other content or at another place: in the commit at the requested revision, or,
    /// for an append at any revision, in the stream's newest ten commits. The store does not look elsewhere in the stream.
    EventIdReused,
    /// The append is larger than the limit.
    EventTooLarge,
    /// The body is not JSON, or has a content encoding.
    UnsupportedMediaType,
    /// The database throttles requests, or too many writers append to the end of one stream.
    Throttled,
    /// The database is unreachable, or does not answer in time.
    StoreUnavailable,
    /// A fault of the store itself.
    Internal,
    /// A problem of a newer store, which this library does not know, by its name.
    Unknown(Box<str>),
}

impl ProblemType {
    /// All known types.
    pub(crate) const KNOWN: [Self; 14] = [
        Self::InvalidRequest,
        Self::StreamNotFound,
        Self::RouteNotFound,
        Self::MethodNotAllowed,
        Self::RevisionConflict,
        Self::RevisionNotReached,
        Self::FeedBegunAnew,
        Self::FeedNotReached,
        Self::EventIdReused,
        Self::EventTooLarge,
        Self::UnsupportedMediaType,
        Self::Throttled,
        Self::StoreUnavailable,
        Self::Internal,
    ];

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidRequest => "invalid-request",
            Self::StreamNotFound => "stream-not-found",
            Self::RouteNotFound => "route-not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::RevisionConflict => "revision-conflict",
            Self::RevisionNotReached => "revision-not-reached",
            Self::FeedBegunAnew => "feed-begun-anew",
            Self::FeedNotReached => "feed-not-reached",
            Self::EventIdReused => "event-id-reused",
            Self::EventTooLarge => "event-too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Throttled => "throttled",
            Self::StoreUnavailable => "store-unavailable",
            Self::Internal => "internal",
            Self::Unknown(name) => name,
        }
    }

    /// The HTTP status of this type; 500 for an unknown one, whose real status is in [`Problem::status`].
    pub fn status(&self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::StreamNotFound | Self::RouteNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RevisionConflict
            | Self::RevisionNotReached
            | Self::FeedNotReached
            | Self::EventIdReused => 409,
            Self::FeedBegunAnew => 410,
            Self::EventTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Internal | Self::Unknown(_) => 500,
            Self::Throttled | Self::StoreUnavailable => 503,
        }
    }

    /// The problem in a few words.
    pub fn title(&self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request is malformed",
            Self::StreamNotFound => "There is no such stream",
            Self::RouteNotFound => "There is nothing at this path",
            Self::MethodNotAllowed => "The path does not take this method",
            Self::RevisionConflict => "The stream is not at the expected revision",
            Self::RevisionNotReached => "The stream does not reach the revision",
            Self::FeedBegunAnew => "The feed was begun anew",
            Self::FeedNotReached => "The feed does not reach the cursor",
            Self::EventIdReused => "An event id is already in use in the stream",
            Self::EventTooLarge => "The append is too large",
            Self::UnsupportedMediaType => "The body is not JSON as it is",
            Self::Throttled => "There is too much to do at once",
            Self::StoreUnavailable => "The database is not available",
            Self::Internal => "The store failed",
            Self::Unknown(_) => "A problem of a later store",
        }
    }
}

impl From<&str> for ProblemType {
    fn from(name: &str) -> Self {
        let known = Self::KNOWN.into_iter().find(|known| known.as_str() == name);
        known.unwrap_or_else(|| Self::Unknown(name.into()))
    }
}

impl fmt::Display for ProblemType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for ProblemType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ProblemType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Ok((&*name).into())
    }
}

/// Facts about a problem. Which are there depends on the `type` of the problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProblemDetails {
    /// `invalid-request`: what is wrong, by field (`initialEvent.eventType`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, Vec<String>>,
    /// `revision-conflict`: the revision that the caller took the stream to be at; 0 for no stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub expected_revision: Option<u64>,
    /// `revision-conflict` and `revision-not-reached`: the revision that the stream is at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub current_revision: Option<Revision>,
    /// `revision-conflict`: the event that took the revision, when it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub event: Option<Event>,
    /// `event-too-large`: the limit, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub limit: Option<u64>,
    /// `event-too-large`: the size found, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub size: Option<u64>,
    /// A failed append: the ids under which its events may have been stored. Retry with them. Also the ids
    /// that an `event-id-reused` is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_ids: Vec<EventId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_written_with_the_names_of_both_worlds() {
        let mut details = ProblemDetails::default();
        let messages = ("initialEvent.eventType".into(), vec!["required".into()]);
        details.messages = BTreeMap::from([messages]);
        let problem = Problem::new(ProblemType::InvalidRequest, "1 field is invalid", "r-1");
        let problem = problem.with_details(details);
        insta::assert_snapshot!(serde_json::to_string_pretty(&problem).unwrap(), @r#"
        {
          "type": "invalid-request",
          "title": "The request is malformed",
          "status": 400,
          "detail": "1 field is invalid",
          "requestId": "r-1",
          "message": "1 field is invalid",
          "details": {
            "messages": {
              "initialEvent.eventType": [
                "required"
              ]
            }
          }
        }
        "#);
    }

    #[test]
    fn a_problem_of_a_later_store_keeps_its_name() {
        let text = r#"{"type":"novel","title":"t","status":418,"detail":"d","requestId":"r","message":"d","details":{}}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!(problem.problem_type, ProblemType::Unknown("novel".into()));
        assert_eq!(serde_json::to_string(&problem).unwrap(), text);
    }

    #[test]
    fn every_known_problem_is_read_as_it_is_written() {
        for known in ProblemType::KNOWN {
            let text = serde_json::to_string(&known).unwrap();
            assert_eq!(text, format!("\"{known}\""));
            assert_eq!(serde_json::from_str::<ProblemType>(&text).unwrap(), known);
        }
    }
}
