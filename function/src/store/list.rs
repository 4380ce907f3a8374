//! Lists the streams of a type, oldest update first.
//!
//! PURE except for [`list_streams`], which carries questions and answers between [`Listing`] and a
//! [`Catalogue`].
//!
//! A type's streams are spread over [`Shard::COUNT`] shards, each of which is in order. A page queries the
//! shards in parallel and merges the answers. An answer may end before its shard does: at the limit, or
//! because DynamoDB stops reading at 1 MB. Streams after the end of such an answer are unknown, so the page
//! contains nothing after the *smallest* such end until that shard has been queried again.

use std::collections::BTreeMap;

use event_store_types::{Stream, StreamPage, StreamType, Timestamp};
use futures::future::try_join_all;

use super::cursor::PageKey;
use super::position::{Position, Start};
use super::shard::Shard;
use super::{StoreError, limits};

/// A request for a page of the streams of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStreams {
    pub stream_type: StreamType,
    /// Leaves out streams updated before this moment.
    pub updated_after: Option<Timestamp>,
    /// Continues after an earlier page.
    pub page_key: Option<PageKey>,
    /// The maximum number of streams in the page; clamped to 1 to [`limits::PAGE_STREAMS`].
    pub limit: usize,
}

/// The port to the catalogue's index: the streams of a shard, ordered by position.
pub trait Catalogue {
    /// Reads a part of a shard. Eventually consistent.
    fn query(
        &self,
        stream_type: &StreamType,
        query: ShardQuery,
    ) -> impl Future<Output = Result<ShardAnswer, StoreError>> + Send;
}

/// A query for the streams of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardQuery {
    pub shard: Shard,
    /// Where the answer begins.
    pub start: Start,
    /// The maximum number of streams in the answer.
    pub limit: usize,
}

/// The streams of one shard, from the start of the [`ShardQuery`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardAnswer {
    pub shard: Shard,
    /// The streams, by position.
    pub streams: Vec<Stream>,
    /// The position after which there may be more; `None` at the end of the shard.
    pub more_after: Option<Position>,
}

/// Reads a page of the streams of a type.
///
/// The catalogue lags behind the log, and an updated stream moves to the end of the listing. A walk over
/// pages sees every stream that does not move exactly once. It sees a moving stream at its old position, at
/// its new one, or at both. A walk that polls for changes must overlap the previous one by more than the lag.
///
/// # Errors
/// When a shard cannot be read.
pub async fn list_streams(
    catalogue: &impl Catalogue,
    request: ListStreams,
) -> Result<StreamPage, StoreError> {
    let stream_type = request.stream_type.clone();
    let mut listing = Listing::begin(request);
    loop {
        match listing.step() {
            Step::Query(queries) => {
                let questions = queries
                    .into_iter()
                    .map(|query| catalogue.query(&stream_type, query));
                listing.answered(try_join_all(questions).await?);
            }
            Step::Done(page) => return Ok(page),
        }
    }
}

/// The step machine of one page. It takes the shards' answers and returns the next queries or the page.
#[derive(Clone, Debug)]
pub struct Listing {
    stream_type: StreamType,
    limit: usize,
    /// Streams that were found and are not yet in a page. Keyed by position, so that a stream found twice is
    /// kept once.
    found: BTreeMap<Position, Stream>,
    /// Where to continue in each shard, by its index; `None` at the end of the shard.
    ahead: [Option<Start>; Shard::COUNT],
}

/// The next step.
#[derive(Clone, Debug)]
pub enum Step {
    /// Query these shards in parallel, each once, and pass their answers to [`Listing::answered`].
    Query(Vec<ShardQuery>),
    /// The page. The machine has finished.
    Done(StreamPage),
}

