//! Pages of events and of streams.

use serde::{Deserialize, Serialize};

use crate::{Event, Revision, Stream};

/// A page of a stream's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct EventPage {
    /// The events, in the requested direction.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub events: Vec<Event>,
    /// `false`: there was nothing more. `true`: there may be more, and rarely the next page is empty.
    pub has_more: bool,
    /// Where the next page continues: the revision of the last event of this page, or the position asked for
    /// when the page is empty.
    pub last_evaluated_revision: Revision,
}

impl EventPage {
    /// A page whose next one continues at `last_evaluated_revision`.
    pub fn new(events: Vec<Event>, has_more: bool, last_evaluated_revision: Revision) -> Self {
        Self {
            events,
            has_more,
            last_evaluated_revision,
        }
    }
}

/// A page of the streams of a type, oldest update first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StreamPage {
    /// The streams.
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub streams: Vec<Stream>,
    /// Whether there are more.
    pub has_more: bool,
    /// Where the next page continues: opaque, and good for this stream type only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_page_key: Option<String>,
}

impl StreamPage {
    /// A page whose next one, if there is more, continues at `next_page_key`.
    pub fn new(streams: Vec<Stream>, has_more: bool, next_page_key: Option<String>) -> Self {
        Self {
            streams,
            has_more,
            next_page_key,
        }
    }
}
