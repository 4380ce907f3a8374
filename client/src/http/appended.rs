//! What came of a write.

use event_store_types::Stream;
use event_store_types::wire::StreamBody;

use super::answer::Answer;

/// A write that is in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The stream as this write left it; it may have gone on since.
    pub stream: Stream,
    /// Whether the store had it already: an earlier attempt was carried out, and its answer lost.
    pub replayed: bool,
}

impl From<Answer<StreamBody>> for Appended {
    fn from(answer: Answer<StreamBody>) -> Self {
        Self {
            stream: answer.body.stream,
            replayed: answer.replayed,
        }
    }
}
