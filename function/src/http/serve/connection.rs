//! One connection, from its first request to its end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::answering::Answering;
use super::bounds::Bounds;
use super::progress::{Phase, Progress};
use super::watched::Watched;

/// The response to a request that does not arrive completely (RFC 9110 §15.5.9).
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How the requests of a connection ended.
#[derive(Debug)]
enum Ended {
    /// The client or a response announced that no more follow.
    Said,
    /// The client sent something that is not a request, which has been answered, or the socket failed.
    Broken(hyper::Error),
    /// A phase exceeded its deadline.
    Overdue(Phase),
    /// The connection was asked to close while a request had arrived only in part.
    Asked,
}

/// Answers the requests on `socket` until they end or exceed a deadline.
pub(super) async fn run(socket: TcpStream, router: Router, progress: Arc<Progress>, bounds: Bounds) {
    // Responses are small and written at once: waiting for more to send would only delay them.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn std::error::Error, "no TCP_NODELAY");
    }
    let watched = Watched {
        socket,
        progress: progress.clone(),
    };
    let answering = Answering {
        router: TowerToHyperService::new(router),
        progress: progress.clone(),
        bounds,
    };
    let mut requests = http1::Builder::new()
        // `served` enforces the deadline of the head together with the others.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(watched), answering);
    let ended = served(&mut requests, &progress, &bounds).await;
    let mut socket = requests.into_parts().io.into_inner().socket;
    let client_may_send = match ended {
        Ended::Said => progress.has_unread(),
        Ended::Broken(error) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
            true
        }
        Ended::Overdue(Phase::Head | Phase::Body) => {
            // Nothing has been sent before, so the send buffer has room for these few bytes.
            socket.try_write(REQUEST_TIMEOUT).is_ok()
        }
        Ended::Overdue(_) | Ended::Asked => false,
    };
    if client_may_send {
        linger(&mut socket, &progress, &bounds).await;
    }
}

/// Answers requests until no more come or the connection must close.
async fn served(
    requests: &mut http1::Connection<TokioIo<Watched>, Answering>,
    progress: &Progress,
    bounds: &Bounds,
) -> Ended {
    let mut asked = pin!(progress.asked_to_close());
    let mut is_asked = false;
    let mut alarm = pin!(sleep_until(Instant::now() + bounds.idle));
    poll_fn(|context| {
        if !is_asked && asked.as_mut().poll(context).is_ready() {
            is_asked = true;
            // Closes the connection after the current response, or at once when there is no request.
            Pin::new(&mut *requests).graceful_shutdown();
        }
        if let Poll::Ready(ended) = requests.poll_without_shutdown(context) {
            return Poll::Ready(ended.map_or_else(Ended::Broken, |()| Ended::Said));
        }
        // The shutdown would wait for the rest of the request.
        if is_asked && progress.phase() == Phase::Head {
            return Poll::Ready(Ended::Asked);
        }
        loop {
            // Only the poll above changes the deadline. A deadline that moved later is noticed when the alarm
            // goes off.
            let deadline = progress.deadline(bounds);
            if let Some(earlier) = deadline.filter(|deadline| *deadline < alarm.deadline()) {
                alarm.as_mut().reset(earlier);
            }
            if alarm.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            match deadline {
                Some(deadline) if deadline <= alarm.deadline() => {
                    return Poll::Ready(Ended::Overdue(progress.phase()));
                }
                later => alarm
                    .as_mut()
                    .reset(later.unwrap_or_else(|| Instant::now() + bounds.idle)),
            }
        }
    })
    .await
}

/// Reads and discards what the client still sends, so that the client gets to read its response.
async fn linger(socket: &mut TcpStream, progress: &Progress, bounds: &Bounds) {
    progress.enter(Phase::Lingering);
    if socket.shutdown().await.is_err() {
        return;
    }
    let mut buffer = vec![0; 64 * 1024];
    let reading =
        async { while let Ok(Ok(1..)) = timeout(bounds.silence, socket.read(&mut buffer)).await {} };
    let reading = timeout(bounds.lingering, reading);
    tokio::select! {
        _ = reading => {}
        () = progress.asked_to_close() => {}
    }
}
