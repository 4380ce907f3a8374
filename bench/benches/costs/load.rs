//! Concurrent clients of the API, each of which sends its next call as soon as it has an answer.

use std::time::{Duration, Instant};

use event_store_bench::{Call, StreamCalls};
use futures::future::try_join_all;

use super::Result;
use super::server::Client;

/// The result of a load.
#[derive(Debug)]
pub(crate) struct Load {
    /// The latency of each call, the shortest first.
    latencies: Vec<Duration>,
    took: Duration,
}

impl Load {
    /// Makes about `calls` calls through this many clients. Each client has its own stream, and `next` returns its calls by
    /// their number, from 1.
    pub(crate) async fn run(
        client: &Client,
        clients: usize,
        calls: usize,
        next: fn(StreamCalls, u64) -> Call,
    ) -> Result<Self> {
        let began = Instant::now();
        let tasks = (0..clients).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { one(&client, calls / clients, next).await })
        });
        let mut latencies = Vec::with_capacity(calls);
        for of_one in try_join_all(tasks).await? {
            latencies.extend(of_one?);
        }
        let took = began.elapsed();
        latencies.sort();
        Ok(Self { latencies, took })
    }

    /// Calls per second.
    #[expect(clippy::cast_precision_loss, reason = "far below what a double holds exactly")]
    pub(crate) fn throughput(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this percentage of the calls does not exceed.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let place = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

async fn one(client: &Client, calls: usize, next: fn(StreamCalls, u64) -> Call) -> Result<Vec<Duration>> {
    let stream = StreamCalls::of_new_stream();
    let mut latencies = Vec::with_capacity(calls);
    for number in (1..).take(calls) {
        let call = next(stream, number);
        let began = Instant::now();
        client.send(&call).await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}
