//! PURE: which stream of a follower is handled next, which waits, and how far the feed is done.
//!
//! Pages of the feed come in, and pieces of work go out, one at a time of each stream. A stream of which an event could not
//! be handled is held: its later events are not kept here, because they are read from the stream itself when it is tried
//! again. So the feed goes on, and what is held costs a line of the checkpoint.

mod kept;
mod lane;
mod recent;
#[cfg(test)]
mod tests;
mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use event_store_types::{Event, FeedPage, Revision};

pub(super) use work::{Change, Failure, Rules, Verdict, Work};

use crate::notification::StreamName;
use lane::{Held, Lane};
use recent::Recent;

/// What is to be done, and how far the feed is done. Moments are durations since the follower's start.
#[derive(Debug)]
pub(super) struct Schedule {
    rules: Rules,
    /// The streams that have something to do, or are held.
    lanes: HashMap<StreamName, Lane>,
    /// The streams that may begin, in the order in which they became so.
    ready: VecDeque<StreamName>,
    /// The streams that are held, by when they are tried again.
    due: BTreeSet<(Duration, StreamName)>,
    /// The pages of which not everything is settled.
    pages: VecDeque<Page>,
    /// The number of the first of them.
    first: u64,
    /// What is settled in those pages, and in which of them.
    ahead: BTreeMap<StreamName, (Revision, u64)>,
    recent: Recent,
    cursor: Option<String>,
    handled: u64,
    /// How many events wait here.
    waiting: usize,
    busy: usize,
    held: usize,
    change: Change,
}

#[derive(Debug)]
struct Page {
    next: String,
    /// How many of its events are not settled: neither handled nor of a held stream.
    open: usize,
}

impl Schedule {
    /// The most events that wait before the next page is read.
    const MOST_WAITING: usize = 1_000;
    /// The most pages that are not settled: one event that takes for ever must not let the rest run away from the cursor.
    const MOST_PAGES: usize = 32;
    /// The most streams that are held before the feed waits for them: more would not fit a checkpoint.
    const MOST_HELD: usize = 1_000;
    /// The number of no page: that of what was handled in an earlier run, and has not been read in this one.
    const NOT_READ: u64 = u64::MAX;
    /// Of how many streams it is remembered how far they are.
    const REMEMBERED: usize = 50_000;

    /// Notes that the last checkpoint was not kept: what had changed has changed still.
    pub(super) fn is_not_kept(&mut self, change: Change) {
        self.change = self.change.max(change);
    }

    /// Where the feed is settled up to: where reading it begins.
    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Takes in the next page of the feed, less what is handled already.
    pub(super) fn accept(&mut self, page: FeedPage) {
        let number = self.first + self.pages.len() as u64;
        let mut open = 0;
        for event in page.events {
            let (stream_type, event) = event.into_parts();
            let stream = (stream_type, event.stream_id);
            if self.recent.through(&stream) >= Some(event.revision) {
                // What an earlier run has handled behind the cursor is told until its page is settled in this one.
                if let Some((through, page)) = self.ahead.get_mut(&stream)
                    && *through == event.revision
                    && *page == Self::NOT_READ
                {
                    *page = number;
                }
                continue;
            }
            let lane = self.lanes.entry(stream.clone()).or_default();
            if lane.last >= Some(event.revision) {
                continue;
            }
            lane.last = Some(event.revision);
            if lane.held.is_some() {
                self.change = Change::Settled;
                continue;
            }
            if !lane.is_busy && lane.waiting.is_empty() {
                self.ready.push_back(stream);
            }
            lane.waiting.push_back((number, event));
            open += 1;
        }
        self.waiting += open;
        let next = page.next;
        self.pages.push_back(Page { next, open });
        self.settle_pages();
    }

    /// Hands out the next piece of work. Its stream is busy until [`Self::done`] or [`Self::failed`].
    pub(super) fn begin(&mut self, now: Duration) -> Option<Work> {
        if self.due.first().is_some_and(|(due, _)| *due <= now) {
            let (_, stream) = self.due.pop_first()?;
            let lane = self.lanes.get_mut(&stream)?;
            let held = lane.held.as_ref()?;
            lane.is_busy = true;
            self.busy += 1;
            return Some(Work {
                after: held.after,
                through: lane.last?,
                attempts: held.attempts,
                events: Vec::new(),
                stream,
            });
        }
        let stream = self.ready.pop_front()?;
        let lane = self.lanes.get_mut(&stream)?;
        let count = lane.waiting.len().min(self.rules.events_at_once);
        let (begun, events): (Vec<u64>, Vec<Event>) = lane.waiting.drain(..count).unzip();
        let (first, last) = (events.first()?.revision, events.last()?.revision);
        self.waiting -= count;
        self.busy += 1;
        lane.begun = begun;
        lane.is_busy = true;
        Some(Work {
            after: first.previous(),
            through: last,
            attempts: 0,
            events,
            stream,
        })
    }