impl Listing {
    /// Begins a page.
    pub fn begin(request: ListStreams) -> Self {
        let after = request.page_key.map(|key| key.position());
        Self {
            stream_type: request.stream_type,
            limit: request.limit.clamp(1, limits::PAGE_STREAMS),
            found: BTreeMap::new(),
            ahead: [Some(Start::latest(request.updated_after, after)); Shard::COUNT],
        }
    }

    /// Takes the answers to the queries of the last step.
    pub fn answered(&mut self, answers: impl IntoIterator<Item = ShardAnswer>) {
        for answer in answers {
            self.ahead[answer.shard.index()] = answer.more_after.map(Start::After);
            self.found.extend(
                answer
                    .streams
                    .into_iter()
                    .map(|stream| (Position::of(&stream), stream)),
            );
        }
    }

    /// The next step.
    pub fn step(&mut self) -> Step {
        let queries = self.queries();
        if queries.is_empty() {
            Step::Done(self.page())
        } else {
            Step::Query(queries)
        }
    }

    /// One more than the page holds: only a stream after the page proves that there is more.
    fn wanted(&self) -> usize {
        self.limit + 1
    }

    /// Queries every shard that may hold a stream of the page that is not found yet.
    fn queries(&self) -> Vec<ShardQuery> {
        let last_wanted = self.found.keys().nth(self.limit).copied();
        let limit = self.query_limit();
        let may_hold_more = |start: &Start| match (start, last_wanted) {
            (Start::After(end), Some(last)) => *end < last,
            _ => true,
        };
        Shard::ALL
            .into_iter()
            .filter_map(|shard| Some((shard, self.ahead[shard.index()]?)))
            .filter(|(_, start)| may_hold_more(start))
            .map(|(shard, start)| ShardQuery { shard, start, limit })
            .collect()
    }

    /// How many streams to request from each shard: its share of the missing ones, rounded up to whole
    /// billing steps.
    ///
    /// The extra streams are the margin for shards that hold more than their share. They are free, because
    /// DynamoDB bills a query in steps of 4 KB. With this margin, a page of [`limits::PAGE_STREAMS`] costs at
    /// most twice the read units of one query over an unsharded index. A smaller page has no such bound: each
    /// shard may hold the oldest update, so every shard is queried, and no query is billed less than one
    /// step. That makes 4 units, whatever the page holds.
    fn query_limit(&self) -> usize {
        let missing = self.wanted().saturating_sub(self.found.len());
        let share = missing.div_ceil(Shard::COUNT).max(1);
        share.next_multiple_of(items_per_step(&self.stream_type))
    }

    fn page(&mut self) -> StreamPage {
        let has_more = self.found.len() >= self.wanted();
        let streams: Vec<Stream> = std::mem::take(&mut self.found)
            .into_values()
            .take(self.limit)
            .collect();
        let last = streams.last().filter(|_| has_more).map(Position::of);
        let next_page_key = last.map(|position| PageKey::after(self.stream_type.clone(), position).encode());
        StreamPage::new(streams, has_more, next_page_key)
    }
}

/// The number of bytes that DynamoDB reads for one billing step, which is half a unit.
const STEP_BYTES: usize = 4096;

/// The number of items of the catalogue's index that fit into one billing step.
fn items_per_step(stream_type: &StreamType) -> usize {
    STEP_BYTES / item_bytes(stream_type)
}

/// The size of an item of the catalogue's index: its attribute names and values in UTF-8, and a number at
/// about one byte for two digits
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
fn item_bytes(stream_type: &StreamType) -> usize {
    const ID: usize = 36;
    const MOMENT: usize = 27;
    let name = stream_type.as_str().len();
    let pk = "pk".len() + name + 1 + ID;
    let shard = "shard".len() + name + 2;
    let updated_at = "updatedAt".len() + MOMENT;
    let position = "position".len() + MOMENT + 1 + ID;
    let revision = "revision".len() + 5;
    let feed = "feed".len() + 16 + "fed".len() + 5;
    pk + shard + updated_at + position + revision + feed
}

#[cfg(test)]
mod tests;
