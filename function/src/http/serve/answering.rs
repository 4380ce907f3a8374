//! Passes requests to the router, and drains what the router leaves of their bodies.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderValue, Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::time::{Instant, timeout_at};

use super::bodies::{Answered, Lender, Lent};
use super::bounds::Bounds;
use super::progress::{Phase, Progress};

/// Answers the requests of one connection, one after the other.
pub(super) struct Answering {
    pub(super) router: TowerToHyperService<Router>,
    pub(super) progress: Arc<Progress>,
    pub(super) bounds: Bounds,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Answered>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let progress = self.progress.clone();
        progress.enter(if request.body().is_end_stream() {
            Phase::Answering
        } else {
            Phase::Body
        });
        let body_deadline = Instant::now() + self.bounds.body;
        let unwanted = self.bounds.unwanted;
        let lender = Lender::default();
        let waits_for_a_go = request.headers().contains_key(EXPECT);
        let request = request.map(|body| Body::new(Lent::new(body, lender.clone(), progress.clone())));
        let answered = self.router.call(request);
        Box::pin(async move {
            let mut response = answered.await?;
            if let Some(left) = lender.given_back() {
                progress.enter(Phase::Refusing);
                // Reading from a client that waits for `100 Continue` would send that response.
                let is_read = !(waits_for_a_go && left.is_untouched())
                    && timeout_at(body_deadline, read_to_its_end(left.body, unwanted))
                        .await
                        .unwrap_or(false);
                if !is_read {
                    progress.leave_unread();
                    let headers = response.headers_mut();
                    headers.insert(CONNECTION, HeaderValue::from_static("close"));
                }
            }
            progress.enter(Phase::Answering);
            Ok(response.map(|body| Answered::new(body, progress)))
        })
    }
}

/// Reads a body and discards it. Returns whether it ended within `most` bytes.
async fn read_to_its_end(mut body: Incoming, most: usize) -> bool {
    let mut read = 0;
    while read <= most {
        match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => return false,
            None => return true,
        }
    }
    false
}
