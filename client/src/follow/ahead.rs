//! PURE: the events that were read and are not committed.

use std::collections::VecDeque;

use event_store_types::{Event, Revision};

/// Events of one stream that were read and are not committed: contiguous, and from the one after the checkpoint on.
#[derive(Debug, Default)]
pub(super) struct Ahead(VecDeque<Event>);

impl Ahead {
    /// Those of the `events` of one stream that come one after the other without a gap: what is missing is read.
    pub(super) fn of(events: Vec<Event>) -> Self {
        let mut ahead = VecDeque::<Event>::with_capacity(events.len());
        for event in events {
            if ahead
                .back()
                .is_some_and(|last| event.revision.previous() != Some(last.revision))
            {
                break;
            }
            ahead.push_back(event);
        }
        Self(ahead)
    }

    /// Drops what `checkpoint` covers; everything, when the rest does not continue there.
    pub(super) fn continue_after(&mut self, checkpoint: Option<Revision>) {
        while self
            .0
            .front()
            .is_some_and(|event| Some(event.revision) <= checkpoint)
        {
            self.0.pop_front();
        }
        if self
            .0
            .front()
            .is_some_and(|event| event.revision.previous() != checkpoint)
        {
            self.0.clear();
        }
    }

    /// Takes a page that was read after `checkpoint`, when there is nothing else.
    ///
    /// # Errors
    /// When the page does not continue there, or has a gap. None of it is taken.
    pub(super) fn take_page(&mut self, events: Vec<Event>, checkpoint: Option<Revision>) -> Result<(), Gap> {
        let mut last = checkpoint;
        for event in &events {
            if event.revision.previous() != last {
                return Err(Gap {
                    after: last,
                    found: event.revision,
                });
            }
            last = Some(event.revision);
        }
        self.0 = events.into();
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to `count` events from the first on.
    pub(super) fn first(&self, count: usize) -> impl Iterator<Item = &Event> {
        self.0.iter().take(count)
    }
}

/// A page of events that does not continue where it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) after: Option<Revision>,
    pub(super) found: Revision,
}

#[cfg(test)]
mod tests {
    use event_store_types::Payload;

    use super::*;

    fn revision(number: u64) -> Revision {
        number.try_into().unwrap()
    }

    fn events(revisions: impl IntoIterator<Item = u64>) -> Vec<Event> {
        revisions
            .into_iter()
            .map(|number| {
                Event::new(
                    "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
                    revision(number),
                    "changed".parse().unwrap(),
                    Payload::from_text("{}").unwrap(),
                    "2025-01-25T10:11:12Z".parse().unwrap(),
                    "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10".parse().unwrap(),
                )
            })
            .collect()
    }

    fn ahead(revisions: impl IntoIterator<Item = u64>) -> Ahead {
        Ahead(events(revisions).into())
    }

    fn revisions(ahead: &Ahead) -> Vec<u64> {
        ahead
            .first(usize::MAX)
            .map(|event| event.revision.as_u64())
            .collect()
    }

    #[test]
    fn what_the_checkpoint_covers_is_dropped() {
        let mut ahead = ahead(3..=6);
        ahead.continue_after(Some(revision(4)));
        assert_eq!(revisions(&ahead), [5, 6]);
        ahead.continue_after(Some(revision(9)));
        assert!(ahead.is_empty());
    }

    #[test]
    fn what_does_not_continue_at_the_checkpoint_is_dropped_whole() {
        for checkpoint in [None, Some(revision(1))] {
            let mut ahead = ahead(3..=6);
            ahead.continue_after(checkpoint);
            assert!(ahead.is_empty());
        }
        let mut ahead = ahead(3..=6);
        ahead.continue_after(Some(revision(2)));
        assert_eq!(revisions(&ahead), [3, 4, 5, 6]);
    }

    #[test]
    fn a_page_with_a_gap_is_not_taken() {
        for (page, after, found) in [(vec![2, 3], 0, 2), (vec![1, 2, 4], 2, 4), (vec![1, 1], 1, 1)] {
            let mut ahead = Ahead::default();
            let gap = Gap {
                after: after.try_into().ok(),
                found: revision(found),
            };
            assert_eq!(ahead.take_page(events(page), None), Err(gap));
            assert!(ahead.is_empty());
        }
        let mut ahead = Ahead::default();
        assert_eq!(ahead.take_page(events(4..=5), Some(revision(3))), Ok(()));
        assert_eq!(revisions(&ahead), [4, 5]);
    }
}
