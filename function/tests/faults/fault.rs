//! What goes wrong on the way to DynamoDB.

use std::sync::{Arc, Mutex};

use super::request::Request;

/// A thing that happens to one attempt of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    /// It is refused: too much is asked.
    Throttled,
    /// It is answered with a 500, and did nothing.
    FailedBefore,
    /// It is answered with a 500, although it was done.
    FailedAfter,
    /// It never arrives, and is never answered.
    RequestLost,
    /// It is done, and never answered.
    AnswerLost,
    /// The connection is reset before it arrives.
    ResetBefore,
    /// The connection is reset after it was done.
    ResetAfter,
    /// The connection is reset within the answer.
    AnswerCut,
    /// It is answered after a while, which may be longer than its sender waits.
    Slow,
    /// The connection is reset; the put arrives nonetheless, when its sender no longer thinks of it.
    PutLate,
    /// The put arrives a second time, later.
    PutDoubled,
    /// The eventually consistent reading is answered from an earlier state.
    ReadStale,
}

impl Fault {
    pub(crate) const ALL: [Self; 12] = [
        Self::Throttled,
        Self::FailedBefore,
        Self::FailedAfter,
        Self::RequestLost,
        Self::AnswerLost,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::AnswerCut,
        Self::Slow,
        Self::PutLate,
        Self::PutDoubled,
        Self::ReadStale,
    ];

    /// Whether it can happen to `request`.
    pub(crate) fn befalls(self, request: &Request) -> bool {
        match self {
            Self::PutLate | Self::PutDoubled => request.is_put(),
            Self::ReadStale => request.is_eventual_read(),
            _ => true,
        }
    }
}

/// What happened to the requests of one operation of the store, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate(Arc<Mutex<Vec<Fault>>>);

tokio::task_local! {
    /// The fate of the operation that is at work: the SDK sends its requests within the operation's own task.
    pub(crate) static FATE: Fate;
}

impl Fate {
    pub(crate) fn note(&self, fault: Fault) {
        self.0.lock().unwrap().push(fault);
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.0.lock().unwrap().clone()
    }
}
