//! PURE: calls of the API.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The size of an event's payload in every call, in bytes: a JSON string, including its quotes.
pub const PAYLOAD_BYTES: usize = 100;

/// A call of the API, independent of its transport.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, without its question mark.
    pub query: String,
    /// The body, JSON if there is one.
    pub body: Option<String>,
}

impl Call {
    /// The liveness check: no operation of the store, so it shows the cost that every call has.
    pub fn liveness() -> Self {
        Self::get("/liveness-check".to_owned(), String::new())
    }

    /// Lists the first `limit` streams.
    pub fn list(limit: usize) -> Self {
        Self::get(STREAMS.to_owned(), format!("limit={limit}"))
    }

    /// Reads `limit` events of the feed after a cursor, or from the beginning.
    pub fn feed(limit: usize, after: Option<&str>) -> Self {
        let after = after.map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        Self::get("/feed".to_owned(), format!("limit={limit}{after}"))
    }

    /// Asks where the feed ends.
    pub fn feed_end() -> Self {
        Self::get("/feed".to_owned(), "after=end".to_owned())
    }

    fn get(path: String, query: String) -> Self {
        Self {
            method: Method::GET,
            path,
            query,
            body: None,
        }
    }

    fn send(method: Method, path: String, body: &Value) -> Self {
        Self {
            method,
            path,
            query: String::new(),
            body: Some(body.to_string()),
        }
    }

    /// Path and query.
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

const STREAMS: &str = "/streams/order";

/// The type of every stream.
pub const STREAM_TYPE: &str = "order";

/// The type of every event.
pub const EVENT_TYPE: &str = "changed";

/// The calls that are about one stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamCalls(Uuid);

impl StreamCalls {
    /// The calls about the stream with this id.
    pub fn of(id: Uuid) -> Self {
        Self(id)
    }

    /// The calls about a new stream.
    pub fn of_new_stream() -> Self {
        Self(Uuid::new_v4())
    }

    /// The stream's id.
    pub fn id(self) -> Uuid {
        self.0
    }

    /// Creates the stream.
    pub fn create(self) -> Call {
        let body = json!({"streamId": self.0, "initialEvent": event()});
        Call::send(Method::POST, STREAMS.to_owned(), &body)
    }

    /// Appends one event at `revision`.
    pub fn append(self, revision: u64) -> Call {
        let path = format!("{}/{revision}", self.events());
        Call::send(Method::PUT, path, &json!({"event": event()}))
    }

    /// Appends `count` events, the first at `revision`.
    pub fn append_batch(self, revision: u64, count: usize) -> Call {
        self.append_expecting(&json!(revision - 1), count)
    }

    /// Appends one event at any revision.
    pub fn append_at_end(self) -> Call {
        self.append_expecting(&json!("any"), 1)
    }

    fn append_expecting(self, expected: &Value, count: usize) -> Call {
        let events: Vec<Value> = std::iter::repeat_with(event).take(count).collect();
        let body = json!({"expectedRevision": expected, "events": events});
        Call::send(Method::POST, self.events(), &body)
    }

    /// Reads the first `limit` events.
    pub fn read(self, limit: usize) -> Call {
        Call::get(self.events(), format!("limit={limit}"))
    }

    /// Reads the last `limit` events.
    pub fn read_backwards(self, limit: usize) -> Call {
        Call::get(self.events(), format!("limit={limit}&direction=backwards"))
    }

    /// Asks for the stream's revision.
    pub fn details(self) -> Call {
        Call::get(format!("{STREAMS}/{}/details", self.0), String::new())
    }

    fn events(self) -> String {
        format!("{STREAMS}/{}/events", self.0)
    }
}

fn event() -> Value {
    json!({"eventType": EVENT_TYPE, "payload": "x".repeat(PAYLOAD_BYTES - 2)})
}
