//! Logs of a given shape, appended through the API.

use event_store_bench::StreamCalls;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Result;
use super::server::Client;

/// The number of streams that receive appends concurrently.
const CONCURRENCY: usize = 32;

/// The shape of a log: the number of streams, of commits per stream, and of events per commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) streams: usize,
    pub(crate) commits: usize,
    pub(crate) events: usize,
}

impl Shape {
    /// The number of commits in the log.
    pub(crate) fn all_commits(self) -> usize {
        self.streams * self.commits
    }

    /// The number of events in the log.
    pub(crate) fn all_events(self) -> usize {
        self.all_commits() * self.events
    }

    /// Appends the log, and returns its streams.
    pub(crate) async fn append(self, client: &Client) -> Result<Vec<StreamCalls>> {
        stream::iter(0..self.streams)
            .map(|_| self.append_stream(client))
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await
    }

    async fn append_stream(self, client: &Client) -> Result<StreamCalls> {
        let stream = StreamCalls::of_new_stream();
        for first in self.firsts() {
            client.answer(&stream.append_batch(first, self.events)).await?;
        }
        Ok(stream)
    }

    /// The revision of the first event of each commit of a stream.
    pub(crate) fn firsts(self) -> impl Iterator<Item = u64> {
        (1..).step_by(self.events).take(self.commits)
    }
}
