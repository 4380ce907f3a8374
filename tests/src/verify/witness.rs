//! A witness between the client and the network, which sees every request and response.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{Method, Response, StatusCode};
use bytes::Bytes;
use event_store_client::transport::{Network, NoAnswer, Request, Transport};
use event_store_client::types::{StreamId, StreamType};
use futures::future::BoxFuture;
use serde::Deserialize;
use tokio::sync::Semaphore;

/// Lets a bounded number of requests pass at once, and records what they wrote. Clones are cheap and share this state.
#[derive(Clone, Debug)]
pub(super) struct Witness {
    network: Arc<Network>,
    in_flight: Arc<Semaphore>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The last acknowledged revision of each stream.
    written: BTreeMap<(StreamType, StreamId), u64>,
    last_request: Option<String>,
}

/// The part of an append's answer that matters here.
#[derive(Deserialize)]
struct Acknowledged {
    stream: Acknowledgement,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Acknowledgement {
    stream_type: StreamType,
    stream_id: StreamId,
    revision: u64,
}

/// How many streams and events of a type were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) streams: u64,
    pub(super) events: u64,
}

impl Witness {
    pub(super) fn before(network: Network, in_flight: u16) -> Self {
        Self {
            network: Arc::new(network),
            in_flight: Arc::new(Semaphore::new(in_flight.into())),
            seen: Arc::default(),
        }
    }

    /// The acknowledged events, by the types of their streams.
    pub(super) fn written(&self) -> BTreeMap<StreamType, Written> {
        let mut by_type: BTreeMap<StreamType, Written> = BTreeMap::new();
        for ((stream_type, _), revision) in &self.seen().written {
            let written = by_type.entry(stream_type.clone()).or_default();
            written.streams += 1;
            written.events += revision;
        }
        by_type
    }

    /// The id of the last answered request, for callers that send one at a time.
    pub(super) fn last_request(&self) -> Option<String> {
        self.seen().last_request.clone()
    }

    /// A witness with the same connection, which records its own last request.
    pub(super) fn apart(&self) -> Self {
        Self {
            seen: Arc::default(),
            ..self.clone()
        }
    }

    /// Adds the writes that another witness saw.
    pub(super) fn add(&self, other: &Self) {
        let written = other.seen().written.clone();
        self.seen().written.extend(written);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn see(&self, method: &Method, response: &Response<Bytes>) {
        let mut seen = self.seen();
        let id = response.headers().get("x-request-id");
        seen.last_request = id.and_then(|id| id.to_str().ok()).map(ToOwned::to_owned);
        if *method == Method::GET || response.status() != StatusCode::CREATED {
            return;
        }
        // The client judges any response that is no acknowledgement.
        if let Ok(Acknowledged { stream }) = serde_json::from_slice(response.body()) {
            let last = seen
                .written
                .entry((stream.stream_type, stream.stream_id))
                .or_default();
            *last = stream.revision.max(*last);
        }
    }
}

impl Transport for Witness {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        Box::pin(async move {
            let _permit = self.in_flight.acquire().await.map_err(NoAnswer::unsent)?;
            let method = request.method.clone();
            let response = self.network.send(request).await?;
            self.see(&method, &response);
            Ok(response)
        })
    }
}
