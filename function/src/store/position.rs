//! PURE: the position of a stream in the listing.

use std::fmt;
use std::str::FromStr;

use event_store_types::{Stream, StreamId, Timestamp};

/// The position of a stream in the listing of its type: by the time of its last event, then by its id.
///
/// Written as `<updatedAt>#<streamId>`, the sort key of the catalogue's index. Both parts have a fixed
/// length, so positions sort like their texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// When the stream's last event was appended.
    pub updated_at: Timestamp,
    /// The stream's id.
    pub stream_id: StreamId,
}

impl Position {
    /// The position of `stream`.
    pub fn of(stream: &Stream) -> Self {
        Self {
            updated_at: stream.updated_at,
            stream_id: stream.stream_id,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.updated_at, self.stream_id)
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    /// Parses only the spelling that [`fmt::Display`] writes: any other would sort elsewhere.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (updated_at, stream_id) = text.split_once('#').ok_or(InvalidPosition)?;
        let position = Self {
            updated_at: updated_at.parse().map_err(|_| InvalidPosition)?,
            stream_id: stream_id.parse().map_err(|_| InvalidPosition)?,
        };
        if position.to_string() == text {
            Ok(position)
        } else {
            Err(InvalidPosition)
        }
    }
}

/// A text that is not a [`Position`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a time and a stream id such as `2025-01-25T10:11:12.000000Z#2886e475-d5cc-40f7-aec5-401071388b3c`"
)]
pub struct InvalidPosition;

/// Where a listing begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the stream whose update is the oldest.
    Beginning,
    /// At the first stream updated at this moment or later.
    At(Timestamp),
    /// At the first stream after this position.
    After(Position),
}

impl Start {
    /// The later of the two: the position of a page key, and the moment that the caller named.
    pub(crate) fn latest(updated_after: Option<Timestamp>, after: Option<Position>) -> Self {
        match (updated_after, after) {
            (None, None) => Self::Beginning,
            (Some(moment), None) => Self::At(moment),
            (Some(moment), Some(position)) if position.updated_at < moment => Self::At(moment),
            (_, Some(position)) => Self::After(position),
        }
    }

    /// The text after which, in text order, every position of the listing lies; `None` for all.
    ///
    /// A moment alone sorts before every position at that moment, because it is their prefix.
    pub(crate) fn exclusive_bound(&self) -> Option<String> {
        match self {
            Self::Beginning => None,
            Self::At(moment) => Some(moment.to_string()),
            Self::After(position) => Some(position.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_store_types::StreamId;
    use proptest::prelude::*;

    use super::*;

    fn position(micros: i64, id: u128) -> Position {
        let moment = jiff::Timestamp::from_microsecond(micros).unwrap();
        Position {
            updated_at: moment.try_into().unwrap(),
            stream_id: StreamId::from(uuid::Uuid::from_u128(id)),
        }
    }

    /// From the year 0000 to the year 9999, in microseconds.
    const MOMENTS: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;

    proptest! {
        #[test]
        fn the_order_of_texts_is_the_order_of_positions(
            a in MOMENTS, b in MOMENTS, same_moment: bool, x: u128, y: u128,
        ) {
            let (a, b) = (position(a, x), position(if same_moment { a } else { b }, y));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
        }

        #[test]
        fn a_position_reads_back_from_its_text(micros in MOMENTS, id: u128) {
            let position = position(micros, id);
            prop_assert_eq!(position.to_string().parse(), Ok(position));
        }

        #[test]
        fn a_moment_bounds_exactly_the_positions_from_it_on(micros in MOMENTS, from in MOMENTS, id: u128) {
            let (position, start) = (position(micros, id), self::position(from, 0).updated_at);
            let bound = Start::At(start).exclusive_bound().unwrap();
            prop_assert_eq!(position.to_string() > bound, position.updated_at >= start);
        }
    }

    #[test]
    fn another_spelling_of_a_position_is_refused() {
        for text in [
            "",
            "#",
            "2025-01-25T10:11:12.000000Z",
            "2025-01-25T10:11:12Z#2886e475-d5cc-40f7-aec5-401071388b3c",
            "2025-01-25T10:11:12.000000Z#2886E475-D5CC-40F7-AEC5-401071388B3C",
            "2025-01-25T12:11:12.000000+02:00#2886e475-d5cc-40f7-aec5-401071388b3c",
        ] {
            assert_eq!(text.parse::<Position>(), Err(InvalidPosition), "{text:?}");
        }
    }

    #[test]
    fn a_listing_begins_at_the_later_of_its_two_bounds() {
        let (early, late) = (position(1, 1), position(9, 9));
        assert_eq!(Start::latest(None, None), Start::Beginning);
        assert_eq!(
            Start::latest(Some(early.updated_at), None),
            Start::At(early.updated_at)
        );
        assert_eq!(
            Start::latest(Some(early.updated_at), Some(late)),
            Start::After(late)
        );
        assert_eq!(
            Start::latest(Some(late.updated_at), Some(late)),
            Start::After(late)
        );
        assert_eq!(
            Start::latest(Some(late.updated_at), Some(early)),
            Start::At(late.updated_at)
        );
    }
}
