//! PURE: the lines of several logs in the order of time, each once.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::cloud::LogEvent;

/// How far back a log is read again for lines that arrived late.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);

/// A line of a function's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Which of the functions wrote it, counted from 0 in the order of their names.
    pub source: usize,
    /// When.
    pub at: Timestamp,
    /// The line, as it was written.
    pub message: String,
}

/// Lines that were read and not yet told, of each log.
#[derive(Debug)]
pub(super) struct LogMerge {
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    lines: VecDeque<LogEvent>,
    /// Whether there is nothing more to read for now.
    is_read: bool,
    /// The lines that were taken in and could be read once more.
    seen: HashMap<String, Timestamp>,
    since: Timestamp,
}

impl LogMerge {
    /// Of so many logs, each from the same moment on.
    pub(super) fn of(logs: usize, since: Timestamp) -> Self {
        let waiting = || Waiting {
            lines: VecDeque::new(),
            is_read: false,
            seen: HashMap::new(),
            since,
        };
        Self {
            waiting: (0..logs).map(|_| waiting()).collect(),
        }
    }

    /// From when on a log is to be read.
    pub(super) fn since(&self, log: usize) -> Timestamp {
        self.waiting[log].since
    }

    /// Takes a page of a log in; the last page says that there is nothing more to read for now.
    pub(super) fn take_in(&mut self, log: usize, page: Vec<LogEvent>, is_last: bool) {
        let waiting = &mut self.waiting[log];
        for line in page {
            if waiting.seen.insert(line.id.clone(), line.at).is_none() {
                waiting.lines.push_back(line);
            }
        }
        waiting.lines.make_contiguous().sort_by_key(|line| line.at);
        waiting.is_read |= is_last;
    }

    /// The log that has to be read before anything more can be told.
    pub(super) fn wants(&self) -> Option<usize> {
        self.waiting
            .iter()
            .position(|waiting| waiting.lines.is_empty() && !waiting.is_read)
    }

    /// The lines that can be told now: nothing that is still to be read is older.
    pub(super) fn ready(&mut self) -> Vec<LogLine> {
        let mut ready = Vec::new();
        while self.wants().is_none() {
            let oldest = (0..self.waiting.len())
                .filter_map(|log| Some((self.waiting[log].lines.front()?.at, log)))
                .min();
            let Some((_, source)) = oldest else { break };
            if let Some(LogEvent { at, message, .. }) = self.waiting[source].lines.pop_front() {
                ready.push(LogLine { source, at, message });
            }
        }
        ready
    }

    /// Begins to read all logs again, from shortly before their newest lines.
    pub(super) fn read_again(&mut self) {
        for waiting in &mut self.waiting {
            waiting.is_read = false;
            if let Some(newest) = waiting.seen.values().max() {
                let again = newest.checked_sub(OVERLAP).unwrap_or(*newest);
                waiting.since = waiting.since.max(again);
            }
            let since = waiting.since;
            waiting.seen.retain(|_, at| *at >= since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: i64, id: &str) -> LogEvent {
        LogEvent {
            id: id.to_owned(),
            at: Timestamp::from_second(second).unwrap(),
            message: id.to_owned(),
        }
    }

    fn told(merge: &mut LogMerge) -> Vec<String> {
        merge.ready().into_iter().map(|line| line.message).collect()
    }

    #[test]
    fn nothing_is_told_before_what_may_be_older_was_read() {
        let mut merge = LogMerge::of(2, Timestamp::UNIX_EPOCH);
        merge.take_in(0, vec![line(1, "a1"), line(5, "a5")], false);
        assert_eq!((told(&mut merge), merge.wants()), (vec![], Some(1)));
        merge.take_in(1, vec![line(3, "b3"), line(9, "b9")], true);
        assert_eq!(told(&mut merge), ["a1", "b3", "a5"]);
        assert_eq!(merge.wants(), Some(0));
        merge.take_in(0, vec![], true);
        assert_eq!((told(&mut merge), merge.wants()), (vec!["b9".to_owned()], None));
    }

    #[test]
    fn a_line_that_is_read_twice_is_told_once() {
        let mut merge = LogMerge::of(1, Timestamp::UNIX_EPOCH);
        merge.take_in(0, vec![line(100, "a"), line(101, "b")], true);
        assert_eq!(told(&mut merge), ["a", "b"]);
        merge.read_again();
        assert_eq!(merge.since(0).as_second(), 91);
        merge.take_in(
            0,
            vec![line(95, "late"), line(100, "a"), line(101, "b"), line(102, "c")],
            true,
        );
        assert_eq!(told(&mut merge), ["late", "c"]);
    }

    #[test]
    fn what_cannot_be_read_again_is_forgotten() {
        let mut merge = LogMerge::of(1, Timestamp::UNIX_EPOCH);
        merge.take_in(
            0,
            (0..100)
                .map(|second| line(second, &format!("l{second}")))
                .collect(),
            true,
        );
        assert_eq!(told(&mut merge).len(), 100);
        merge.read_again();
        assert_eq!(merge.waiting[0].seen.len(), 11);
    }
}
