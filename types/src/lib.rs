//! Wire types of the serverless event store.
//!
//! The store, its clients and its consumers exchange these types: streams, events, pages, notifications and
//! problem bodies. The newtypes cannot hold a bad value: parsing is the only way to get one, so that only the
//! edge of a program has to check its input.
//!
//! ```
//! use event_store_types::{NewEvent, Payload, StreamType};
//!
//! let stream_type: StreamType = "order".parse()?;
//! let event = NewEvent::new("placed".parse()?, Payload::from_text(r#"{"total":1e400}"#)?);
//! assert_eq!(event.payload.as_str(), r#"{"total":1e400}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

mod event;
mod event_id;
mod event_type;
mod expected_revision;
mod feed;
mod finite;
mod json;
pub mod loopback;
mod members;
mod notification;
#[cfg(feature = "openapi")]
mod openapi;
mod page;
mod problem;
mod provenance;
mod revision;
mod schema_version;
mod stream;
mod stream_id;
mod stream_type;
mod text;
mod timestamp;
mod trace_parent;
#[doc(hidden)]
pub mod wire;

pub use event::{Event, NewEvent};
pub use event_id::{EventId, InvalidEventId};
pub use event_type::{EventType, InvalidEventType};
pub use expected_revision::ExpectedRevision;
pub use feed::{FeedEvent, FeedPage};
pub use json::{InvalidJson, Metadata, Payload};
pub use notification::Notification;
pub use page::{EventPage, StreamPage};
pub use problem::{Problem, ProblemDetails, ProblemType};
pub use provenance::Provenance;
pub use revision::{InvalidRevision, Revision};
pub use stream::Stream;
pub use stream_id::{InvalidStreamId, StreamId};
pub use stream_type::{InvalidStreamType, StreamType};
pub use text::is_seen;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use trace_parent::{InvalidTraceParent, TraceParent};
