//! Listing the streams of a type, oldest update first.
//!
//! PURE but for [`list_streams`], which carries questions and answers between [`Listing`] and a [`Catalogue`].
//!
//! A type's streams lie in [`Shard::COUNT`] shards, each in order. A page asks them side by side and merges.
//! An answer may end before its shard does: at the limit, or because DynamoDB stops reading at 1 MB. What
//! lies behind the end of such an answer is unknown, so nothing behind the *smallest* such end is emitted
//! until that shard has been asked again.

use std::collections::BTreeMap;

use event_store_types::{Stream, StreamPage, StreamType, Timestamp};
use futures::future::try_join_all;

use super::cursor::PageKey;
use super::position::{Position, Start};
use super::shard::Shard;
use super::{StoreError, limits};

/// A question for a page of the streams of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStreams {
    pub stream_type: StreamType,
    /// Leaves out streams updated before this moment.
    pub updated_after: Option<Timestamp>,
    /// Continues behind an earlier page.
    pub page_key: Option<PageKey>,
    /// The most streams of the page; from 1 to [`limits::PAGE_STREAMS`], and taken to be so.
    pub limit: usize,
}

/// The port to the catalogue's index: the streams of a shard, in the order of their positions.
pub trait Catalogue {
    /// Answers a part of a shard. Eventually consistent.
    fn query(
        &self,
        stream_type: &StreamType,
        query: ShardQuery,
    ) -> impl Future<Output = Result<ShardAnswer, StoreError>> + Send;
}

/// A question for the streams of one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardQuery {
    pub shard: Shard,
    /// Where the answer begins.
    pub start: Start,
    /// The most streams of the answer.
    pub limit: usize,
}

/// The streams of one shard from where a [`ShardQuery`] began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardAnswer {
    pub shard: Shard,
    /// The streams, by position.
    pub streams: Vec<Stream>,
    /// Behind which position there may be more; `None` when the shard has nothing more.
    pub more_after: Option<Position>,
}

/// Answers a page of the streams of a type.
///
/// The catalogue lags behind the log, and a stream that is updated moves to the end of the listing. Within a
/// walk over pages every stream that stays where it is is seen exactly once, and one that moves is seen where it
/// was or where it moved to, or twice; a walk that polls for news must overlap the one before by more than the lag.
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

/// The step machine of one page: the shards' answers in, the next questions or the page out.
#[derive(Clone, Debug)]
pub struct Listing {
    stream_type: StreamType,
    limit: usize,
    /// What was answered and is not emitted yet. By position, so that a stream answered twice is held once.
    found: BTreeMap<Position, Stream>,
    /// Where each shard, by its index, is to be asked on; `None` when it has nothing more.
    ahead: [Option<Start>; Shard::COUNT],
}

/// What is to be done next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Ask these shards, each once and side by side, and hand their answers to [`Listing::answered`].
    Query(Vec<ShardQuery>),
    /// The page. The machine is at its end.
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

    /// Takes the answers to the questions of the last step.
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

    /// Says what is to be done next.
    pub fn step(&mut self) -> Step {
        let queries = self.queries();
        if queries.is_empty() {
            Step::Done(self.page())
        } else {
            Step::Query(queries)
        }
    }

    /// One more than the page holds: only the stream behind the page proves that there is more.
    fn wanted(&self) -> usize {
        self.limit + 1
    }

    /// Asks every shard that may hold a stream of the page that is not found yet.
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

    /// How many streams a shard is asked for: its share of what is still wanted, rounded up to whole read units.
    ///
    /// What the rounding adds is the margin for shards that hold more than their share, and it is free:
    /// DynamoDB bills a query in steps of 4 KB. With it, a page of [`limits::PAGE_STREAMS`] costs at most twice the
    /// read units of one query over an unsharded index. A smaller page cannot: each shard may hold the oldest update,
    /// so each is asked, and no query is billed less than one step. That is 4 units, whatever the page holds.
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

/// How many bytes DynamoDB reads for one step of billing, which is half a unit.
const STEP_BYTES: usize = 4096;

/// How many items of the catalogue's index DynamoDB reads for one step of billing.
fn items_per_step(stream_type: &StreamType) -> usize {
    STEP_BYTES / item_bytes(stream_type)
}

/// How large an item of the catalogue's index is: its attribute names and values in UTF-8, a number about one byte
/// for two digits (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
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
