//! How much the checker explores: small worlds, each of them whole.

use crate::request::Request;
use crate::witnesses::{
    ABSENT, AGAIN, AHEAD, BATCH, LATE, OUTGROWN, REPLAYED, REUSED, TAKEN, TWICE, UNKNOWN,
};

/// What happens at most, and what comes of it.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// The requests of each caller, sent one after the other.
    pub(crate) callers: Vec<Vec<Request>>,
    /// How many processes serve them.
    pub(crate) processes: usize,
    /// How often a caller sends a request whose outcome it does not learn.
    pub(crate) attempts: u8,
    /// How many attempts and puts that nobody waits for go on at the same time.
    pub(crate) unattended: usize,
    /// Whether processes read the stream for others, too, and remember where it ends.
    pub(crate) reads: bool,
    /// How many states there are, processes counted as alike: another number is another protocol or another model.
    pub(crate) states: usize,
    /// Which of the [`witnesses`](crate::witnesses) are among them.
    pub(crate) reaches: &'static [&'static str],
}

impl Bounds {
    fn new<const CALLERS: usize>(callers: [&[Request]; CALLERS]) -> Self {
        Self {
            callers: callers.map(<[Request]>::to_vec).to_vec(),
            processes: 2,
            attempts: 2,
            unattended: 1,
            reads: true,
            states: 0,
            reaches: &[],
        }
    }
}

/// Two callers create the stream, one with an event, one with a batch; a third counts on the first.
pub(crate) fn creation() -> Bounds {
    Bounds {
        states: 103_588,
        reaches: &[ABSENT, BATCH, LATE, OUTGROWN, REPLAYED, TAKEN, TWICE, UNKNOWN],
        ..Bounds::new([
            &[Request::create("a")],
            &[Request::create("bc")],
            &[Request::after(1, "x")],
        ])
    }
}

/// One caller creates the stream with a batch; a second takes it to end inside, a third at its end.
pub(crate) fn batch() -> Bounds {
    Bounds {
        states: 88_013,
        reaches: &[ABSENT, BATCH, LATE, OUTGROWN, REPLAYED, TAKEN, TWICE, UNKNOWN],
        ..Bounds::new([
            &[Request::create("ab")],
            &[Request::after(1, "x")],
            &[Request::after(2, "y")],
        ])
    }
}

/// Two callers with two appends each, an event and a batch, that get in each other's way twice.
pub(crate) fn rivals() -> Bounds {
    Bounds {
        states: 314_993,
        reaches: &[
            ABSENT, AHEAD, BATCH, LATE, OUTGROWN, REPLAYED, TAKEN, TWICE, UNKNOWN,
        ],
        ..Bounds::new([
            &[Request::create("a"), Request::after(1, "bc")],
            &[Request::create("x"), Request::after(2, "y")],
        ])
    }
}

/// A caller cuts its events into batches differently when it tries again, while another one is faster or slower.
pub(crate) fn other_batches() -> Bounds {
    Bounds {
        states: 30_403,
        reaches: &[
            ABSENT, BATCH, LATE, OUTGROWN, REPLAYED, REUSED, TAKEN, TWICE, UNKNOWN,
        ],
        ..Bounds::new([
            &[Request::create("ab"), Request::after(1, "bc")],
            &[Request::create("x")],
        ])
    }
}

/// Callers that try three times, while two attempts or puts go on that nobody waits for.
pub(crate) fn patience() -> Bounds {
    Bounds {
        attempts: 3,
        unattended: 2,
        states: 59_965,
        reaches: &[ABSENT, BATCH, LATE, OUTGROWN, REPLAYED, TWICE, UNKNOWN],
        ..Bounds::new([&[Request::create("a")], &[Request::after(1, "bc")]])
    }
}

/// Callers that append wherever the stream ends, one of them only if there is one.
///
/// Nothing here uses what a process remembers, so that one process is as good as two.
pub(crate) fn at_the_end() -> Bounds {
    Bounds {
        processes: 1,
        reads: false,
        states: 345_133,
        reaches: &[ABSENT, AGAIN, BATCH, LATE, OUTGROWN, REPLAYED, TWICE, UNKNOWN],
        ..Bounds::new([
            &[Request::any("a")],
            &[Request::any("bc")],
            &[Request::stream_exists("d")],
        ])
    }
}

/// A caller cuts its events into batches differently when it tries again at the end, while another one creates.
pub(crate) fn other_batches_at_the_end() -> Bounds {
    Bounds {
        processes: 1,
        reads: false,
        states: 23_474,
        reaches: &[
            AGAIN, BATCH, LATE, OUTGROWN, REPLAYED, REUSED, TAKEN, TWICE, UNKNOWN,
        ],
        ..Bounds::new([&[Request::any("ab"), Request::any("b")], &[Request::create("x")]])
    }
}

/// A caller that appends at the end, among callers that name the revision.
pub(crate) fn mixed() -> Bounds {
    Bounds {
        states: 324_540,
        reaches: &[
            ABSENT, AGAIN, AHEAD, BATCH, LATE, OUTGROWN, REPLAYED, TAKEN, TWICE, UNKNOWN,
        ],
        ..Bounds::new([
            &[Request::any("ab")],
            &[Request::create("x")],
            &[Request::after(2, "y")],
        ])
    }
}
