//! Problem bodies: what the store answers when it does not do what was asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Event, EventId, Revision};

/// A problem body (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
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

/// Which problem it is: a stable name, and the status that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemType {
    /// The request is malformed; every bad field is named.
    InvalidRequest,
    /// There is no such stream under that type.
    StreamNotFound,
    /// There is nothing at that path.
    RouteNotFound,
    /// The path does not take that method.
    MethodNotAllowed,
    /// The revision is taken, or the stream does not reach it yet.
    RevisionConflict,
    /// The stream does not reach the revision after which it was to be read: who follows it knows of events that this
    /// store does not have.
    RevisionNotReached,
    /// The feed was made anew since the cursor was given: what follows it begins anew.
    FeedBegunAnew,
    /// The feed does not reach the cursor: who sends it knows of pages that this store does not have.
    FeedNotReached,
    /// An event id of the request is met in the commit that holds the place, or, where an append goes to the end, among the
    /// stream's newest ten commits, with other content or at another place. It is not looked for elsewhere in the stream.
    EventIdReused,
    /// The append is larger than an item may be.
    EventTooLarge,
    /// The body is not JSON, or it is encoded.
    UnsupportedMediaType,
    /// The database throttles, or too many writers append to the end of one stream.
    Throttled,
    /// The database cannot be reached, or does not answer in time.
    StoreUnavailable,
    /// A fault of the store itself; also any type that this library does not know.
    #[serde(other)]
    Internal,
}

impl ProblemType {
    /// The HTTP status that goes with the problem.
    pub fn status(self) -> u16 {
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
            Self::Internal => 500,
            Self::Throttled | Self::StoreUnavailable => 503,
        }
    }

    /// The problem in a few words.
    pub fn title(self) -> &'static str {
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
        }
    }
}

/// Facts about a problem. Which are there depends on the `type` of the problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
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
        let problem = Problem {
            problem_type: ProblemType::InvalidRequest,
            title: ProblemType::InvalidRequest.title().into(),
            status: ProblemType::InvalidRequest.status(),
            detail: "1 field is invalid".into(),
            request_id: "r-1".into(),
            message: "1 field is invalid".into(),
            details: ProblemDetails {
                messages: BTreeMap::from([("initialEvent.eventType".into(), vec!["required".into()])]),
                ..ProblemDetails::default()
            },
        };
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
    fn a_problem_type_of_a_later_store_is_read_as_internal() {
        assert_eq!(
            serde_json::from_str::<ProblemType>("\"novel\"").unwrap(),
            ProblemType::Internal
        );
    }
}
