//! PURE: which events of a stream are read.

use event_store_types::{Event, EventPage, Revision, Timestamp};

use super::pages::Page;

/// Which events come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Forwards,
    Backwards,
}

/// Which events are read, whichever come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    /// None up to here.
    pub(crate) after: Option<Revision>,
    /// None after here.
    pub(crate) until: Option<Revision>,
    /// None appended after this moment. Time never goes back within a stream.
    pub(crate) until_time: Option<Timestamp>,
}

impl Range {
    /// Whether no event can be of the range.
    pub(crate) fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| Some(until) <= self.after)
    }

    /// Where the first page begins, as the store is asked for it: after a revision or, backwards, before one.
    pub(crate) fn start(&self, direction: Direction) -> Option<Revision> {
        match direction {
            Direction::Forwards => self.after,
            Direction::Backwards => self.until.and_then(|until| until.checked_add(1)),
        }
    }

    /// How many events to ask for from there on: none that would be thrown away.
    pub(crate) fn size(
        &self,
        direction: Direction,
        from: Option<Revision>,
        size: Option<u16>,
        largest: u16,
    ) -> Option<u16> {
        let number = |revision: Option<Revision>| revision.map_or(0, Revision::as_u64);
        let wanted = match direction {
            Direction::Forwards => self
                .until
                .map(|until| until.as_u64().saturating_sub(number(from))),
            // How many there are from the end on is not known.
            Direction::Backwards => {
                from.map(|from| number(from.previous()).saturating_sub(number(self.after)))
            }
        };
        let wanted = wanted.and_then(|wanted| u16::try_from(wanted).ok());
        match (size, wanted.filter(|wanted| (1..=largest).contains(wanted))) {
            (Some(size), Some(wanted)) => Some(size.min(wanted)),
            (size, wanted) => size.or(wanted),
        }
    }

    /// What of a page is wanted, and where the next one begins if anything there can be.
    pub(crate) fn cut(&self, direction: Direction, page: EventPage) -> Page<Event, Revision> {
        let last = page.last_evaluated_revision;
        let is_passed = match direction {
            Direction::Forwards => {
                let newest = page.events.last();
                self.until.is_some_and(|until| last >= until)
                    || newest.is_some_and(|newest| !self.is_in_time(newest))
            }
            Direction::Backwards => last.previous() <= self.after,
        };
        let mut items = page.events;
        items.retain(|event| self.holds(event));
        Page {
            items,
            next: (page.has_more && !is_passed).then_some(last),
        }
    }

    fn holds(&self, event: &Event) -> bool {
        Some(event.revision) > self.after
            && self.until.is_none_or(|until| event.revision <= until)
            && self.is_in_time(event)
    }

    fn is_in_time(&self, event: &Event) -> bool {
        self.until_time.is_none_or(|moment| event.created_at <= moment)
    }
}

#[cfg(test)]
mod tests {
    use event_store_types::Payload;

    use super::Direction::{Backwards, Forwards};
    use super::*;

    fn revision(number: u64) -> Revision {
        number.try_into().unwrap()
    }

    fn at(second: u64) -> Timestamp {
        format!("2025-01-25T10:11:{second:02}Z").parse().unwrap()
    }

    /// Events appended a second apart: that at revision n at the nth second.
    fn page(revisions: impl IntoIterator<Item = u64>, has_more: bool) -> EventPage {
        let event = |number| {
            Event::new(
                "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
                revision(number),
                "placed".parse().unwrap(),
                Payload::from_text("{}").unwrap(),
                at(number),
                "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap(),
            )
        };
        let events: Vec<Event> = revisions.into_iter().map(event).collect();
        let last = events.last().unwrap().revision;
        EventPage::new(events, has_more, last)
    }

    fn range(after: Option<u64>, until: Option<u64>) -> Range {
        Range {
            after: after.map(revision),
            until: until.map(revision),
            until_time: None,
        }
    }

