//! Parameters in paths, queries and request headers.

#![expect(
    dead_code,
    reason = "the fields are read by the derived implementations alone"
)]

use event_store_types::{EventType, Revision, StreamId, StreamType};
use utoipa::IntoParams;

#[derive(IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub(in crate::http) struct StreamTypePath {
    /// The type of the stream.
    #[param(example = "order")]
    stream_type: StreamType,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub(in crate::http) struct StreamPath {
    /// The type of the stream.
    #[param(example = "order")]
    stream_type: StreamType,
    /// The id of the stream within its type.
    #[param(example = "2886e475-d5cc-40f7-aec5-401071388b3c")]
    stream_id: StreamId,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub(in crate::http) struct EventPath {
    /// The type of the stream.
    #[param(example = "order")]
    stream_type: StreamType,
    /// The id of the stream within its type.
    #[param(example = "2886e475-d5cc-40f7-aec5-401071388b3c")]
    stream_id: StreamId,
    /// The revision that the event will have.
    #[param(example = 2)]
    revision: Revision,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "kebab-case")]
pub(in crate::http) struct EventsQuery {
    /// `forwards` from the oldest event, or `backwards` from the newest.
    #[param(inline, required = false)]
    direction: Direction,
    /// Only events after this revision; 0 is the beginning. Goes with `forwards`. A revision beyond the end
    /// of the stream is a 409.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after_revision: Option<u64>,
    /// Only events before this revision. Goes with `backwards`.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    before_revision: Option<u64>,
    /// The number of events. A page has fewer only at the end of the stream, or at about 1 MB.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<u32>,
    /// `strong` shows every append acknowledged before the read; `eventual` costs half, and may be a moment
    /// behind. A 404 is certain with either.
    #[param(inline, required = false)]
    consistency: Consistency,
}

#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase", default = "forwards")]
enum Direction {
    Forwards,
    Backwards,
}

#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase", default = "strong")]
enum Consistency {
    Strong,
    Eventual,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "kebab-case")]
pub(in crate::http) struct StreamsQuery {
    /// Only streams updated at this moment or later: RFC 3339, any offset (write `+` as `%2B`), any number of
    /// fractional digits.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_after: Option<String>,
    /// The `nextPageKey` of the previous page. It is valid for its stream type only.
    stream_next_page_key: Option<String>,
    /// Another name of `stream-next-page-key`, for clients of the Go system.
    #[param(rename = "nextPageKey")]
    #[deprecated]
    next_page_key: Option<String>,
    /// The maximum number of streams.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<u32>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "kebab-case")]
pub(in crate::http) struct FeedQuery {
    /// The `next` of the previous page, or `end` for the current end of the feed. `end-200` begins at least
    /// 200 events before the end: any number from 1 to 1000, counting events of any type. Without it, from
    /// the beginning.
    after: Option<String>,
    /// The number of events. A page has fewer only at the end of the feed, at about 1 MB, or after a long
    /// search in which the filter matches nothing.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// Only events of streams of this type. May be given more than once; a type that does not exist is no error.
    #[param(value_type = Vec<StreamType>, required = false, style = Form, explode)]
    stream_type: Option<Vec<StreamType>>,
    /// Only events of this type. May be given more than once; a type that does not exist is no error.
    #[param(value_type = Vec<EventType>, required = false, style = Form, explode)]
    event_type: Option<Vec<EventType>>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(in crate::http) struct Revalidation {
    /// The `ETag` of what the caller has. If it is still current, the answer is a 304.
    #[param(rename = "If-None-Match", nullable = false)]
    if_none_match: Option<String>,
}
