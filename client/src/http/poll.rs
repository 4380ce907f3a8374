//! Asking again and again which streams were updated.

use std::collections::HashMap;
use std::time::Duration;

use event_store_types::{Revision, Stream, StreamId, Timestamp};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::{Error, ListStreams};

/// Asks again and again which streams of a type were updated. Begun with [`ListStreams::polling`].
///
/// The store's listing is filled with a delay, so that what was updated first may be listed last. Each round therefore begins some
/// time before the newest update that was seen, five minutes unless set otherwise, and what has been given out
/// already at that revision is dropped.
///
/// ```
/// # use event_store_client::types::{ExpectedRevision, NewEvent, StreamId};
/// use futures::TryStreamExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = event_store_client::testing::InMemoryStore::new().client();
/// # let order = "order".parse()?;
/// # let placed = || NewEvent::of("placed".parse().unwrap(), &()).unwrap();
/// # let id = StreamId::from_name(&order, "A-1");
/// # client.append(&order, id, ExpectedRevision::NoStream, placed()).await?;
/// let mut poll = client.streams(&order).polling();
/// let updated: Vec<_> = poll.round().try_collect().await?;
/// assert_eq!(updated.len(), 1);
///
/// client.append(&order, id, ExpectedRevision::Any, placed()).await?;
/// let updated: Vec<_> = poll.round().try_collect().await?;
/// assert_eq!(updated[0].revision, 2.try_into()?);
/// assert!(poll.round().try_next().await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is asked for until a round is"]
pub struct PollStreams {
    list: ListStreams,
    overlap: Duration,
    seen: Seen,
}

impl PollStreams {
    const OVERLAP: Duration = Duration::from_mins(5);

    pub(super) fn new(list: ListStreams, since: Option<Timestamp>) -> Self {
        Self {
            list,
            overlap: Self::OVERLAP,
            seen: Seen {
                newest: since,
                revisions: HashMap::new(),
            },
        }
    }

    /// Sets how long before the newest update that was seen a round begins: longer than the listing may lag. Five minutes when
    /// not set.
    pub fn overlap(mut self, overlap: Duration) -> Self {
        self.overlap = overlap;
        self
    }

    /// The newest update that was given out. Who keeps it and polls from there later, with
    /// [`ListStreams::updated_after`], misses nothing, and is given once more what was updated during the overlap.
    pub fn position(&self) -> Option<Timestamp> {
        self.seen.newest
    }

    /// Asks once: the streams that were updated since they were given out last, each as it stands now, oldest update first.
    ///
    /// A round that is given up half way, or ends with an error, is continued by the next.
    pub fn round(&mut self) -> BoxStream<'_, Result<Stream, Error>> {
        let listed = self.begin();
        let seen = &mut self.seen;
        listed
            .try_filter(move |stream| std::future::ready(seen.is_new(stream)))
            .boxed()
    }

    /// Asks for ever, with a pause of `every` between two rounds. An error ends its round and not the stream: what comes next is
    /// the next round, after the pause.
    pub fn into_stream(mut self, every: Duration) -> BoxStream<'static, Result<Stream, Error>> {
        let listed = self.begin();
        stream::unfold((self, listed), move |(mut poll, mut listed)| async move {
            loop {
                match listed.next().await {
                    Some(Ok(stream)) if !poll.seen.is_new(&stream) => {}
                    Some(given) => return Some((given, (poll, listed))),
                    None => {
                        tokio::time::sleep(every).await;
                        listed = poll.begin();
                    }
                }
            }
        })
        .boxed()
    }

    /// Begins a round: what is listed, given out already or not.
    fn begin(&mut self) -> BoxStream<'static, Result<Stream, Error>> {
        let mut list = self.list.clone();
        if let Some(start) = self.seen.start(self.overlap) {
            self.seen.forget_before(start);
            list = list.updated_after(start);
        }
        list.into_stream()
    }
}

/// What was given out.
#[derive(Debug)]
struct Seen {
    newest: Option<Timestamp>,
    revisions: HashMap<StreamId, (Revision, Timestamp)>,
}

impl Seen {
    fn start(&self, overlap: Duration) -> Option<Timestamp> {
        self.newest?.checked_sub(overlap)
    }

    /// What was updated before a round begins is not listed again, unless it is updated again.
    fn forget_before(&mut self, start: Timestamp) {
        self.revisions.retain(|_, (_, updated_at)| *updated_at >= start);
    }

    /// Notes a stream that is listed, and says whether it was not given out at this revision yet.
    fn is_new(&mut self, stream: &Stream) -> bool {
        let known = self.revisions.get(&stream.stream_id);
        if known.is_some_and(|(revision, _)| *revision >= stream.revision) {
            return false;
        }
        self.newest = self.newest.max(Some(stream.updated_at));
        let seen = (stream.revision, stream.updated_at);
        self.revisions.insert(stream.stream_id, seen);
        true
    }
}
