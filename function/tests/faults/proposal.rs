//! What a client wants to have appended.

use std::cell::Cell;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use event_store_types::{EventId, NewEvent, StreamId};
use serde_json::to_string;

use super::specification::Token;
use crate::support::json_request;

/// A stream: its type and id, as they stand in a path and in the table's key.
pub(crate) type StreamPath = Arc<str>;

/// The type of all streams.
pub(crate) const STREAM_TYPE: &str = "order";

/// Events that belong together, and where they are to go.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// The stream, or `None` as long as only the store knows which it created.
    pub(crate) stream: Option<StreamPath>,
    pub(crate) place: Place,
    pub(crate) events: Vec<NewEvent>,
    /// What the events are to the checks.
    pub(crate) tokens: Vec<Token>,
    pub(crate) route: Route,
}

/// Where in a stream events are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The first of them is to have this revision.
    At(u64),
    /// To the end, wherever it is.
    End,
    /// To the end, of a stream that exists.
    EndOfExisting,
}

/// Which of the API's routes is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `POST /streams/{streamType}`, which lets the store choose the stream's id.
    Create,
    /// The same, with the id.
    CreateNamed,
    /// `PUT …/events/{revision}`
    Put,
    /// `POST …/events`
    Batch,
}

impl Proposal {
    /// The request for it, as it stands: event ids may have come to be known since the last one.
    pub(crate) fn request(&self) -> Request<Body> {
        match (self.route, self.place) {
            (Route::Create, _) => self.create(None),
            (Route::CreateNamed, _) => self.create(Some(self.stream_id())),
            (Route::Put, Place::At(revision)) => {
                let path = format!("/streams/{}/events/{revision}", self.path());
                let body = format!(r#"{{"event":{}}}"#, to_string(&self.events[0]).unwrap());
                json_request(Method::PUT, &path, body)
            }
            (_, place) => {
                let expected = match place {
                    Place::At(revision) => (revision - 1).to_string(),
                    Place::End => r#""any""#.into(),
                    Place::EndOfExisting => r#""streamExists""#.into(),
                };
                let events = to_string(&self.events).unwrap();
                let body = format!(r#"{{"expectedRevision":{expected},"events":{events}}}"#);
                json_request(Method::POST, &format!("/streams/{}/events", self.path()), body)
            }
        }
    }

    fn create(&self, stream_id: Option<StreamId>) -> Request<Body> {
        let id = stream_id.map_or(String::new(), |id| format!(r#""streamId":"{id}","#));
        let event = to_string(&self.events[0]).unwrap();
        let body = format!(r#"{{{id}"initialEvent":{event}}}"#);
        json_request(Method::POST, &format!("/streams/{STREAM_TYPE}"), body)
    }

    fn path(&self) -> &str {
        self.stream.as_deref().unwrap()
    }

    fn stream_id(&self) -> StreamId {
        let (_, id) = self.path().split_once('/').unwrap();
        id.parse().unwrap()
    }

    /// The ids of the events, as far as they are known.
    pub(crate) fn ids(&self) -> impl Iterator<Item = EventId> {
        self.events.iter().filter_map(|event| event.event_id)
    }

    /// Whether trying again can have no double effect.
    pub(crate) fn can_be_tried_again(&self) -> bool {
        self.ids().count() == self.events.len()
    }

    /// Takes over the ids that the store gave to the events, and the stream that follows from them.
    pub(crate) fn identify(&mut self, ids: &[EventId]) {
        for (event, id) in self.events.iter_mut().zip(ids) {
            event.event_id = Some(*id);
        }
        if self.route == Route::Create {
            let id = StreamId::derive(&STREAM_TYPE.parse().unwrap(), ids[0]);
            self.stream = Some(format!("{STREAM_TYPE}/{id}").into());
        }
    }

    /// The numbers of the events, which say which they are.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.tokens.iter().map(|token| token.number).collect()
    }

    /// Whether the event ids are new. If not, the store must notice.
    pub(crate) fn is_honest(&self) -> bool {
        self.tokens.iter().all(|token| token.id == token.number)
    }
}

/// Numbers for events, each of its own.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Cell<u32>);

impl Numbers {
    pub(crate) fn next(&self) -> u32 {
        self.0.update(|last| last + 1);
        self.0.get()
    }
}

/// The type of the event `number`. Each event of a run has a number, and therefore a type, of its own.
pub(crate) fn event_type(number: u32) -> String {
    format!("changed-{number}")
}

/// The number of the event whose type this is.
pub(crate) fn number(event_type: &str) -> u32 {
    event_type.strip_prefix("changed-").unwrap().parse().unwrap()
}
