//! Serving HTTP outside Lambda.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Serves `router` until `told_to_end`; the requests that have been begun by then are finished, for as long as
/// `patience` lasts.
///
/// # Errors
/// When connections can no longer be accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    told_to_end: impl Future<Output = ()> + Send + 'static,
    patience: Duration,
) -> io::Result<()> {
    // Responses are small and written at once: to wait for more to send would only delay them.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(error = &error as &dyn std::error::Error, "no TCP_NODELAY");
        }
    });
    let (ending, begun_to_end) = oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        told_to_end.await;
        // There is nobody to tell only when the server has ended by itself.
        let _ = ending.send(());
    });
    let out_of_patience = async {
        match begun_to_end.await {
            Ok(()) => tokio::time::sleep(patience).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = server => ended,
        () = out_of_patience => {
            tracing::warn!(?patience, "ending with requests unfinished");
            Ok(())
        }
    }
}

/// Ends when the process is told to end: by SIGTERM, or by SIGINT, which is Ctrl-C.
///
/// # Errors
/// When the process cannot listen to its signals.
pub fn told_to_end() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::{Notify, oneshot};

    use super::*;

    /// A server with one request begun, which ends when it is let.
    struct Serving {
        client: TcpStream,
        let_end: Arc<Notify>,
        tell_to_end: oneshot::Sender<()>,
        server: tokio::task::JoinHandle<io::Result<()>>,
    }

    impl Serving {
        async fn begun(patience: Duration) -> Self {
            let (begun, let_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let handler = {
                let (begun, let_end) = (begun.clone(), let_end.clone());
                async move || {
                    begun.notify_one();
                    let_end.notified().await;
                    "finished"
                }
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (tell_to_end, told) = oneshot::channel();
            let router = Router::new().route("/", get(handler));
            let server = tokio::spawn(serve(
                listener,
                router,
                async {
                    told.await.unwrap();
                },
                patience,
            ));
            client
                .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                .await
                .unwrap();
            begun.notified().await;
            Self {
                client,
                let_end,
                tell_to_end,
                server,
            }
        }
    }

    #[tokio::test]
    async fn a_request_that_was_begun_is_finished() {
        let mut serving = Serving::begun(Duration::from_mins(1)).await;
        serving.tell_to_end.send(()).unwrap();
        tokio::task::yield_now().await;
        serving.let_end.notify_one();
        let mut response = String::new();
        serving.client.read_to_string(&mut response).await.unwrap();
        assert!(
            response.starts_with("HTTP/1.1 200 OK") && response.ends_with("finished"),
            "{response}"
        );
        assert!(serving.server.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_waited_for_only_so_long() {
        let serving = Serving::begun(Duration::from_millis(20)).await;
        serving.tell_to_end.send(()).unwrap();
        // It would wait forever for the handler.
        assert!(serving.server.await.unwrap().is_ok());
    }
}
