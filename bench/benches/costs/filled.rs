//! Logs of a certain shape, appended through the API.

use event_store_bench::StreamCalls;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Result;
use super::server::Client;

/// How many streams are appended to side by side.
const CONCURRENCY: usize = 32;

/// A log of so many streams, each of so many commits, each of so many events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) streams: usize,
    pub(crate) commits: usize,
    pub(crate) events: usize,
}

impl Shape {
    /// How many commits the log has.
    pub(crate) fn all_commits(self) -> usize {
        self.streams * self.commits
    }

    /// How many events the log has.
    pub(crate) fn all_events(self) -> usize {
        self.all_commits() * self.events
    }

    /// Appends the log, and gives its streams.
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