    fn cut(range: Range, direction: Direction, page: EventPage) -> (Vec<u64>, Option<u64>) {
        let Page { items, next } = range.cut(direction, page);
        let revisions = items.iter().map(|event| event.revision.as_u64());
        (revisions.collect(), next.map(Revision::as_u64))
    }

    #[test]
    fn a_reading_begins_at_the_bound_that_comes_first() {
        for (after, until, forwards, backwards) in [
            (None, None, None, None),
            (Some(3), None, Some(3), None),
            (None, Some(7), None, Some(8)),
            (Some(3), Some(4), Some(3), Some(5)),
            // There is nothing behind the largest revision to begin before.
            (None, Some(Revision::MAX), None, None),
        ] {
            let range = range(after, until);
            let start = |direction| range.start(direction).map(Revision::as_u64);
            assert_eq!(
                (start(Forwards), start(Backwards)),
                (forwards, backwards),
                "{range:?}"
            );
            assert!(!range.is_empty());
        }
        assert!(range(Some(3), Some(3)).is_empty() && range(Some(4), Some(3)).is_empty());
    }

    #[test]
    fn no_event_is_asked_for_that_would_be_thrown_away() {
        let size = |range: Range, direction, from: Option<u64>, size| {
            range.size(direction, from.map(revision), size, 1_000)
        };
        assert_eq!(size(range(Some(3), Some(7)), Forwards, Some(3), None), Some(4));
        assert_eq!(
            size(range(Some(3), Some(7)), Forwards, Some(5), Some(10)),
            Some(2)
        );
        assert_eq!(size(range(None, Some(7)), Forwards, None, Some(2)), Some(2));
        assert_eq!(size(range(None, Some(7_000)), Forwards, None, None), None);
        assert_eq!(size(range(None, None), Forwards, None, None), None);
        assert_eq!(size(range(Some(3), Some(7)), Backwards, Some(8), None), Some(4));
        assert_eq!(size(range(Some(3), None), Backwards, None, Some(5)), Some(5));
        assert_eq!(size(range(Some(3), None), Backwards, Some(6), Some(5)), Some(2));
    }

    #[test]
    fn a_reading_ends_at_the_bound_that_comes_last() {
        let seven = range(Some(3), Some(7));
        assert_eq!(cut(seven, Forwards, page(4..=6, true)), (vec![4, 5, 6], Some(6)));
        assert_eq!(cut(seven, Forwards, page(4..=7, true)), (vec![4, 5, 6, 7], None));
        assert_eq!(cut(seven, Forwards, page(4..=9, true)), (vec![4, 5, 6, 7], None));
        assert_eq!(
            cut(seven, Backwards, page((5..=7).rev(), true)),
            (vec![7, 6, 5], Some(5))
        );
        assert_eq!(
            cut(seven, Backwards, page((4..=7).rev(), true)),
            (vec![7, 6, 5, 4], None)
        );
        assert_eq!(
            cut(seven, Backwards, page((2..=7).rev(), true)),
            (vec![7, 6, 5, 4], None)
        );
        assert_eq!(
            cut(range(None, None), Forwards, page(1..=2, false)),
            (vec![1, 2], None)
        );
    }

    #[test]
    fn a_moment_ends_a_reading_forwards_and_begins_one_backwards() {
        let until = Range {
            until_time: Some(at(5)),
            ..Range::default()
        };
        assert_eq!(
            cut(until, Forwards, page(1..=5, true)),
            (vec![1, 2, 3, 4, 5], Some(5))
        );
        assert_eq!(cut(until, Forwards, page(4..=6, true)), (vec![4, 5], None));
        assert_eq!(
            cut(until, Backwards, page((7..=9).rev(), true)),
            (vec![], Some(7))
        );
        assert_eq!(
            cut(until, Backwards, page((4..=6).rev(), true)),
            (vec![5, 4], Some(4))
        );
    }
}