    /// Notes that the work on `stream` is done, up to the event at `through`.
    pub(super) fn done(&mut self, stream: &StreamName, through: Revision, now: Duration) {
        let Some(lane) = self.lanes.get_mut(stream) else {
            return;
        };
        lane.is_busy = false;
        self.busy -= 1;
        let begun = std::mem::take(&mut lane.begun);
        self.handled += begun.len() as u64;
        if let Some(held) = &mut lane.held {
            self.handled += through
                .as_u64()
                .saturating_sub(held.after.map_or(0, Revision::as_u64));
            self.change = Change::Settled;
            if Some(through) < lane.last {
                held.after = held.after.max(Some(through));
                held.attempts = 0;
                held.faults = 0;
                held.due = Some(now);
                self.due.insert((now, stream.clone()));
                return;
            }
            lane.held = None;
            self.held -= 1;
        } else if let (true, Some(page)) = (self.rules.keeps_ahead, begun.last()) {
            self.ahead.insert(stream.clone(), (through, *page));
            self.change = self.change.max(Change::Ahead);
        }
        if lane.waiting.is_empty() {
            self.lanes.remove(stream);
            self.recent.note(stream.clone(), through);
        } else {
            self.ready.push_back(stream.clone());
        }
        self.close(begun);
    }

    /// Holds `stream`: the event after `after` could not be handled, and `handled` before it were. Parks it when that is the event's fault
    /// often enough: what was away for a while parks nothing.
    pub(super) fn failed(
        &mut self,
        stream: &StreamName,
        after: Option<Revision>,
        handled: u64,
        failure: Failure,
        now: Duration,
    ) -> Option<Verdict> {
        let lane = self.lanes.get_mut(stream)?;
        self.handled += handled;
        lane.is_busy = false;
        self.busy -= 1;
        let before = lane.held.take();
        self.held += usize::from(before.is_none());
        let (attempts, faults) = match &before {
            Some(before) if before.after >= after => (before.attempts.saturating_add(1), before.faults),
            _ => (1, 0),
        };
        let faults = faults.saturating_add(failure.is_of_event.into());
        let verdict = match self.rules.park_after {
            Some(most) if failure.is_of_event && faults >= most => Verdict::Parked,
            _ => Verdict::Held(self.rules.backoff.after(attempts)),
        };
        let due = match verdict {
            Verdict::Held(pause) => Some(now + pause),
            Verdict::Parked => None,
        };
        self.due.extend(due.map(|due| (due, stream.clone())));
        lane.held = Some(Held {
            after: before.and_then(|before| before.after).max(after),
            attempts,
            faults,
            due,
            reason: failure.reason,
        });
        let mut closed = std::mem::take(&mut lane.begun);
        self.waiting -= lane.waiting.len();
        closed.extend(lane.waiting.drain(..).map(|(page, _)| page));
        self.change = Change::Settled;
        self.close(closed);
        Some(verdict)
    }

    /// What has changed since [`Self::checkpoint`] was called last.
    pub(super) fn change(&self) -> Change {
        self.change
    }

    /// Whether any stream is held, which others may resume or skip.
    pub(super) fn holds(&self) -> bool {
        self.held > 0
    }

    /// Whether there is room for the next page.
    pub(super) fn has_room(&self) -> bool {
        self.waiting < Self::MOST_WAITING
            && self.pages.len() < Self::MOST_PAGES
            && self.held < Self::MOST_HELD
    }

    /// When the next held stream is tried again.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Whether everything that came in is settled, and what is held was tried at least `attempts` times.
    pub(super) fn is_settled(&self, attempts: u32) -> bool {
        let is_tried = |(_, stream): &(Duration, StreamName)| {
            let held = self.lanes.get(stream).and_then(|lane| lane.held.as_ref());
            held.is_none_or(|held| held.attempts >= attempts)
        };
        self.pages.is_empty() && self.busy == 0 && self.due.iter().all(is_tried)
    }

    /// How many events were handled since the beginning.
    pub(super) fn handled(&self) -> u64 {
        self.handled
    }

    /// How many streams are held, the parked ones included, and how many of them are parked.
    pub(super) fn held(&self) -> (usize, usize) {
        let parked = |lane: &&Lane| lane.held.as_ref().is_some_and(|held| held.due.is_none());
        let parked = if self.held == 0 {
            0
        } else {
            self.lanes.values().filter(parked).count()
        };
        (self.held, parked)
    }

    /// Counts events of these pages as settled.
    fn close(&mut self, pages: Vec<u64>) {
        for number in pages {
            let index = usize::try_from(number - self.first).unwrap_or(usize::MAX);
            if let Some(page) = self.pages.get_mut(index) {
                page.open -= 1;
            }
        }
        self.settle_pages();
    }

    fn settle_pages(&mut self) {
        let before = self.first;
        while let Some(page) = self.pages.pop_front_if(|page| page.open == 0) {
            self.change = self.change.max(if self.cursor.as_ref() == Some(&page.next) {
                Change::Nothing
            } else {
                Change::Settled
            });
            self.cursor = Some(page.next);
            self.first += 1;
        }
        if self.first > before {
            let first = self.first;
            self.ahead.retain(|_, (_, page)| *page >= first);
        }
    }
}
