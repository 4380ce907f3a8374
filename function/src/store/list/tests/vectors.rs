//! A catalogue of plain vectors. Its shards end their answers at arbitrary points, and its content changes
//! meanwhile.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use event_store_types::{Stream, StreamId, StreamPage};
use uuid::Uuid;

use super::{moment, stream};
use crate::store::cursor::PageKey;
use crate::store::list::{ListStreams, Listing, STEP_BYTES, ShardAnswer, ShardQuery, Step, item_bytes};
use crate::store::position::{Position, Start};
use crate::store::shard::Shard;

type Streams = BTreeMap<Position, Stream>;

/// A catalogue that counts its answers.
#[derive(Default)]
pub(super) struct Vectors {
    pub(super) streams: Streams,
    /// Its content before each move.
    pub(super) past: Vec<Streams>,
    /// The maximum number of streams in its answers, in turn.
    pub(super) stops: Vec<usize>,
    /// The moves to make meanwhile, in order.
    pub(super) moves: VecDeque<Move>,
    /// How many moves its answers lag behind, in turn.
    pub(super) lags: Vec<usize>,
    pub(super) answers: usize,
    pub(super) rounds: usize,
    /// The read units that DynamoDB would bill for eventually consistent queries.
    pub(super) rru: f64,
}

/// An update during a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    /// The number of answers after which it happens, counted from the previous move.
    pub(super) after: usize,
    /// The stream that moves or is created.
    pub(super) stream_id: StreamId,
    /// How many microseconds it moves the stream on, or the time at which it creates one.
    pub(super) by: i64,
}

impl Vectors {
    pub(super) fn of(streams: impl IntoIterator<Item = Stream>) -> Self {
        Self {
            streams: by_position(streams),
            ..Self::default()
        }
    }

    /// All pages, starting with `request`.
    pub(super) fn walk(&mut self, request: &ListStreams) -> Vec<StreamPage> {
        let mut pages = vec![self.page(request.clone())];
        while let Some(key) = pages.last().and_then(|page| page.next_page_key.as_deref()) {
            let page_key = Some(PageKey::decode(key, &request.stream_type).unwrap());
            pages.push(self.page(ListStreams {
                page_key,
                ..request.clone()
            }));
        }
        pages
    }

    pub(super) fn page(&mut self, request: ListStreams) -> StreamPage {
        let mut listing = Listing::begin(request);
        loop {
            match listing.step() {
                Step::Query(queries) => {
                    self.rounds += 1;
                    let answers: Vec<_> = queries.into_iter().map(|query| self.answer(query)).collect();
                    listing.answered(answers);
                }
                Step::Done(page) => return page,
            }
        }
    }

    fn answer(&mut self, query: ShardQuery) -> ShardAnswer {
        self.move_on();
        let stop = in_turn(&self.stops, self.answers).unwrap_or(usize::MAX);
        let lag = in_turn(&self.lags, self.answers).unwrap_or_default();
        self.answers += 1;
        let start = match query.start {
            Start::Beginning => Bound::Unbounded,
            Start::At(updated_at) => Bound::Included(Position {
                updated_at,
                stream_id: Uuid::nil().into(),
            }),
            Start::After(after) => Bound::Excluded(after),
        };
        let limit = query.limit.min(stop);
        let streams: Vec<Stream> = self
            .seen_with(lag)
            .range((start, Bound::Unbounded))
            .filter(|(position, _)| Shard::of(&position.stream_id) == query.shard)
            .take(limit)
            .map(|(_, stream)| stream.clone())
            .collect();
        self.rru += read_units(&streams);
        // Like DynamoDB: a full answer says that there may be more, whether or not there is.
        let more_after = streams
            .last()
            .filter(|_| streams.len() == limit)
            .map(Position::of);
        ShardAnswer {
            shard: query.shard,
            streams,
            more_after,
        }
    }

    /// The content that a lagging answer shows.
    fn seen_with(&self, lag: usize) -> &Streams {
        lag.checked_sub(1)
            .and_then(|lag| self.past.iter().rev().nth(lag))
            .unwrap_or(&self.streams)
    }

    fn move_on(&mut self) {
        while let Some(mut next) = self.moves.pop_front() {
            if next.after > 0 {
                next.after -= 1;
                self.moves.push_front(next);
                return;
            }
            self.past.push(self.streams.clone());
            let old = self
                .streams
                .keys()
                .find(|position| position.stream_id == next.stream_id)
                .copied();
            let mut moved = old
                .and_then(|position| self.streams.remove(&position))
                .unwrap_or_else(|| stream(next.stream_id.as_uuid().as_u128(), 0));
            moved.updated_at = moment(moved.updated_at.as_jiff().as_microsecond() + next.by);
            self.streams.insert(Position::of(&moved), moved);
        }
    }
}

fn in_turn(values: &[usize], turn: usize) -> Option<usize> {
    values.get(turn % values.len().max(1)).copied()
}

fn by_position(streams: impl IntoIterator<Item = Stream>) -> Streams {
    streams
        .into_iter()
        .map(|stream| (Position::of(&stream), stream))
        .collect()
}

/// What DynamoDB bills for a query that reads these items.
pub(super) fn read_units(streams: &[Stream]) -> f64 {
    let bytes: usize = streams.iter().map(|stream| item_bytes(&stream.stream_type)).sum();
    let steps = bytes.div_ceil(STEP_BYTES).max(1);
    f64::from(u32::try_from(steps).unwrap()) * 0.5
}
